import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunLogWriter } from "../run-log/write/index.ts";
import { FolderBlobs } from "./blobs/folder-blobs.ts";
import type { StoreChange } from "./index.ts";
import { openStore } from "./index.ts";
import { eventually, lossRows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();
let parent = "";
let first = "";
let second = "";

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "trainlog-watched-"));
  first = join(parent, "vision");
  second = join(parent, "other", "vision");
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Writes a run as a script does: into the folder, past the server. */
function script(folder: string, runId: string, project: string, rowCount = 10): void {
  const writer = RunLogWriter.open(join(folder, "runs", runId), { runId, project, createdMs: 1e12 });
  writer.append([{ type: "start", runId, project, wallMs: 1e12, name: `${runId} of ${project}` }]);
  writer.append([lossRows(0, rowCount), { type: "finish", wallMs: 1e12 + 1, status: "finished" }]);
  writer.close();
}

describe("a store that watches other folders", () => {
  it("has the runs of all of them in one list, with the folder that each lies in", async () => {
    script(fixture.dir, "a", "own", 5);
    script(first, "b", "seen", 20);
    script(second, "c", "seen", 30);
    await using store = await fixture.serve({ watch: [first, second] });
    await store.refresh();
    const { runs, total } = await store.listRuns({ sort: [{ by: "rowCount", descending: true }] });
    expect(total).toBe(3);
    expect(runs.map(({ runId, folder }) => [runId, folder])).toEqual([
      ["c", "vision-2"],
      ["b", "vision"],
      ["a", undefined],
    ]);
    const [series] = await store.series([{ runId: "c", key: "loss" }], { x: "step", buckets: 5 });
    expect(series?.totalPoints).toBe(30);
    expect(await store.folders()).toEqual([
      { dir: fixture.dir, present: true, runCount: 1, renamed: [] },
      { dir: first, folder: "vision", present: true, runCount: 1, renamed: [] },
      { dir: second, folder: "vision-2", present: true, runCount: 1, renamed: [] },
    ]);
  });

  it("hides no run whose id another folder has too, and says how it is shown", async () => {
    script(fixture.dir, "same", "own", 1);
    script(first, "same", "seen", 2);
    script(second, "same", "seen", 3);
    await using store = await fixture.serve({ watch: [first, second] });
    await store.refresh();
    const { runs } = await store.listRuns({ sort: [{ by: "rowCount" }] });
    expect(runs.map((run) => run.runId)).toEqual(["same", "same.at-vision", "same.at-vision-2"]);
    expect(store.notes).toEqual([
      `run same of ${first} has the id of another run; it is shown as same.at-vision`,
      `run same of ${second} has the id of another run; it is shown as same.at-vision-2`,
    ]);
    const renamed = (await store.folders()).map((folder) => folder.renamed);
    expect(renamed).toEqual([
      [],
      [{ runId: "same.at-vision", name: "same" }],
      [{ runId: "same.at-vision-2", name: "same" }],
    ]);
    const points = await Promise.all(runs.map((run) => store.points(run.runId, "loss")));
    expect(points.map((answer) => answer?.totalPoints)).toEqual([1, 2, 3]);
  });

  it("gives an id to the store's own run when a watched one had it first", async () => {
    script(first, "same", "seen", 2);
    const problems: string[] = [];
    await using store = await fixture.serve({ watch: [first], onProblem: (message) => problems.push(message) });
    await store.refresh();
    expect((await store.getRun("same")).rowCount).toBe(2);
    script(fixture.dir, "same", "own", 7);
    await eventually(async () => {
      expect((await store.getRun("same")).rowCount).toBe(7);
      expect((await store.getRun("same.at-vision")).rowCount).toBe(2);
    });
    await store.refresh();
    expect((await store.listRuns()).runs.map(({ runId, project }) => [runId, project]).sort()).toEqual([
      ["same", "own"],
      ["same.at-vision", "seen"],
    ]);
    expect(problems).toEqual([`run same is in ${fixture.dir} and in ${first}; the latter is shown as same.at-vision`]);
  });

  it("follows a folder that appears later, goes away and comes back", async () => {
    await using store = await fixture.serve({ watch: [first] });
    const told: StoreChange[] = [];
    store.subscribe((change) => told.push(change));
    await store.refresh();
    expect((await store.folders())[1]).toMatchObject({ present: false, runCount: 0 });
    script(first, "late", "seen");
    await eventually(() => expect(told).toContainEqual(expect.objectContaining({ type: "run", runId: "late" })));
    renameSync(first, `${first}-elsewhere`);
    await eventually(() => expect(told).toContainEqual({ type: "removed", runId: "late", project: "seen" }));
    expect((await store.listRuns()).total).toBe(0);
    renameSync(`${first}-elsewhere`, first);
    await eventually(async () => expect((await store.listRuns()).runs[0]?.runId).toBe("late"));
  });

  it("edits, deletes and restores watched runs where they lie", async () => {
    script(first, "b", "seen");
    await using store = await fixture.serve({ watch: [first] });
    await store.refresh();
    await store.editRun("b", { name: "better", tags: ["kept"] });
    await store.deleteRun("b");
    expect((await store.listRuns()).total).toBe(0);
    expect((await store.trash()).map(({ runId, name }) => [runId, name])).toEqual([["b", "better"]]);
    expect(await store.restoreRun("b")).toMatchObject({ runId: "b", name: "better", folder: "vision" });
    await using alone = await openStore(first);
    expect((await alone.getRun("b")).tags).toEqual(["kept"]);
  });

  it("leaves feeding, sealing and collecting to a server of that folder", async () => {
    script(first, "b", "seen");
    const blob = await new FolderBlobs(join(first, "blobs")).put(Buffer.from("weights"));
    await using store = await fixture.serve({ watch: [first] });
    await store.refresh();
    const watched = expect.objectContaining({ code: "run/watched", status: 409 });
    await expect(store.append("b", [{ events: [] }])).rejects.toEqual(watched);
    await expect(store.createRun({ runId: "b", project: "p" })).rejects.toEqual(watched);
    await expect(store.sealRun("b")).rejects.toEqual(watched);
    expect((await store.gc({ graceMs: 0 })).items).toEqual([]);
    expect(await store.blobs.size(blob.sha256)).toBe(7);
    expect(Buffer.concat(await (await store.blobs.open(blob.sha256)).toArray()).toString()).toBe("weights");
  });

  it("takes no run away from another server of the folder", async () => {
    script(first, "b", "seen");
    await using other = await openStore(first, { mode: "serve", sealAfterMs: false, address: "http://127.0.0.1:1" });
    await using store = await fixture.serve({ watch: [first] });
    await store.refresh();
    await expect(store.deleteRun("b")).rejects.toThrow(/served by process .* at http:\/\/127\.0\.0\.1:1/);
    expect((await other.getRun("b")).runId).toBe("b");
  });

  it("can be read beside the server, watched runs too", async () => {
    script(first, "b", "seen", 12);
    await using store = await fixture.serve({ watch: [first] });
    await store.refresh();
    await using reader = await fixture.read();
    expect((await reader.listRuns()).runs.map((run) => run.folder)).toEqual(["vision"]);
    expect((await reader.points("b", "loss"))?.totalPoints).toBe(12);
  });

  it("forgets the runs of a folder that it watches no more", async () => {
    script(first, "b", "seen");
    const store = await fixture.serve({ watch: [first] });
    await store.refresh();
    await store.close();
    await using again = await fixture.serve();
    await again.refresh();
    expect((await again.listRuns()).total).toBe(0);
  });

  it("refuses a folder that is named twice, or that is no store", async () => {
    mkdirSync(first, { recursive: true });
    const twice = expect.objectContaining({ code: "store/watched-twice" });
    await expect(fixture.serve({ watch: [first, join(first, ".")] })).rejects.toEqual(twice);
    await expect(fixture.serve({ watch: [fixture.dir] })).rejects.toEqual(twice);
    const file = join(parent, "file");
    writeFileSync(file, "");
    await expect(fixture.serve({ watch: [file] })).rejects.toEqual(
      expect.objectContaining({ code: "store/bad-folder" }),
    );
  });
});
