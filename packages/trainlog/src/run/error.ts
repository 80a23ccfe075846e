/**
 * @file The one error class of trainlog.
 *
 * A caller branches on `code`, which is stable across versions (`"area/what"`, kebab-case); a person reads `message`, which says what was given,
 * what was expected, where, and what to do about it.
 */

/** Extra facts that some errors carry. */
export interface TrainlogErrorOptions {
  /** The error underneath, for example the one that the operating system gave. */
  readonly cause?: unknown;
  /** HTTP status that a server should answer with; 500 when absent. */
  readonly status?: number;
}

/**
 * Every error that trainlog throws on purpose.
 *
 * @example
 * try {
 *   await readJson("log.json");
 * } catch (error) {
 *   if (error instanceof TrainlogError && error.code === "log/bad-json") console.error(error.message);
 * }
 */
export class TrainlogError extends Error {
  override readonly name = "TrainlogError";
  /** Stable identifier, `"area/what"`. */
  readonly code: string;
  /** HTTP status for this error when a server answers with it. */
  readonly status: number;

  constructor(code: string, message: string, options: TrainlogErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 500;
  }
}

/**
 * Says whether `error` is a {@link TrainlogError}, of code `code` when one is given. By name: `@trainlog/nn` has the same class of its own (it depends
 * on nothing), and several versions of this package may stand side by side.
 */
export function isTrainlogError(error: unknown, code?: string): error is TrainlogError {
  const is = Object(error) as Partial<TrainlogError>;
  return is.name === "TrainlogError" && (!code || is.code === code);
}

/** One line that names a value in an error message: short, quoted, never megabytes. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === "object") return `an object (${value.constructor?.name ?? "null prototype"})`;
  return Object.is(value, -0) ? "-0" : String(value);
}
