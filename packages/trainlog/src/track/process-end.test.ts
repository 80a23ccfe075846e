/** @file How runs end when their process does: each case is a real process. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FinishEvent, RunEvent } from "../run/event.ts";
import { RunLogReader } from "../run-log/read/index.ts";
import { runLiveness } from "../run-log/write/index.ts";

const entry = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), "../index.ts")).href;
let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-end-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `script` with `run` begun in the test's folder. */
function start(script: string, capture = "{ git: false, packages: false, system: false }"): ChildProcess {
  const file = join(dir, "script.ts");
  const begin = `const run = await trainlog.init({ dir: ${JSON.stringify(dir)}, capture: ${capture} });`;
  writeFileSync(file, `import * as trainlog from ${JSON.stringify(entry)};\n${script.replace("BEGIN", begin)}\n`);
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawn(process.execPath, ["--conditions=@trainlog/source", file], { env, stdio: ["ignore", "pipe", "pipe"] });
}

function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Resolves when the child has printed `text`. */
function printed(child: ChildProcess, text: string): Promise<void> {
  let seen = "";
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk) => {
      seen += chunk;
      if (seen.includes(text)) resolve();
    });
  });
}

/** The run that the script made. */
function onlyRun(): {
  events: RunEvent[];
  finish: FinishEvent | undefined;
  steps: number[];
  damage: number;
  alive: string;
} {
  const [runId = ""] = readdirSync(join(dir, "runs"));
  const folder = join(dir, "runs", runId);
  const reader = RunLogReader.open(folder, { rows: true });
  const { events } = reader.refresh();
  const damage = reader.damage.length;
  reader.close();
  const steps = events.flatMap((event) => (event.type === "rows" ? [...event.rows.steps] : []));
  const finish = events.findLast((event): event is FinishEvent => event.type === "finish");
  return { events, finish, steps, damage, alive: runLiveness(folder, { nowMs: Date.now() }) };
}

describe("a process that ends", () => {
  it("without finish and with exit code 0 leaves a finished run with all rows", async () => {
    const { code, stderr } = await ended(start("BEGIN\nfor (let i = 0; i < 10; i++) run.log({ i });"));
    expect([code, stderr]).toEqual([0, ""]);
    expect(onlyRun()).toMatchObject({
      finish: { status: "finished", exitCode: 0 },
      steps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
  });

  it("by process.exit leaves a run by its code, with all rows", async () => {
    const { code } = await ended(start("BEGIN\nrun.log({ a: 1 });\nprocess.exit(3);"));
    expect(code).toBe(3);
    expect(onlyRun()).toMatchObject({ finish: { status: "failed", exitCode: 3 }, steps: [0] });
  });

  it.each([
    ["an uncaught error", 'setTimeout(() => { throw new Error("boom"); }, 1);'],
    ["an unhandled rejection", 'Promise.reject(new Error("boom"));'],
    ["an error at the top of the module", 'throw new Error("boom");'],
  ])("by %s leaves a failed run with the error, and Node prints it as ever", async (_, script) => {
    const { code, stderr } = await ended(start(`BEGIN\nrun.log({ a: 1 });\n${script}`));
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: boom\n\s+at /);
    const { finish, steps } = onlyRun();
    expect(finish).toMatchObject({ status: "failed", exitCode: 1, error: expect.stringMatching(/boom.*at /s) });
    expect(steps).toEqual([0]);
  });

  it("by an error out of an await using block leaves a failed run", async () => {
    const script =
      'BEGIN\nasync function main() { await using scoped = run; scoped.log({ a: 1 }); throw new Error("boom"); }\nawait main();';
    const { code, stderr } = await ended(start(script));
    expect([code, stderr.includes("boom")]).toEqual([1, true]);
    expect(onlyRun()).toMatchObject({
      finish: { status: "failed", error: expect.stringContaining("boom") },
      steps: [0],
    });
  });

  it("normally after an error that the script handled leaves a finished run", async () => {
    const script =
      'BEGIN\nprocess.on("uncaughtException", () => {});\nsetTimeout(() => { throw new Error("handled"); }, 1);\nsetTimeout(() => run.log({ a: 1 }), 20);';
    expect((await ended(start(script))).code).toBe(0);
    expect(onlyRun()).toMatchObject({ finish: { status: "finished" }, steps: [0] });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("by %s leaves a killed run, and dies of the signal", async (signal) => {
    const child = start('BEGIN\nrun.log({ a: 1 });\nsetInterval(() => {}, 1000);\nconsole.log("ready");');
    const end = ended(child);
    await printed(child, "ready");
    child.kill(signal);
    expect((await end).signal).toBe(signal);
    expect(onlyRun()).toMatchObject({
      finish: { status: "killed", error: expect.stringContaining(signal) },
      steps: [0],
    });
  });

  it("by a signal that the script handles ends as the script says", async () => {
    const script =
      'BEGIN\nprocess.on("SIGTERM", async () => { run.log({ a: 1 }); await run.finish({ status: "failed" }); process.exit(0); });\nsetInterval(() => {}, 1000);\nconsole.log("ready");';
    const child = start(script);
    const end = ended(child);
    await printed(child, "ready");
    child.kill("SIGTERM");
    expect((await end).code).toBe(0);
    expect(onlyRun()).toMatchObject({ finish: { status: "failed" }, steps: [0] });
  });

  it("by Ctrl-C in a loop that never yields dies", async () => {
    const script =
      'BEGIN\nconsole.log("ready");\nconst end = Date.now() + 20_000;\nfor (let i = 0; Date.now() < end; i++) run.log({ i });';
    const child = start(script);
    const end = ended(child);
    await printed(child, "ready");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    child.kill("SIGINT");
    expect((await end).signal).toBe("SIGINT");
    const { finish, steps, damage } = onlyRun();
    expect(finish).toBeUndefined(); // shown as crashed: there was no moment to say anything
    expect(steps.length).toBeGreaterThan(1_000);
    expect(damage).toBe(0);
  });

  it("by kill -9 leaves a readable, crashed run with everything older than a moment", async () => {
    const script =
      'BEGIN\nlet i = 0;\nsetInterval(() => { run.log({ i: i++ }); if (i === 60) console.log("ready"); }, 10);';
    const child = start(script);
    const end = ended(child);
    await printed(child, "ready");
    child.kill("SIGKILL");
    expect((await end).signal).toBe("SIGKILL");
    const { finish, steps, alive } = onlyRun();
    expect([finish, alive]).toEqual([undefined, "dead"]);
    expect(steps.length).toBeGreaterThan(20);
    expect(steps).toEqual(steps.map((_, i) => i));
  });

  it("keeps what was printed, and prints it unchanged", async () => {
    const script =
      'BEGIN\nconsole.log("héllo");\nprocess.stderr.write("10%\\r");\nprocess.stderr.write("20%\\n");\nawait run.finish();\nconsole.log("after");';
    const { stdout, stderr } = await ended(start(script));
    expect([stdout, stderr]).toEqual(["héllo\nafter\n", "10%\r20%\n"]);
    const lines = onlyRun().events.flatMap((event) => (event.type === "console" ? event.lines : []));
    expect(lines.map(({ stream, text }) => [stream, text])).toEqual([
      ["stdout", "héllo"],
      ["stderr", "20%"],
    ]);
  });

  it("with runs in worker threads ends each by its own thread", async () => {
    const worker = `import * as trainlog from ${JSON.stringify(entry)};
      const run = await trainlog.init({ dir: ${JSON.stringify(dir)}, id: "w", capture: { git: false, packages: false, system: false } });
      run.log({ a: 1 });`;
    writeFileSync(join(dir, "worker.ts"), worker);
    const { code, stderr } = await ended(
      start(`import { Worker } from "node:worker_threads";\nnew Worker(${JSON.stringify(join(dir, "worker.ts"))});`),
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(onlyRun()).toMatchObject({ finish: { status: "finished" }, steps: [0] });
  });
});
