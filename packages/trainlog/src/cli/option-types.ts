/** @file The vocabulary of a command's options: what they are called, what values they take, and the types that follow from it. */

/** One option of a command. */
export type OptionSpec = BooleanOption | TextOption | IntegerOption;

interface OptionBase {
  /** One letter, for `-h`. */
  readonly short?: string;
  /** What it does, for the help. */
  readonly help: string;
  /** How the help says the default when it is not a constant: `$TRAINLOG_DIR or ./trainlog`. */
  readonly defaultText?: string;
}

/** `--json` */
interface BooleanOption extends OptionBase {
  readonly type: "boolean";
}

/** `--dir DIR` */
export interface TextOption extends OptionBase {
  readonly type: "text";
  /** Name of the value in the help: `DIR`. */
  readonly value: string;
  readonly default?: string;
  /** May be given several times; the value is then a list. */
  readonly multiple?: boolean;
  /** The only values allowed. */
  readonly choices?: readonly string[];
}

/** `--port N` */
export interface IntegerOption extends OptionBase {
  readonly type: "integer";
  readonly value: string;
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** The options of a command, by long name. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The value that a command gets for one option: `undefined` when it was not given and has no default. */
type OptionValue<Spec extends OptionSpec> = Spec extends BooleanOption
  ? boolean
  : Spec extends { readonly multiple: true }
    ? readonly string[]
    : Spec extends { readonly type: "text"; readonly default: string }
      ? string
      : Spec extends TextOption
        ? string | undefined
        : Spec extends { readonly default: number }
          ? number
          : number | undefined;

/** The values of all options of a table. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: OptionValue<Table[Name]> };

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: { type: "boolean", help: "print one JSON document on standard output, for programs" },
  debug: { type: "boolean", help: "print the stack of an error" },
  help: { type: "boolean", short: "h", help: "print this help" },
} as const;

/** The option of every command that works on a store; see `storeDirOf`. */
export const DIR_OPTION = {
  dir: { type: "text", value: "DIR", help: "folder of the store", defaultText: "$TRAINLOG_DIR, else ./trainlog" },
} as const;

/** Options of every command that draws a training log. */
export const DRAW_OPTIONS = {
  "log-y": { type: "boolean", help: "logarithmic y axis" },
  labels: { type: "text", value: "A,B,…", help: "names of a confusion matrix's classes" },
} as const;
