/** Acknowledged means durable: power loss, a disk that is full or fails, deliveries that come again. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { RunLogWriter } from "../run-log/write/index.ts";
import { openStore, type Store } from "./index.ts";
import { Ingest } from "./ingest.ts";
import { lossRows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();
const path = (...names: string[]): string => join(fixture.dir, ...names);
const walFiles = (): string[] => readdirSync(path("wal")).filter((name) => name.endsWith(".wal"));

/** What a power loss can leave: the log is on the disk, of the run folders nothing that was not synced. */
function copyAsAfterPowerLoss(): string {
  const copy = mkdtempSync(join(tmpdir(), "trainlog-power-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(path("wal"), join(copy, "wal"), { recursive: true });
  cpSync(path("store.json"), join(copy, "store.json"));
  mkdirSync(join(copy, "runs"));
  return copy;
}

async function openCopy(dir: string): Promise<Store> {
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  onTestFinished(() => store.close());
  return store;
}

describe("after a power loss", () => {
  it("everything that was acknowledged comes back from the log, also runs whose folder is gone", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ runId: "r", project: "p", createdMs: 7 });
    for (let seq = 0; seq < 5; seq++) {
      await store.append(runId, [{ origin: { writerId: "w", seq }, events: [lossRows(seq * 10, 10)] }]);
    }
    const before = await store.getRun(runId);
    const again = await openCopy(copyAsAfterPowerLoss());
    const { dir: _, lastMs: __, ...facts } = before;
    expect(await again.getRun(runId)).toMatchObject({ ...facts, state: "crashed" });
    expect(await again.append(runId, [{ origin: { writerId: "w", seq: 4 }, events: [lossRows(40, 10)] }])).toEqual([
      { duplicate: true },
    ]);
    await again.append(runId, [{ origin: { writerId: "w", seq: 5 }, events: [lossRows(50, 10)] }]);
    expect((await again.getRun(runId)).pointCount).toBe(60);
  });

  it("the log is empty after a clean end: the run folders have it all", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.append(runId, [{ events: [lossRows(0, 10)] }]);
    expect(walFiles()).toHaveLength(1);
    await store.close();
    expect(walFiles()).toEqual([]);
  });
});

describe("a log that does not take a batch", () => {
  function ingestWith(append: () => Promise<void>): Ingest {
    mkdirSync(path("runs"), { recursive: true });
    const durability = { wrote: () => undefined, append, settle: async () => undefined };
    const ingest = new Ingest({
      ...{ storeDir: fixture.dir, durability, maxOpenWriters: 4 },
      onWritten: () => undefined,
      onProblem: (message) => expect.fail(message),
    });
    onTestFinished(() => ingest.close());
    return ingest;
  }

  it("acknowledges the batch when it comes again only after its run was synced", async () => {
    let fails = false;
    const ingest = ingestWith(async () => {
      if (fails) throw new Error("log failed");
    });
    await ingest.create({ runId: "r", project: "p", createdMs: 1 });
    const batch = { origin: { writerId: "w", seq: 1 }, events: [lossRows(0, 3)] };
    fails = true;
    await expect(ingest.append("r", [batch])).rejects.toThrow("log failed");
    await expect(ingest.append("r", [batch])).rejects.toThrow("log failed");
    fails = false;
    const sync = vi.spyOn(RunLogWriter.prototype, "sync");
    onTestFinished(() => sync.mockRestore());
    expect(await ingest.append("r", [batch])).toEqual([{ duplicate: true }]);
    expect(sync).toHaveBeenCalledTimes(1);
    expect(await ingest.append("r", [batch])).toEqual([{ duplicate: true }]);
    expect(sync).toHaveBeenCalledTimes(1);
  });

  it("refuses what cannot be encoded, and keeps what came before it in the same delivery for when it comes again", async () => {
    const ingest = ingestWith(async () => undefined);
    await ingest.create({ runId: "r", project: "p", createdMs: 1 });
    const good = { origin: { writerId: "w", seq: 1 }, events: [lossRows(0, 3)] };
    // biome-ignore lint/suspicious/noExplicitAny: what a client may send although the types forbid it
    const bad = { origin: { writerId: "w", seq: 2 }, events: [{ type: "config", set: { a: 1n } } as any] };
    await expect(ingest.append("r", [good, bad])).rejects.toMatchObject({ code: "run/bad-json" });
    const sync = vi.spyOn(RunLogWriter.prototype, "sync");
    onTestFinished(() => sync.mockRestore());
    expect(await ingest.append("r", [good])).toEqual([{ duplicate: true }]);
    expect(sync).toHaveBeenCalledTimes(1);
  });
});

/** A small disk of its own, or the reason why there is none. */
function mountSmallDisk(): { readonly dir: string } | { readonly reason: string } {
  const dir = mkdtempSync(join(tmpdir(), "trainlog-full-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", dir], { stdio: "pipe" });
    return { dir };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    return { reason: `mounting a tmpfs is not permitted here: ${String(error).slice(0, 100)}` };
  }
}

describe("a full disk", () => {
  it("fails the append by name; reading goes on, and writing when there is space again", async ({ skip }) => {
    const disk = mountSmallDisk();
    if ("reason" in disk) return skip(disk.reason);
    onTestFinished(() => {
      execFileSync("umount", ["-l", disk.dir]);
      rmSync(disk.dir, { recursive: true, force: true });
    });
    const store = await openStore(join(disk.dir, "store"), {
      mode: "serve",
      sealAfterMs: false,
      onProblem: () => undefined,
    });
    onTestFinished(() => store.close());
    const { runId } = await store.createRun({ project: "p" });
    const noise = (seq: number): Parameters<Store["append"]>[1] => {
      const event = lossRows(seq * 1000, 1000);
      if (event.type !== "rows" || event.rows.columns[0]?.kind !== "number") throw new Error("not rows");
      event.rows.columns[0].values.forEach((_, i, values) => {
        values[i] = Math.random();
      });
      return [{ origin: { writerId: "w", seq }, events: [event] }];
    };
    const ballast = join(disk.dir, "ballast");
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    let seq = 0;
    const fill = async (): Promise<void> => {
      for (; seq < 1000; seq++) await store.append(runId, noise(seq));
    };
    await expect(fill()).rejects.toMatchObject({ code: "store/disk-full", status: 507 });
    expect(seq).toBeGreaterThan(1);
    const [series] = await store.series([{ runId, key: "loss" }], { x: "step", buckets: 100 });
    expect(series?.totalPoints).toBeGreaterThanOrEqual(seq * 1000);
    // The refused batch may lie whole in the run's log, its record in the write-ahead log alone missing; then it is the next one that is refused.
    await expect(fill()).rejects.toMatchObject({ status: 507 });
    rmSync(ballast);
    await store.append(runId, noise(seq));
    await store.append(runId, noise(seq + 1));
    expect((await store.points(runId, "loss", { last: 1 }))?.totalPoints).toBe((seq + 2) * 1000);
    expect(existsSync(join(disk.dir, "store", "wal", "damaged"))).toBe(false);
  });
});

describe("a folder that cannot be written", () => {
  it("is read with a catalog in memory", async ({ skip }) => {
    const disk = mountSmallDisk();
    if ("reason" in disk) return skip(disk.reason);
    onTestFinished(() => {
      execFileSync("umount", ["-l", disk.dir]);
      rmSync(disk.dir, { recursive: true, force: true });
    });
    const writer = await openStore(disk.dir, { mode: "serve", sealAfterMs: false });
    const { runId } = await writer.createRun({ project: "p" });
    await writer.append(runId, [{ events: [lossRows(0, 10)] }]);
    await writer.finishRun(runId, { status: "finished" });
    await writer.close();
    execFileSync("mount", ["-o", "remount,ro", disk.dir]);
    const store = await openStore(disk.dir);
    onTestFinished(() => store.close());
    expect((await store.listRuns()).runs).toMatchObject([{ runId, pointCount: 10, state: "finished" }]);
    expect((await store.points(runId, "loss"))?.steps).toHaveLength(10);
    await expect(openStore(disk.dir, { mode: "serve" })).rejects.toMatchObject({ code: "store/read-only" });
  });
});
