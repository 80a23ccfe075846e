/** @file From a command line to an exit code: finds the command, parses, runs it, and says errors in words. */
import { isTrainlogError } from "../run/error.ts";
import { type Command, type CommandContext, EXIT_INTERRUPTED, EXIT_OK, EXIT_PROBLEM, EXIT_USAGE } from "./command.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { commandHelp, programHelp } from "./help.ts";
import { type CliStream, makeOutput, type Output } from "./output.ts";
import { parseLine, usageError } from "./parse.ts";
import { didYouMean } from "./suggest.ts";
import type { Environment } from "./terminal/style.ts";
import { visibleText } from "./terminal/text-width.ts";

/** The world around the program. */
export interface CliWorld {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
  readonly env: Environment;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Version of trainlog, read when it is asked for. */
  readonly version: () => Promise<string>;
  /** The commands there are. */
  readonly commands?: readonly CommandEntry[];
}

/** Runs one command line (`argv` without `node` and the script) and gives the exit code. Never throws. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<number> {
  // Errors before the options are parsed must be said in the asked form too.
  const beforeOptions = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const out = makeOutput({ ...world, json: beforeOptions.includes("--json") });
  try {
    return await dispatch(argv, world, out);
  } catch (error) {
    if (world.signal.aborted && error === world.signal.reason) {
      out.note("interrupted");
      return EXIT_INTERRUPTED;
    }
    return reportError(error, out, { debug: beforeOptions.includes("--debug") });
  }
}

async function dispatch(argv: readonly string[], world: CliWorld, out: Output): Promise<number> {
  const commands = world.commands ?? COMMANDS;
  const [first, ...rest] = argv;
  if (first === "--version" || first === "-v") return printVersion(world, out);
  if (first === "help" && rest[0] !== undefined)
    return runCommand(await loadCommand(rest[0], commands), ["--help"], world, out);
  if (first === "--help" || first === "-h" || first === "help") {
    out.text(programHelp(commands, { width: out.width, style: out.style }));
    out.data(commands.map(({ name, summary }) => ({ name, summary })));
    return EXIT_OK;
  }
  if (first === undefined || first.startsWith("-"))
    return runCommand(await loadCommand("serve", commands), argv, world, out);
  return runCommand(await loadCommand(first, commands), rest, world, out);
}

async function loadCommand(name: string, commands: readonly CommandEntry[]): Promise<Command> {
  const entry = commands.find((command) => command.name === name);
  if (entry !== undefined) return entry.load();
  const near = didYouMean(
    name,
    commands.map((command) => command.name),
  );
  throw usageError(`unknown command ${JSON.stringify(name)}${near} (all commands: trainlog --help)`);
}

async function runCommand(command: Command, argv: readonly string[], world: CliWorld, out: Output): Promise<number> {
  const { options, args } = parseLine(command, argv);
  if (options["help"] === true) {
    out.text(commandHelp(command, { width: out.width, style: out.style }));
    out.data({
      name: command.name,
      summary: command.summary,
      options: command.options,
      arguments: command.arguments ?? [],
    });
    return EXIT_OK;
  }
  const context: CommandContext = { env: world.env, cwd: world.cwd, signal: world.signal, nowMs: world.nowMs, out };
  return command.run({ options, args, context });
}

async function printVersion(world: CliWorld, out: Output): Promise<number> {
  const version = await world.version();
  out.text(version);
  out.data({ version });
  return EXIT_OK;
}

/** Says an error: ours in plain words, an unexpected one as our fault. Gives the exit code. */
function reportError(error: unknown, out: Output, options: { readonly debug: boolean }): number {
  const ours = isTrainlogError(error);
  const code = ours ? error.code : "cli/internal";
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  out.data({ error: { code, message, ...(options.debug && stack !== undefined ? { stack } : {}) } });
  if (!out.json) for (const line of errorLines(code, message, ours)) out.note(line);
  if (!out.json && options.debug && stack !== undefined) out.note(stack);
  else if (!out.json && !ours) out.note("run the same command with --debug for the stack");
  return code === "cli/usage" ? EXIT_USAGE : EXIT_PROBLEM;
}

function errorLines(code: string, message: string, ours: boolean): string[] {
  const lines = message.split("\n").map(visibleText);
  if (ours) return lines.map((line, i) => (i === 0 ? `trainlog: ${line}` : `  ${line}`));
  return [`trainlog: this is a fault in trainlog, not in what you did (${code}): ${lines.join(" ")}`];
}
