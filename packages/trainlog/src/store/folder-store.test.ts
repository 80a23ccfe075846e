import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunLogWriter } from "../run-log/write/index.ts";
import { SqliteCatalog } from "./catalog/sqlite-catalog.ts";
import type { StoreChange } from "./index.ts";
import { folderSignature } from "./run-folder.ts";
import { eventually, lossRows as rows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();
const serve: typeof fixture.serve = (options) => fixture.serve(options);

describe("a serving store", () => {
  it("takes a run from its creation to its end and answers every question about it", async () => {
    const store = await serve();
    const { runId, created } = await store.createRun({ project: "mnist" });
    expect(created).toBe(true);
    await store.append(runId, [
      {
        origin: { writerId: "w", seq: 0 },
        events: [
          { type: "start", runId, project: "mnist", wallMs: 1e12, name: "first", tags: ["a"], host: { os: "linux" } },
          { type: "config", set: { lr: 0.1, ["__proto__"]: 1 } },
          { type: "metric", key: "loss", summary: "min" },
          rows(0, 100),
        ],
      },
      {
        origin: { writerId: "w", seq: 1 },
        events: [
          { type: "console", lines: [{ line: 0, stream: "stdout", text: "hello", wallMs: 1e12 }] },
          { type: "media", key: "img", step: 3, wallMs: 1e12, kind: "image", data: { width: 2 } },
          { type: "alert", wallMs: 1e12, title: "t", text: "x", level: "warn" },
        ],
      },
    ]);
    const run = await store.getRun(runId);
    expect(run).toMatchObject({
      name: "first",
      state: "running",
      project: "mnist",
      tags: ["a"],
      rowCount: 100,
      pointCount: 100,
    });
    expect(run.host).toEqual({ os: "linux" });
    expect(run.alerts).toHaveLength(1);
    expect(Object.entries(run.summary)).toEqual([["loss", 1 / 100]]);
    expect(Object.entries(run.config)).toContainEqual(["__proto__", 1]);
    expect((await store.console(runId)).lines.map((line) => line.text)).toEqual(["hello"]);
    expect((await store.media(runId)).keys).toEqual([{ key: "img", kind: "image", count: 1 }]);
    const [series, missing] = await store.series(
      [
        { runId, key: "loss" },
        { runId, key: "none" },
      ],
      { x: "step", buckets: 10 },
    );
    expect(series?.totalPoints).toBe(100);
    expect(series?.metricPoints).toBe(100);
    expect(missing).toBeUndefined();
    expect((await store.points(runId, "loss", { last: 2 }))?.values).toEqual(Float64Array.of(1 / 99, 1 / 100));
    await store.finishRun(runId, { status: "finished" });
    expect((await store.listRuns({ states: ["finished"], metrics: ["loss"] })).runs).toMatchObject([
      { runId, metrics: [{ key: "loss", count: 100, min: 1 / 100 }] },
    ]);
    const said: string[] = [];
    for await (const event of store.events(runId)) said.push(event.type);
    expect(said).toEqual(["start", "config", "metric", "rows", "console", "media", "alert", "finish"]);
  });

  it("stores a batch that is delivered again only once", async () => {
    const store = await serve();
    const { runId } = await store.createRun({ project: "p" });
    const batch = { origin: { writerId: "w", seq: 5 }, events: [rows(0, 10)] };
    expect(await store.append(runId, [batch])).toEqual([{ duplicate: false }]);
    expect(await store.append(runId, [batch])).toEqual([{ duplicate: true }]);
    expect((await store.getRun(runId)).pointCount).toBe(10);
  });

  it("follows runs that scripts write into the folder, and says what is new in them", async () => {
    const store = await serve();
    await store.refresh();
    const changes: StoreChange[] = [];
    store.subscribe((change) => changes.push(change));
    const writer = RunLogWriter.open(join(fixture.dir, "runs", "script"), {
      runId: "script",
      project: "p",
      createdMs: 1,
    });
    writer.append([rows(0, 5)]);
    const got = (): [number, number][] =>
      changes.flatMap((change) =>
        change.type === "rows" ? [[change.firstIndex[0]!, change.rows.steps.length] as [number, number]] : [],
      );
    await eventually(() => expect(got()).toEqual([[0, 5]]));
    writer.append([rows(5, 3)]);
    await eventually(() =>
      expect(got()).toEqual([
        [0, 5],
        [5, 3],
      ]),
    );
    expect(await store.getRun("script")).toMatchObject({ state: "running", pointCount: 8 });
    writer.append([{ type: "finish", wallMs: 2e12, status: "failed", exitCode: 1, error: "boom" }]);
    writer.close();
    await eventually(() =>
      expect(changes.findLast((change) => change.type === "run")).toMatchObject({
        run: { state: "failed", error: "boom" },
      }),
    );
    rmSync(join(fixture.dir, "runs", "script"), { recursive: true });
    await eventually(() => expect(changes.at(-1)).toMatchObject({ type: "removed", runId: "script" }));
    expect((await store.listRuns()).total).toBe(0);
  });

  it("tells of rows that come after it was opened again, and of no others", async () => {
    const store = await serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.append(runId, [{ events: [rows(0, 5)] }]);
    await store.close();
    const again = await serve();
    const changes: StoreChange[] = [];
    again.subscribe((change) => changes.push(change));
    await again.append(runId, [{ events: [rows(5, 2)] }]);
    await eventually(() => expect(changes.some((change) => change.type === "rows")).toBe(true));
    const told = changes.flatMap((change) =>
      change.type === "rows" ? [[change.firstIndex, [...change.rows.steps]]] : [],
    );
    expect(told).toEqual([[[5], [5, 6]]]);
  });

  it("shows the same after it is opened again, and after its catalog is deleted", async () => {
    const store = await serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.append(runId, [{ events: [rows(0, 50), { type: "config", set: { a: 1 } }] }]);
    await store.finishRun(runId, { status: "finished" });
    const before = await store.getRun(runId);
    await store.close();
    const again = await serve();
    expect(await again.getRun(runId)).toEqual(before);
    await again.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(fixture.dir, `catalog.sqlite${suffix}`), { force: true });
    const rebuilt = await serve();
    await rebuilt.refresh();
    expect(await rebuilt.getRun(runId)).toEqual(before);
    expect((await rebuilt.listRuns()).total).toBe(1);
  });

  it("leaves a catalog behind of which the next opening has nothing to read again", async () => {
    const store = await serve();
    for (const runId of ["going", "ended"]) {
      await store.createRun({ runId, project: "p" });
      await store.append(runId, [{ events: [rows(0, 100_000)] }]);
    }
    await store.finishRun("ended", { status: "finished" });
    await store.getRun("going");
    await store.close();
    const catalog = SqliteCatalog.open(join(fixture.dir, "catalog.sqlite"));
    const indexed = await catalog.indexed();
    await catalog.close();
    expect(indexed).toHaveLength(2);
    for (const { runId, signature } of indexed) {
      const runDir = join(fixture.dir, "runs", runId);
      expect(readdirSync(runDir)).toContain("000001.index");
      expect(JSON.parse(signature)).toMatchObject({ files: folderSignature(runDir) });
    }
  });
});
