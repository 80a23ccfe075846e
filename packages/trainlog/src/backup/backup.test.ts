import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunEvent } from "../run/event.ts";
import { RunLogWriter } from "../run-log/write/index.ts";
import { lossRows, storeFixture } from "../store/test-store.ts";
import { type BackupSource, backUp, folderSource, restoreBackup, verifyBackup } from "./index.ts";

const store = storeFixture();
const other = storeFixture();
let dest = "";
beforeEach(async () => {
  dest = join(await mkdtemp(join(tmpdir(), "trainlog-backup-")), "copy");
});
afterEach(() => rm(join(dest, ".."), { recursive: true, force: true }));

const make = (source: BackupSource = folderSource(store.dir)) => backUp(source, dest, { nowMs: 1 });

function startOf(runId: string): RunEvent {
  return { type: "start", runId, project: "p", wallMs: 1 };
}

/** A run with some rows, that a script goes on writing. */
function openRun(runId: string): RunLogWriter {
  const writer = RunLogWriter.open(join(store.dir, "runs", runId), { runId, project: "p", createdMs: 1 });
  writer.append([startOf(runId), lossRows(0, 100)]);
  return writer;
}

async function eventsOf(dir: string, runId: string): Promise<RunEvent[]> {
  const { openStore } = await import("../store/index.ts");
  await using opened = await openStore(dir);
  return Array.fromAsync(opened.events(runId));
}

describe("backUp", () => {
  it("copies runs and stored files, and the next time only what is new", async () => {
    using writer = openRun("r1");
    openRun("r2").close();
    const serving = await store.serve();
    await serving.blobs.put(Buffer.from("picture"));
    await serving.close();
    expect(await make()).toMatchObject({ runs: 2, changedRuns: 2, copiedBlobs: 1, problems: [] });
    expect(await make()).toMatchObject({ changedRuns: 0, copiedFiles: 0, copiedBytes: 0, copiedBlobs: 0 });
    writer.append([lossRows(100, 10)]);
    expect(await make()).toMatchObject({ changedRuns: 1, copiedFiles: 1 });
    expect(await eventsOf(dest, "r1")).toEqual(await eventsOf(store.dir, "r1"));
    expect((await verifyBackup(dest)).problems).toEqual([]);
  });

  it("keeps what people wrote about projects, and never writes over newer notes", async () => {
    openRun("r1").close();
    await using serving = await store.serve();
    await serving.editProject("p", { notes: "what we try here" });
    expect(await make()).toMatchObject({ projects: 1, problems: [] });
    expect(await make()).toMatchObject({ copiedFiles: 0 });
    await serving.editProject("p", { notes: "what we tried" });
    expect(await make()).toMatchObject({ copiedFiles: 1 });
    expect(await restoreBackup(dest, other.dir)).toMatchObject({ projects: 1, problems: [] });
    await using back = await other.serve();
    expect(await back.projectNote("p")).toMatchObject({ notes: "what we tried" });
    await back.editProject("p", { notes: "newer" });
    expect(await restoreBackup(dest, other.dir)).toMatchObject({ projects: 0, problems: [] });
    expect(await back.projectNote("p")).toMatchObject({ notes: "newer" });
    const [name = ""] = readdirSync(join(dest, "projects"));
    writeFileSync(join(dest, "projects", name), "{}");
    expect((await verifyBackup(dest)).problems).toMatchObject([expect.stringContaining(name)]);
  });

  it("leaves out a frame that is being written, and locks", async () => {
    using writer = openRun("r1");
    const whole = await eventsOf(store.dir, "r1");
    appendFileSync(join(store.dir, "runs/r1/000001.log"), Buffer.from("TL\u0001\u0000half a frame"));
    await make();
    expect(await eventsOf(dest, "r1")).toEqual(whole);
    expect(readdirSync(join(dest, "runs/r1")).sort()).toEqual(["000001.log", "run.json"]);
    expect(writer.identity.runId).toBe("r1");
  });

  it("copies a run again that is sealed while it is copied", async () => {
    const serving = await store.serve();
    await serving.createRun({ runId: "r1", project: "p" });
    await serving.append("r1", [{ events: [startOf("r1"), lossRows(0, 50)] }]);
    await serving.finishRun("r1", { status: "finished" });
    const before = await eventsOf(store.dir, "r1");
    const source = folderSource(store.dir);
    let isSealed = false;
    await make({
      ...source,
      async *read(runId, file) {
        yield* source.read(runId, file);
        if (isSealed || !file.path.endsWith(".log")) return;
        isSealed = true;
        await serving.sealRun("r1");
      },
    });
    expect(readdirSync(join(dest, "runs/r1")).filter((name) => /log|sealed/.test(name))).toEqual(["000001.sealed"]);
    expect(await eventsOf(dest, "r1")).toEqual(before);
  });

  it("keeps runs that the store has not got any more", async () => {
    openRun("r1").close();
    await make();
    rmSync(join(store.dir, "runs/r1"), { recursive: true });
    expect(await make()).toMatchObject({ runs: 0, keptRuns: 1 });
    expect(await eventsOf(dest, "r1")).toHaveLength(2);
  });

  it("names a stored file whose content is not that of its name, and copies the rest", async () => {
    const serving = await store.serve();
    const { sha256 } = await serving.blobs.put(Buffer.from("one"));
    await serving.blobs.put(Buffer.from("two"));
    await serving.close();
    writeFileSync(join(store.dir, "blobs", sha256.slice(0, 2), sha256.slice(2)), "bad");
    const report = await make();
    expect(report.copiedBlobs).toBe(1);
    expect(report.problems).toEqual([expect.stringContaining(sha256)]);
  });

  it("refuses a folder that holds something else", async () => {
    writeFileSync(join(dest, "..", "file"), "x");
    await expect(backUp(folderSource(store.dir), join(dest, ".."), { nowMs: 1 })).rejects.toThrow(/it is no backup/);
  });
});

describe("verifyBackup", () => {
  it("names every file that changed, is cut, is gone, or was put there by others", async () => {
    for (const runId of ["r1", "r2", "r3"]) openRun(runId).close();
    await make();
    const path = (runId: string): string => join(dest, "runs", runId, "000001.log");
    const bytes = readFileSync(path("r1"));
    bytes[100]! ^= 1;
    writeFileSync(path("r1"), bytes);
    writeFileSync(path("r2"), bytes.subarray(0, 50));
    rmSync(path("r3"));
    openRun("r4").close();
    const { problems } = await verifyBackup(dest);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/r1.*content changed/);
    expect(problems[1]).toMatch(/r2.*expected \d+ bytes, found 50/);
    expect(problems[2]).toMatch(/r3.*cannot be read/);
  });

  it("refuses a manifest whose paths lead out of the backup", async () => {
    openRun("r1").close();
    await make();
    const manifest = readFileSync(join(dest, "backup.json"), "utf8");
    for (const path of ["../../x", "/etc/passwd", "a/../../b", "..\\\\x"]) {
      writeFileSync(join(dest, "backup.json"), manifest.replace("000001.log", path));
      await expect(verifyBackup(dest)).rejects.toThrow(/backup.json/);
    }
  });
});

describe("restoreBackup", () => {
  it("brings runs into an empty store, and changes nothing the second time", async () => {
    openRun("r1").close();
    const serving = await store.serve();
    const { sha256 } = await serving.blobs.put(Buffer.from("picture"));
    await serving.close();
    await make();
    const first = await restoreBackup(dest, other.dir);
    expect(first).toEqual({ runs: [{ runId: "r1", outcome: "restored" }], projects: 0, blobs: 1, problems: [] });
    expect(await eventsOf(other.dir, "r1")).toEqual(await eventsOf(store.dir, "r1"));
    expect(existsSync(join(other.dir, "blobs", sha256.slice(0, 2), sha256.slice(2)))).toBe(true);
    expect(await restoreBackup(dest, other.dir)).toMatchObject({ runs: [{ outcome: "unchanged" }], blobs: 0 });
    expect(existsSync(join(other.dir, "restoring"))).toBe(false);
  });

  it("never touches a run that went on, and brings back the others", async () => {
    using writer = openRun("r1");
    openRun("r2").close();
    await make();
    writer.append([lossRows(100, 1)]);
    rmSync(join(store.dir, "runs/r2"), { recursive: true });
    const { runs } = await restoreBackup(dest, store.dir);
    expect(runs.map(({ runId, outcome }) => [runId, outcome])).toEqual([
      ["r1", "differs"],
      ["r2", "restored"],
    ]);
    expect(await eventsOf(store.dir, "r1")).toHaveLength(3);
  });

  it("does not restore a damaged run, and leaves nothing of it behind", async () => {
    openRun("r1").close();
    openRun("r2").close();
    await make();
    appendFileSync(join(dest, "runs/r1/000001.log"), "x");
    const { runs } = await restoreBackup(dest, other.dir);
    expect(runs.map(({ outcome }) => outcome)).toEqual(["damaged", "restored"]);
    expect(readdirSync(other.dir).sort()).toEqual(["runs"]);
    expect(readdirSync(join(other.dir, "runs"))).toEqual(["r2"]);
  });

  it("names a run that the backup has not got", async () => {
    await make();
    await expect(restoreBackup(dest, other.dir, { runIds: ["r9"] })).rejects.toThrow(/r9 is not in the backup/);
  });
});
