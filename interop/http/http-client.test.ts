/** @file The binary ingest as a stranger speaks it: a Python client without dependencies, made after docs/http-api.md, against the real server. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type RunningServer, startServer } from "trainlog/server";
import { openStore, type Store } from "trainlog/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "train.py");
const python = promisify(execFile);
let dir = "";
let server: RunningServer | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-python-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

/** What the script logs, as the store has it. */
async function expectTraining(store: Store, runId: string): Promise<void> {
  const run = await store.getRun(runId);
  expect(run).toMatchObject({
    project: "python",
    name: "naïve ✓",
    state: "finished",
    source: "python",
    rowCount: 2501,
  });
  expect(run.config).toEqual({ lr: 0.1, limit: Infinity, layers: [64, 64], odd: { $float: 1 } });
  const loss = await store.points(runId, "loss", { limit: 10_000 });
  expect(loss?.values).toEqual(Float64Array.from({ length: 2500 }, (_, step) => 1 / (step + 1)));
  expect(loss?.steps).toEqual(Float64Array.from({ length: 2500 }, (_, step) => step));
  const validation = await store.points(runId, "val/loss");
  const values = Float64Array.from({ length: 25 }, (_, i) => (i === 2 ? Number.NaN : (i * 100) / 7));
  expect(validation?.values).toEqual(values);
  expect((await store.points(runId, "phase", { last: 1 }))?.values).toEqual(["main"]);
  expect(await store.points(runId, "late")).toMatchObject({
    steps: Float64Array.of(10),
    values: Float64Array.of(2 ** 40),
  });
  expect((await store.points(runId, "done"))?.values).toEqual([true]);
}

describe("a Python client without dependencies", () => {
  it("logs a run: every value arrives as it was", async () => {
    server = await startServer({ dir, port: 0 });
    await python("python3", [SCRIPT, server.url, "py", ""]);
    await expectTraining(await server.ready, "py");
  });

  it("is told what is wrong", async () => {
    server = await startServer({ dir, port: 0, token: "the-right-token-of-the-server" });
    await expect(python("python3", [SCRIPT, server.url, "py", "wrong"])).rejects.toThrow(/trainlog: .*"status":401/);
    await expect(python("python3", [SCRIPT, server.url, "no%20id", "the-right-token-of-the-server"])).rejects.toThrow(
      /trainlog: .*no id/,
    );
  });

  it("waits for a server that comes later, and sends nothing twice", async () => {
    server = await startServer({ dir, port: 0 });
    const { url, port } = server;
    await server.close();
    const script: ChildProcess = spawn("python3", [SCRIPT, url, "py", ""], { stdio: "ignore" });
    const ended = once(script, "exit");
    server = await startServer({ dir, port });
    expect(await ended).toEqual([0, null]);
    await expectTraining(await server.ready, "py");
    await server.close();
    await using store = await openStore(dir);
    await expectTraining(store, "py");
  });
});
