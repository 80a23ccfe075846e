/**
 * @file What a command is: a description (which gives its parser and its help) and a function.
 *
 * A command file says `export const lsCommand: Command = defineCommand({…})`; inside, `run` gets option values whose types follow from the option
 * table, while the export has the one plain type {@link Command}.
 */

import type { COMMON_OPTIONS, OptionTable, OptionValues } from "./option-types.ts";
import type { Output } from "./output.ts";
import type { Environment } from "./terminal/style.ts";

/** Exit code: all is well. */
export const EXIT_OK = 0;
/** Exit code: the work failed, or a check found a problem. */
export const EXIT_PROBLEM = 1;
/** Exit code: the command line was wrong; nothing was done. */
export const EXIT_USAGE = 2;
/** Exit code: ended by Ctrl-C before it was done (128 + the number of SIGINT, as shells count). */
export const EXIT_INTERRUPTED = 130;

/** One argument that is not an option. */
export interface ArgumentSpec {
  /** Name in the help: `RUN`. */
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
  /** Takes all that follow; only the last argument may. */
  readonly many?: boolean;
}

/** What a command sees of the world around it. */
export interface CommandContext {
  readonly env: Environment;
  readonly cwd: string;
  /** Aborted by Ctrl-C (SIGINT) and SIGTERM. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly out: Output;
}

/** What a command was asked. */
interface CommandInput<Table extends OptionTable> {
  readonly options: OptionValues<Table & typeof COMMON_OPTIONS>;
  readonly args: readonly string[];
  readonly context: CommandContext;
}

/** A command as its file describes it. */
export interface CommandDefinition<Table extends OptionTable> {
  readonly name: string;
  /** One line, for the list of commands; no full stop. */
  readonly summary: string;
  /** More lines for the command's own help, one paragraph each. */
  readonly details?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: Table;
  /** Command lines with what they do. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
  /** What the exit codes mean here, where it is more than 0 = done, 1 = failed, 2 = wrong usage. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Does the work; the result is the exit code. */
  readonly run: (input: CommandInput<Table>) => Promise<number>;
}

/** Any command, as the dispatcher sees it. */
export type Command = Omit<CommandDefinition<OptionTable>, "run"> & {
  readonly options: OptionTable;
  readonly run: (input: {
    readonly options: Readonly<Record<string, unknown>>;
    readonly args: readonly string[];
    readonly context: CommandContext;
  }) => Promise<number>;
};

/** Ties a command's option table to the types that its `run` sees. */
export function defineCommand<const Table extends OptionTable = Record<never, never>>(
  definition: CommandDefinition<Table>,
): Command {
  const { run, options, ...rest } = definition;
  return {
    ...rest,
    options: options ?? {},
    // The parser made these values from the very table that the type is computed from.
    run: (input) => run(input as unknown as CommandInput<Table>),
  };
}
