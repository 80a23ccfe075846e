import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportCsv } from "./csv/export-csv.ts";
import { exportEvents } from "./events/export-events.ts";
import { openImport } from "./import/open-import.ts";
import { planImport } from "./import/plan-import.ts";
import { decideImport, writeImport } from "./import/write-import.ts";
import { exportJsonl } from "./jsonl/export-jsonl.ts";
import { exportParquet } from "./parquet/export-parquet.ts";
import type { ByteSink, ExportJob, ExportSummary } from "./run-source.ts";
import {
  anyRun,
  folderFixture,
  MemoryTarget,
  PICTURE,
  PICTURE_SHA256,
  pointsOf,
  sourceOf,
  type TestRun,
} from "./test-runs.ts";

const folder = folderFixture();
let files = 0;

async function importAll(
  path: string,
  target: MemoryTarget = new MemoryTarget(),
  project?: string,
): Promise<MemoryTarget> {
  const reader = await openImport(path);
  const options = project === undefined ? {} : { project };
  const plan = await planImport(reader, options);
  expect(plan.bad).toEqual([]);
  await writeImport(reader, await decideImport(plan, target), target, options);
  return target;
}

function jobOf(runs: readonly TestRun[]): ExportJob {
  return { source: sourceOf(runs), runIds: runs.map(({ facts }) => facts.runId) };
}

type PointsExport = (job: ExportJob, points: ByteSink, runs: ByteSink) => Promise<ExportSummary>;

async function exportPoints(runs: readonly TestRun[], extension: string, write: PointsExport): Promise<string> {
  const name = `points-${files++}`;
  const points = await folder.sink(`${name}.${extension}`);
  const table = await folder.sink(`${name}.runs.${extension}`);
  await write(jobOf(runs), points, table);
  await points.close();
  await table.close();
  return folder.path(`${name}.${extension}`);
}

const twoRuns = fc.tuple(anyRun("r1"), anyRun("r2"));

/** Points as a list that toEqual compares with NaN and -0; order within a run is that of the log. */
function allPoints(runs: readonly TestRun[]) {
  return runs.flatMap(({ facts, events }) => pointsOf(facts.runId, events));
}

const FORMATS: readonly (readonly [name: string, extension: string, write: PointsExport])[] = [
  ["CSV, long", "csv", (job, points, runs) => exportCsv(job, { layout: "long" }, points, runs)],
  ["CSV, wide", "csv", (job, points, runs) => exportCsv(job, { layout: "wide" }, points, runs)],
  ["JSON lines", "jsonl", exportJsonl],
  ["Parquet", "parquet", exportParquet],
];

describe.each(FORMATS)("%s", (_name, extension, write) => {
  it("brings back every point of random runs, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(twoRuns, async (runs) => {
        const { runs: imported } = await importAll(await exportPoints(runs, extension, write));
        const found = [...imported].flatMap(([runId, events]) => pointsOf(runId, events));
        expect(new Set(imported.keys())).toEqual(new Set(["r1", "r2"]));
        expect(byRun(found)).toEqual(byRun(allPoints(runs)));
      }),
      { numRuns: 60 },
    );
  });

  it("brings back what the runs are called, and their configuration", async () => {
    const run = runWithFacts();
    const { runs } = await importAll(await exportPoints([run], extension, write));
    const [start, config, ...rest] = runs.get("r1") ?? [];
    expect(start).toEqual({
      type: "start",
      runId: "r1",
      project: "tests",
      name: 'a "name",\nof two lines',
      group: "=g",
      tags: ["a,b", "c"],
      notes: "n",
      wallMs: 1e12,
    });
    expect(config).toEqual({ type: "config", set: { lr: 1e-3, nan: Number.NaN, deep: { list: [1, "x"] } } });
    expect(rest).toContainEqual({ type: "summary", set: { best: -0 } });
    expect(rest.at(-1)).toEqual({ type: "finish", wallMs: 1e12 + 5000, status: "failed", exitCode: 1, error: "boom" });
  });

  it("imports the same file twice without adding anything", async () => {
    const path = await exportPoints([runWithFacts()], extension, write);
    const target = await importAll(path);
    const before = structuredClone(target.runs);
    await importAll(path, target);
    expect(target.runs).toEqual(before);
  });
});

/** Rows of a run may come between those of another; only the order within a run counts. */
function byRun(points: ReturnType<typeof allPoints>): unknown {
  return Object.fromEntries(["r1", "r2"].map((id) => [id, points.filter(([runId]) => runId === id)]));
}

function runWithFacts(): TestRun {
  const steps = Float64Array.of(0, 1);
  const rows = {
    steps,
    wallMs: Float64Array.of(1e12, 1e12 + 1),
    columns: [{ kind: "number" as const, key: "loss", values: Float64Array.of(2, 1) }],
  };
  return {
    facts: {
      runId: "r1",
      project: "tests",
      name: 'a "name",\nof two lines',
      group: "=g",
      tags: ["a,b", "c"],
      notes: "n",
      state: "failed",
      createdMs: 1e12,
      finishedMs: 1e12 + 5000,
      exitCode: 1,
      error: "boom",
      config: { lr: 1e-3, nan: Number.NaN, deep: { list: [1, "x"] } },
      summary: { loss: 1, best: -0 },
    },
    events: [{ type: "rows", rows }],
  };
}

describe("events", () => {
  it("brings back every event of random runs as it was, and the stored files", async () => {
    await fc.assert(
      fc.asyncProperty(twoRuns, async (runs) => {
        const name = `events-${files++}`;
        await exportEvents(jobOf(runs), folder.tree(name));
        const target = await importAll(folder.path(name));
        for (const { facts, events } of runs) expect(target.runs.get(facts.runId)).toEqual(events);
        const hasPicture = runs.some(({ events }) => events.some(({ type }) => type === "media"));
        expect(target.blobs.get(PICTURE_SHA256)).toEqual(hasPicture ? Buffer.from(PICTURE) : undefined);
      }),
      { numRuns: 60 },
    );
  });
});
