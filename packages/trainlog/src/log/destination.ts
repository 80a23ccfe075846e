import { expectText } from "./field.ts";

const DISABLED_WORDS: ReadonlySet<string> = new Set(["false", "off", "none", "no", "disabled"]);

/**
 * Where a training script sends its log: nowhere, or to a JSON file. Writing is `writeToDestination`.
 *
 * @example
 * const destination = LogDestination.parseOptional(values.log, "runs/log.json"); // --log off | --log FILE | nothing
 */
export class LogDestination {
  /** Path of the JSON file; `undefined` when logging is disabled. */
  readonly path: string | undefined;

  private constructor(path: string | undefined) {
    this.path = path;
  }

  /** Log nothing. */
  static disabled(): LogDestination {
    return new LogDestination(undefined);
  }

  /** Log to the JSON file at `path`. @throws TrainlogError `log/bad-field` when `path` is not a text. */
  static json(path: string): LogDestination {
    return new LogDestination(expectText(path, "path"));
  }

  /**
   * Parses what a user gave: `false`, `off`, `none`, `no` and `disabled` (in any case, with white space around) disable logging, anything else is the
   * path of a JSON file, as given.
   */
  static parse(raw: string): LogDestination {
    return DISABLED_WORDS.has(expectText(raw, "log destination").trim().toLowerCase())
      ? LogDestination.disabled()
      : LogDestination.json(raw);
  }

  /** As {@link LogDestination.parse}; the JSON file at `defaultPath` when the user gave nothing. */
  static parseOptional(raw: string | undefined, defaultPath: string): LogDestination {
    return raw === undefined ? LogDestination.json(defaultPath) : LogDestination.parse(raw);
  }

  /** Says whether anything will be written. */
  get isEnabled(): boolean {
    return this.path !== undefined;
  }

  /** The path, or `defaultPath` when logging is disabled. */
  pathOrDefault(defaultPath: string): string {
    return this.path ?? defaultPath;
  }

  /** The path, or `"disabled"`. */
  toString(): string {
    return this.path ?? "disabled";
  }
}
