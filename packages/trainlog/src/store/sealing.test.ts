import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Store } from "./index.ts";
import { eventually, lossRows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();
const files = (runId: string): string[] => readdirSync(join(fixture.dir, "runs", runId));
const isSealed = (runId: string): boolean =>
  files(runId).some((name) => name.endsWith(".sealed")) && !files(runId).includes("000001.log");

async function finishedRun(store: Store, runId: string, rows: number): Promise<void> {
  await store.createRun({ runId, project: "p" });
  for (let first = 0; first < rows; first += 10_000) {
    const count = Math.min(10_000, rows - first);
    await store.append(runId, [{ origin: { writerId: "w", seq: first }, events: [lossRows(first, count)] }]);
  }
  await store.finishRun(runId, { status: "finished" });
}

async function answers(store: Store, runId: string): Promise<unknown> {
  const { dir: _, sealed: __, ...run } = await store.getRun(runId);
  const series = await store.series([{ runId, key: "loss" }], { x: "step", buckets: 50 });
  return { run, series, tail: await store.points(runId, "loss", { last: 5 }), console: await store.console(runId) };
}

describe("sealing", () => {
  it.each([100, 200_000])(
    "changes nothing in what is answered about a run of %i rows, and goes on when it is resumed",
    async (rows) => {
      const store = await fixture.serve();
      await finishedRun(store, "r", rows);
      const before = await answers(store, "r");
      const { beforeBytes, afterBytes } = await store.sealRun("r");
      if (rows > 1000) expect(afterBytes).toBeLessThan(beforeBytes);
      expect(isSealed("r")).toBe(true);
      expect(await answers(store, "r")).toEqual(before);
      expect((await store.getRun("r")).sealed).toBe(true);
      expect(await store.append("r", [{ origin: { writerId: "w", seq: 0 }, events: [lossRows(0, 1)] }])).toEqual([
        { duplicate: true },
      ]);
      await store.append("r", [
        { events: [{ type: "start", runId: "r", project: "p", wallMs: Date.now(), resumed: true }, lossRows(rows, 1)] },
      ]);
      expect(await store.getRun("r")).toMatchObject({ state: "running", pointCount: rows + 1, sealed: false });
      await store.close();
      const again = await fixture.serve();
      expect((await again.getRun("r")).pointCount).toBe(rows + 1);
    },
  );

  it("leaves a run alone that is only partly sent to another server", async () => {
    const store = await fixture.serve();
    await finishedRun(store, "r", 100);
    const bookmark = join(fixture.dir, "runs", "r", "remote.json");
    writeFileSync(bookmark, JSON.stringify({ url: "http://127.0.0.1:5999", runId: "r", complete: false }));
    await expect(store.sealRun("r")).rejects.toMatchObject({ code: "sync/unsent", status: 409 });
    expect(isSealed("r")).toBe(false);
    writeFileSync(bookmark, JSON.stringify({ url: "http://127.0.0.1:5999", runId: "r", complete: true }));
    await store.sealRun("r");
    expect(isSealed("r")).toBe(true);
  });

  it("happens in the background to runs that ended, and not to those that go on", async () => {
    const store = await fixture.serve({ sealAfterMs: 50 });
    await finishedRun(store, "ended", 100);
    await store.createRun({ runId: "going", project: "p" });
    await store.append("going", [{ events: [lossRows(0, 100)] }]);
    await eventually(() => expect(isSealed("ended")).toBe(true));
    expect(isSealed("going")).toBe(false);
    await expect(store.sealRun("going")).rejects.toMatchObject({ code: "run/running", status: 409 });
  });

  it("is not undone by the write-ahead log after kill -9", async () => {
    const store = await fixture.serve();
    await finishedRun(store, "r", 100);
    const wal = readdirSync(join(fixture.dir, "wal")).filter((name) => name.endsWith(".wal"));
    await store.sealRun("r");
    const copies = wal.map((name) => [name, readFileSync(join(fixture.dir, "wal", name))] as const);
    await store.close();
    for (const [name, bytes] of copies) writeFileSync(join(fixture.dir, "wal", name), bytes);
    const again = await fixture.serve();
    expect((await again.getRun("r")).pointCount).toBe(100);
    expect(existsSync(join(fixture.dir, "runs", "r", "000001.log"))).toBe(false);
    expect(again.notes).toEqual([]);
  });

  it("refuses a damaged run and says what to do", async () => {
    const store = await fixture.serve();
    await finishedRun(store, "r", 100);
    await store.close();
    const log = join(fixture.dir, "runs", "r", "000001.log");
    const bytes = readFileSync(log);
    bytes[60]! ^= 1;
    writeFileSync(log, bytes);
    const again = await fixture.serve();
    await expect(again.sealRun("r")).rejects.toMatchObject({
      code: expect.stringMatching(/run\/damaged|run\/running/),
    });
  });
});
