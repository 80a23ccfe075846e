/** Deleting, restoring, collecting, measuring; a catalog that is lost, broken or too new. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../run/event.ts";
import type { Store } from "./index.ts";
import { lossRows, storeFixture } from "./test-store.ts";
import { folderBytes } from "./trash.ts";

const fixture = storeFixture();
const path = (...names: string[]): string => join(fixture.dir, ...names);
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const blobPath = (text: string): string => path("blobs", hashOf(text).slice(0, 2), hashOf(text).slice(2));

function image(text: string): RunEvent {
  const blobs = [{ sha256: hashOf(text), sizeBytes: text.length }];
  return { type: "media", key: "img", step: 0, wallMs: 1e12, kind: "image", data: {}, blobs };
}

function artifact(...texts: string[]): RunEvent {
  const files = texts.map((text) => ({ path: text, sizeBytes: text.length, sha256: hashOf(text) }));
  return {
    type: "artifact",
    direction: "produced",
    name: "model",
    kind: "model",
    wallMs: 1e12,
    digest: hashOf(texts.join()),
    files,
  };
}

async function runWith(store: Store, runId: string, ...events: RunEvent[]): Promise<void> {
  await store.createRun({ runId, project: "p" });
  await store.append(runId, [{ events: [lossRows(0, 100), ...events] }]);
  await store.finishRun(runId, { status: "finished" });
}

/** Makes files look two hours old, so that they are past the grace period. */
function age(...files: string[]): void {
  for (const file of files) utimesSync(file, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200);
}

describe("delete, restore, gc", () => {
  it("brings a deleted run back whole, until it is collected", async () => {
    const store = await fixture.serve();
    await runWith(store, "r", image("picture"));
    const before = await store.getRun("r");
    await store.deleteRun("r");
    expect(await store.trash()).toMatchObject([{ runId: "r", project: "p", name: "r" }]);
    expect((await store.listRuns()).total).toBe(0);
    await expect(store.getRun("r")).rejects.toMatchObject({ code: "run/not-found" });
    expect(await store.restoreRun("r")).toMatchObject({ runId: "r", pointCount: 100 });
    expect(await store.getRun("r")).toEqual(before);
    expect((await store.media("r")).media).toHaveLength(1);
    await store.deleteRun("r");
    await store.gc();
    await expect(store.restoreRun("r")).rejects.toMatchObject({ code: "run/not-found", status: 404 });
  });

  it("lets an id be used again after its deletion, and then refuses to restore over it", async () => {
    const store = await fixture.serve();
    await runWith(store, "r");
    await store.deleteRun("r");
    await store.createRun({ runId: "r", project: "other" });
    expect((await store.getRun("r")).pointCount).toBe(0);
    await expect(store.restoreRun("r")).rejects.toMatchObject({ code: "run/exists", status: 409 });
  });

  it("stays deleted after kill -9: the write-ahead log does not bring it back", async () => {
    const store = await fixture.serve();
    await runWith(store, "r");
    const wal = readdirSync(path("wal")).filter((name) => name.endsWith(".wal"));
    await store.deleteRun("r");
    const copies = wal.map((name) => [name, readFileSync(path("wal", name))] as const);
    await store.close();
    for (const [name, bytes] of copies) writeFileSync(path("wal", name), bytes);
    const again = await fixture.serve();
    await again.refresh();
    expect((await again.listRuns()).total).toBe(0);
    expect(again.notes).toEqual([]);
  });

  it("really frees the disk, and says beforehand exactly what it will do", async () => {
    const store = await fixture.serve();
    for (const text of ["used by both", "only in a", "in nothing", "fresh"]) await store.blobs.put(Buffer.from(text));
    await runWith(store, "a", image("used by both"), artifact("only in a"));
    await runWith(store, "b", artifact("used by both"));
    writeFileSync(path("blobs", "tmp", "left over"), "half");
    age(blobPath("used by both"), blobPath("only in a"), blobPath("in nothing"), path("blobs", "tmp", "left over"));
    await store.deleteRun("a");
    const before = await folderBytes(fixture.dir);
    const promised = await store.gc({ dryRun: true });
    expect(await folderBytes(fixture.dir)).toBe(before);
    const done = await store.gc();
    expect(done).toEqual({ ...promised, dryRun: false });
    expect(done.problems).toEqual([]);
    expect(done.items.map((item) => item.kind).sort()).toEqual(["blob", "blob", "temporary", "trash"]);
    expect([blobPath("used by both"), blobPath("fresh")].map((file) => existsSync(file))).toEqual([true, true]);
    expect([blobPath("only in a"), blobPath("in nothing")].map((file) => existsSync(file))).toEqual([false, false]);
    expect(before - (await folderBytes(fixture.dir))).toBeGreaterThanOrEqual(done.freedBytes);
    expect((await store.gc()).items).toEqual([]);
  });

  it("keeps the blobs of deleted runs that stay in the trash", async () => {
    const store = await fixture.serve();
    await store.blobs.put(Buffer.from("kept"));
    await runWith(store, "r", image("kept"));
    age(blobPath("kept"));
    await store.deleteRun("r");
    expect((await store.gc({ trashOlderThanMs: 60_000 })).items).toEqual([]);
    await store.restoreRun("r");
    expect(existsSync(blobPath("kept"))).toBe(true);
  });

  it("collects no blob while a run is damaged, and says why", async () => {
    const store = await fixture.serve();
    await store.blobs.put(Buffer.from("perhaps"));
    age(blobPath("perhaps"));
    await runWith(store, "r", image("perhaps"));
    await store.close();
    const log = path("runs", "r", "000001.log");
    const bytes = readFileSync(log);
    bytes[40]! ^= 1;
    writeFileSync(log, bytes);
    const again = await fixture.serve();
    const report = await again.gc();
    expect(report.items).toEqual([]);
    expect(report.problems.join()).toMatch(/no blob was collected.*: r;/);
    expect((await again.getRun("r")).damage[0]).toMatchObject({ file: "runs/r/000001.log" });
  });
});

describe("du", () => {
  it("counts logs, media, artifacts and what is shared", async () => {
    const store = await fixture.serve();
    for (const text of ["shared!", "own"]) await store.blobs.put(Buffer.from(text));
    await runWith(store, "a", image("shared!"), image("shared!"), artifact("own"));
    await runWith(store, "b", artifact("shared!"));
    await store.deleteRun((await store.createRun({ project: "p" })).runId);
    const usage = await store.du();
    const byId = new Map(usage.runs.map((run) => [run.runId, run]));
    expect(byId.get("a")).toMatchObject({ mediaBytes: 7, artifactBytes: 3, sharedBytes: 7 });
    expect(byId.get("b")).toMatchObject({ mediaBytes: 0, artifactBytes: 7, sharedBytes: 7 });
    expect(byId.get("a")?.logBytes).toBe(await folderBytes(path("runs", "a")));
    expect(usage.blobBytes).toBe(10);
    expect(usage.trashBytes).toBeGreaterThan(0);
    const parts = [usage.runBytes, usage.blobBytes, usage.trashBytes, usage.walBytes, usage.catalogBytes];
    expect(usage.totalBytes).toBe(parts.reduce((sum, bytes) => sum + bytes, 0));
  });
});

describe("the catalog", () => {
  const everything = async (store: Store): Promise<unknown> => {
    await store.refresh();
    return {
      list: await store.listRuns({ config: "*", summary: "*", metrics: ["loss"] }),
      runs: await Promise.all(["a", "b"].map((runId) => store.getRun(runId))),
      metrics: await store.metrics("a"),
      console: await store.console("a"),
      media: await store.media("a"),
      artifacts: await store.artifacts("a"),
      projects: await store.projects(),
      uses: (await store.du()).runs.map(({ logBytes: _, ...usage }) => usage),
    };
  };

  async function fill(): Promise<unknown> {
    const store = await fixture.serve();
    const lines = [0, 1, 1].map((line, i) => ({ line, stream: "stdout" as const, text: `text ${i}`, wallMs: i }));
    const odd: RunEvent = {
      type: "config",
      set: { nan: Number.NaN, nested: { minus: -0, list: [Infinity] }, text: "x" },
    };
    await runWith(store, "a", odd, { type: "console", lines }, image("one"), artifact("two"), {
      type: "summary",
      set: { best: 3 },
    });
    await runWith(store, "b");
    await store.append("b", [{ events: [lossRows(100, 5), lossRows(0, 3, "odd")] }]);
    await store.editRun("b", { tags: ["edited"] });
    const answer = await everything(store);
    await store.close();
    return answer;
  }

  const removeCatalog = (): void => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path(`catalog.sqlite${suffix}`), { force: true });
  };

  it("is the same when it was deleted and rebuilt", async () => {
    const before = await fill();
    removeCatalog();
    const store = await fixture.serve();
    expect(await everything(store)).toEqual(before);
    expect(store.notes).toEqual([]);
  });

  it.each(["cut in the middle", "overwritten", "other tables"])(
    "is set aside and rebuilt when the file is damaged: %s",
    async (how) => {
      const before = await fill();
      const file = path("catalog.sqlite");
      if (how === "cut in the middle") truncateSync(file, 5000);
      else if (how === "overwritten") writeFileSync(file, "this is no database".repeat(1000));
      else new DatabaseSync(file).exec("DROP TABLE runs");
      const problems: string[] = [];
      const store = await fixture.serve({ onProblem: (message) => problems.push(message) });
      expect(await everything(store)).toEqual(before);
      expect([...store.notes, ...problems].join()).toMatch(/was damaged .* the catalog is rebuilt/);
      expect(readdirSync(fixture.dir).some((name) => name.startsWith("catalog.sqlite.damaged-"))).toBe(true);
    },
  );

  it("is left alone and held in memory when a newer trainlog made it", async () => {
    const before = await fill();
    new DatabaseSync(path("catalog.sqlite")).exec("PRAGMA user_version = 99");
    const store = await fixture.serve();
    expect(await everything(store)).toMatchObject({ list: (before as { list: unknown }).list });
    expect(store.notes.join()).toMatch(/newer trainlog/);
    await store.close();
    expect(new DatabaseSync(path("catalog.sqlite")).prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  });
});
