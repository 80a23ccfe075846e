/**
 * @file trainlog's error class, for a package that has no dependency.
 *
 * The same class as in `trainlog`: equal name, fields and codes. This one knows the other's errors by name, so `error instanceof
 * TrainlogError` holds whichever of the two packages threw; there, `isTrainlogError` does the same (the class itself would cost browsers bytes).
 */

/** Extra facts that some errors carry. */
export interface TrainlogErrorOptions {
  /** The error underneath, for example the one that the operating system gave. */
  readonly cause?: unknown;
}

/**
 * Every error that `@trainlog/nn` throws on purpose.
 *
 * @example
 * try {
 *   matmul(a, b);
 * } catch (error) {
 *   if (error instanceof TrainlogError && error.code === "shape/mismatch") console.error(error.message);
 * }
 */
export class TrainlogError extends Error {
  override readonly name = "TrainlogError";
  /** Stable identifier, `"area/what"`. */
  readonly code: string;
  /** HTTP status if a server ever answers with it; errors of training are faults of the caller. */
  readonly status: number = 400;

  constructor(code: string, message: string, options: TrainlogErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this method and must know their own errors from others
    if (!isBase(this)) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && value.name === "TrainlogError" && "code" in value;
  }
}

/** Outside of the class: one that speaks of itself is renamed by bundlers, and stacks would call it `_TrainlogError`. */
function isBase(given: unknown): boolean {
  return given === TrainlogError;
}

/** What a caught value says went wrong. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
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
