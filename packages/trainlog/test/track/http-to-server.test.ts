/** @file The tracker and the real server, end to end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  confusionMatrix,
  histogram,
  type InitOptions,
  image,
  init,
  type Run,
  syncRuns,
  table,
} from "../../src/index.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";

let dir = "";
let server: RunningServer | undefined;
const warnings: string[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-e2e-"));
  warnings.length = 0;
  server = await startServer({ dir: join(dir, "server"), port: 0 });
  await server.ready;
});

afterEach(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

function begin(options: InitOptions = {}): Promise<Run> {
  const url = server?.url ?? "";
  return init({
    dir: join(dir, "client"),
    url,
    id: "r",
    capture: false,
    warn: (line) => warnings.push(line),
    ...options,
  });
}

async function answer(path: string): Promise<unknown> {
  const response = await fetch(`${server?.url}/api/v1${path}`);
  return await response.json();
}

function logEverything(run: Run): void {
  for (let i = 0; i < 1000; i++)
    run.log({ loss: 1 / (i + 1), text: `t${i}`, odd: i % 2 === 0 ? Number.NaN : Infinity });
  run.log({
    img: image({ data: new Uint8Array(4), width: 2, height: 2 }),
    h: histogram([1, 2, 3]),
    t: table([{ a: Number.NaN, b: "x" }]),
    c: confusionMatrix({ actual: [0, 1], predicted: [0, 1] }),
  });
  run.defineMetric("loss", { summary: "min" });
  run.alert("hot", { level: "warn" });
  run.addConsole("stdout", "line\n");
  run.summary["best"] = 1;
}

const EXPECTED = {
  state: "finished",
  rowCount: 1000,
  pointCount: 3000,
  damageCount: 0,
  summary: { best: 1, loss: 0.001 },
};

describe("a run sent to the real server", () => {
  it("is shown there whole, and its page is at run.url", async () => {
    const run = await begin({ config: { lr: 0.1 }, tags: ["x"], group: "g", notes: "n", jobType: "train" });
    logEverything(run);
    await run.artifact(
      { "w.bin": new Uint8Array(3) },
      { metadata: { a: 1 }, aliases: ["latest"], description: "d", version: "v1", step: 3 },
    );
    await run.finish();
    expect(warnings).toEqual([]);
    await vi.waitFor(async () => expect(await answer("/runs/r")).toMatchObject(EXPECTED), 5_000);
    expect(await answer("/runs/r")).toMatchObject({
      config: { lr: 0.1 },
      tags: ["x"],
      group: "g",
      alerts: [{ title: "hot" }],
    });
    expect((await fetch(run.url ?? "")).status).toBe(200);
  });

  it("is shown once when the server serves the very folder that the run is written to", async () => {
    const run = await begin({ dir: join(dir, "server") });
    logEverything(run);
    await run.finish();
    await vi.waitFor(async () => expect(await answer("/runs/r")).toMatchObject(EXPECTED), 5_000);
    expect(warnings.join()).not.toContain("trainlog sync");
    await syncRuns(join(dir, "server"), { url: server?.url ?? "", runIds: ["r"], warn: () => {} });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await answer("/runs/r")).toMatchObject(EXPECTED);
  });

  it("arrives whole and once although the server goes away and comes back", async () => {
    const run = await begin();
    const port = Number(new URL(server?.url ?? "").port);
    for (let i = 0; i < 100; i++) {
      run.log({ i });
      run.flushNow();
      if (i === 30) await server?.close();
      if (i === 60) server = await startServer({ dir: join(dir, "server"), port });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await run.finish();
    const points = await answer("/runs/r/points?key=i&limit=1000");
    expect(points).toMatchObject({ steps: Array.from({ length: 100 }, (_, i) => i) });
  });
});
