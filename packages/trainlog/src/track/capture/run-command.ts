/** @file Runs a small program for facts: no shell, bounded in time and output, never throws. */
import { execFile } from "node:child_process";

/** Options of {@link runCommand}. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** What a program said. */
export interface CommandOutput {
  readonly stdout: string;
  /** Whether it ended by itself with exit code 0. */
  readonly ok: boolean;
  /** Whether it was stopped because it said more than `maxBytes`. */
  readonly cut: boolean;
  /** Whether there is no such program. */
  readonly missing: boolean;
}

/** Runs `file` with `args`. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandOutput> {
  const { timeoutMs, maxBytes, ...where } = options;
  return new Promise((resolve) => {
    const settings = {
      ...where,
      timeout: timeoutMs,
      maxBuffer: maxBytes,
      windowsHide: true,
      encoding: "utf8",
    } as const;
    const child = execFile(file, args, settings, (error, stdout) => {
      const code = error?.code;
      resolve({
        stdout,
        ok: error === null,
        cut: code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER",
        missing: code === "ENOENT",
      });
    });
    child.stdin?.end();
    child.unref(); // facts must not keep a finished script alive
  });
}
