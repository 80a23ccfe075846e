/** @file For tests of the command line: a folder for each test, the program in this process, and servers that are closed afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { RunEvent } from "../run/event.ts";
import { type RunningServer, startServer } from "../server/index.ts";
import { openStore } from "../store/index.ts";
import { runCli } from "./run-cli.ts";

/** What a command line printed. */
export interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The world of one test. */
export interface CliFixture {
  /** The working folder. */
  readonly dir: string;
  /** Environment of the next command lines; empty at the start. */
  env: Record<string, string>;
  /** Width of the terminal of the next command lines; none at the start. */
  columns: number | undefined;
  cli(...argv: string[]): Promise<CliAnswer>;
  /** Runs a command line until `until` says so of what it printed, then presses Ctrl-C. */
  cliUntil(until: (stdout: string) => boolean, ...argv: string[]): Promise<CliAnswer>;
  /** Puts runs into `dir/store`: each list of events is one run. */
  makeRuns(...runs: readonly (readonly RunEvent[])[]): Promise<void>;
  /** Serves `dir/store`. */
  serve(token?: string, port?: number): Promise<RunningServer>;
}

/** Gives every test of the file a folder and a world of its own. */
export function cliFixture(): CliFixture {
  let dir = "";
  const servers: RunningServer[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "trainlog-cli-"));
    fixture.env = {};
    fixture.columns = undefined;
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await rm(dir, { recursive: true, force: true });
  });
  const run = async (until: ((stdout: string) => boolean) | undefined, argv: readonly string[]): Promise<CliAnswer> => {
    const ctrlC = new AbortController();
    const written = { stdout: "", stderr: "" };
    const stream = (name: "stdout" | "stderr") => ({
      isTTY: fixture.columns !== undefined,
      columns: fixture.columns,
      write: (text: string | Uint8Array) => {
        written[name] += typeof text === "string" ? text : Buffer.from(text).toString();
        if (until?.(written.stdout) === true) ctrlC.abort("SIGINT");
      },
    });
    const code = await runCli(argv, {
      stdout: stream("stdout"),
      stderr: stream("stderr"),
      env: fixture.env,
      cwd: dir,
      signal: ctrlC.signal,
      nowMs: () => 1e12,
      version: async () => "0",
    });
    return { code, ...written };
  };
  const fixture: CliFixture = {
    get dir() {
      return dir;
    },
    env: {},
    columns: undefined,
    cli: (...argv) => run(undefined, argv),
    cliUntil: (until, ...argv) => run(until, argv),
    makeRuns: async (...runs) => {
      await using store = await openStore(join(dir, "store"), { mode: "serve", sealAfterMs: false });
      for (const events of runs) {
        const [start] = events;
        if (start?.type !== "start") throw new Error("a run begins with its start");
        const { runId, project, wallMs } = start;
        await store.createRun({ runId, project, createdMs: wallMs });
        await store.append(runId, [{ origin: { writerId: "test", seq: 0 }, events }]);
      }
    },
    serve: async (token, port = 0) => {
      const options = {
        dir: join(dir, "store"),
        port,
        onProblem: () => {},
        ...(token === undefined ? {} : { token }),
      };
      const server = await startServer(options);
      servers.push(server);
      await server.ready;
      return server;
    },
  };
  return fixture;
}

/** A run of `count` rows: `loss` falls from 1, `acc` rises; config `lr`. */
export function sampleRun(
  runId: string,
  facts: { name: string; lr: number; count?: number; tags?: string[] },
): RunEvent[] {
  const { name, lr, count = 20, tags = [] } = facts;
  const steps = Float64Array.from({ length: count }, (_, i) => i);
  return [
    { type: "start", runId, project: "demo", name, tags, wallMs: 1e12 - 60_000 },
    { type: "config", set: { lr, optimizer: { name: "adam" } } },
    {
      type: "rows",
      rows: {
        steps,
        wallMs: steps.map((step) => 1e12 - 60_000 + step * 1000),
        columns: [
          { kind: "number", key: "loss", values: steps.map((step) => lr * 10 + 1 / (1 + step)) },
          { kind: "number", key: "acc", values: steps.map((step) => step / count) },
        ],
      },
    },
    { type: "console", lines: [{ line: 0, stream: "stdout", text: `hello from ${name}`, wallMs: 1e12 }] },
    { type: "finish", wallMs: 1e12 - 1000, status: "finished" },
  ];
}
