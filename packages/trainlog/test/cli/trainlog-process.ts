/** @file The command line as a process of its own, run from source: what a person's shell sees. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The program's entry, in TypeScript. */
const MAIN: string = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What a command printed and how it ended. */
export interface CommandResult {
  /** Exit code, or the signal's name. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to a clean environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that is still running. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  readonly output: { stdout: string; stderr: string };
  readonly result: Promise<CommandResult>;
  /** Waits until standard output or standard error matches; rejects when the command ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a command. */
export function startTrainlog(args: readonly string[], { cwd, env = {} }: CommandOptions = {}): RunningCommand {
  return startNode(["--conditions=@trainlog/source", MAIN, ...args], { ...(cwd === undefined ? {} : { cwd }), env });
}

/** Runs a command to its end. */
export function trainlog(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return startTrainlog(args, options).result;
}

/** Starts Node with arguments. Colours, stores and displays of the person who runs the tests are left out of the environment. */
export function startNode(
  args: readonly string[],
  { cwd, env = {} }: CommandOptions = {},
  program: string = process.execPath,
): RunningCommand {
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(program, args, { cwd, env: { PATH, HOME, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  const changed = new EventTarget();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      changed.dispatchEvent(new Event("text"));
    });
  }
  const result = new Promise<CommandResult>((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      settle({ code: code ?? signal ?? "", ...output });
      changed.dispatchEvent(new Event("text"));
    });
  });
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((settle, fail) => {
      const look = (): void => {
        const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (match !== null) settle(match);
        else if (child.exitCode !== null || child.signalCode !== null)
          fail(new Error(`it ended before it said ${pattern}: ${JSON.stringify(output)}`));
        else return;
        changed.removeEventListener("text", look);
      };
      changed.addEventListener("text", look);
      look();
    });
  return { child, output, result, until };
}
