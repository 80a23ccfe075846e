/** @file The program's edge: process streams, signals and exit code. Everything else is in `run-cli.ts`. */
import { readFile } from "node:fs/promises";
import { runCli } from "./run-cli.ts";
import { abortOnSignals } from "./signals.ts";

/** Runs the command line of this process and sets its exit code. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  exitQuietlyOnClosedPipe();
  process.exitCode = await runCli(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: abortOnSignals(),
    nowMs: Date.now,
    version: readVersion,
  });
}

/** `trainlog ls | head` closes the pipe early; that is no error. */
function exitQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
}

async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const version =
    manifest !== null && typeof manifest === "object" && "version" in manifest ? manifest.version : undefined;
  return typeof version === "string" ? version : "unknown";
}

if (import.meta.main) await main();
