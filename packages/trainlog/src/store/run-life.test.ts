/** Runs whose writers die, fall silent, come back, or are other processes. */
import { appendFileSync, existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunLogWriter } from "../run-log/write/index.ts";
import { openStore } from "./index.ts";
import { eventually, lossRows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();
const runDir = (runId: string): string => join(fixture.dir, "runs", runId);
const script = (runId: string): RunLogWriter =>
  RunLogWriter.open(runDir(runId), { runId, project: "scripts", createdMs: 1e12 });

describe("a run that is fed through the store", () => {
  it("shows as crashed when it falls silent, and as running when it speaks again", async () => {
    const store = await fixture.serve({ silentAfterMs: 300 });
    const { runId } = await store.createRun({ project: "p" });
    expect((await store.getRun(runId)).state).toBe("running");
    await eventually(async () => expect((await store.listRuns()).runs[0]?.state).toBe("crashed"));
    await store.heartbeat(runId);
    expect((await store.getRun(runId)).state).toBe("running");
    await eventually(async () => expect((await store.getRun(runId)).state).toBe("crashed"));
    await store.append(runId, [{ events: [lossRows(0, 1)] }]);
    expect((await store.getRun(runId)).state).toBe("running");
  });

  it("is still running after the server was restarted, by when it was last heard of", async () => {
    const first = await fixture.serve();
    const { runId } = await first.createRun({ project: "p" });
    await first.close();
    const second = await fixture.serve();
    expect((await second.getRun(runId)).state).toBe("running");
    await second.close();
    utimesSync(join(runDir(runId), "contact"), 1, 1);
    const third = await fixture.serve();
    await third.refresh();
    expect((await third.listRuns()).runs[0]?.state).toBe("crashed");
  });

  it("begins again after its end, and ends again", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.finishRun(runId, { status: "failed", error: "boom", exitCode: 1 });
    expect(await store.getRun(runId)).toMatchObject({ state: "failed", error: "boom", exitCode: 1 });
    expect(await store.createRun({ runId, project: "other" })).toEqual({ runId, project: "p", created: false });
    await store.append(runId, [
      { events: [{ type: "start", runId, project: "p", wallMs: Date.now(), resumed: true }] },
    ]);
    const resumed = await store.getRun(runId);
    expect(resumed.state).toBe("running");
    expect(resumed.error).toBeUndefined();
    await store.finishRun(runId, { status: "finished" });
    expect((await store.getRun(runId)).state).toBe("finished");
  });

  it("is refused when it must be there and is not, or must not and is", async () => {
    const store = await fixture.serve();
    await expect(store.createRun({ runId: "x", project: "p", resume: "must" })).rejects.toMatchObject({
      code: "run/not-found",
    });
    await store.createRun({ runId: "x", project: "p" });
    await expect(store.createRun({ runId: "x", project: "p", resume: "never" })).rejects.toMatchObject({
      code: "run/exists",
      status: 409,
    });
    await expect(store.append("y", [])).rejects.toMatchObject({ code: "run/not-found", status: 404 });
    await expect(store.createRun({ runId: "../x", project: "p" })).rejects.toMatchObject({
      code: "run/bad-id",
      status: 400,
    });
    await expect(store.createRun({ project: "" })).rejects.toMatchObject({ code: "run/bad-name", status: 400 });
  });
});

describe("a run that a script writes", () => {
  it("is not written, deleted or sealed by the store meanwhile, but can be edited", async () => {
    const store = await fixture.serve();
    using writer = script("s");
    writer.append([lossRows(0, 3)]);
    const locked = { code: "run/locked", status: 409 };
    await expect(store.append("s", [{ events: [lossRows(3, 1)] }])).rejects.toMatchObject(locked);
    await expect(store.deleteRun("s")).rejects.toMatchObject(locked);
    await expect(store.sealRun("s")).rejects.toMatchObject({ status: 409 });
    expect(await store.editRun("s", { name: "renamed", tags: ["x", "x", "y"] })).toMatchObject({
      name: "renamed",
      tags: ["x", "y"],
    });
    writer.append([lossRows(3, 1)]);
    expect(await store.getRun("s")).toMatchObject({ name: "renamed", pointCount: 4 });
  });

  it("shows as crashed when its process is gone", async () => {
    const store = await fixture.serve();
    script("s").append([lossRows(0, 3)]);
    await eventually(async () => expect((await store.getRun("s")).state).toBe("running"));
    const lock = join(runDir("s"), "writer.lock");
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/"pid":\d+/, '"pid":999999999'));
    await eventually(async () => expect((await store.listRuns()).runs[0]?.state).toBe("crashed"));
  });

  it("never hides another when its folder is broken", async () => {
    const problems: string[] = [];
    script("good").close();
    script("bad").close();
    writeFileSync(join(runDir("bad"), "run.json"), "{");
    const store = await fixture.serve({ onProblem: (message) => problems.push(message) });
    await store.refresh();
    expect((await store.listRuns()).runs.map((run) => run.runId)).toEqual(["good"]);
    expect(problems.join()).toMatch(/run bad cannot be read: .*run\.json: it is not JSON/);
    await expect(store.getRun("bad")).rejects.toMatchObject({ code: "run/bad-identity" });
  });
});

describe("edits", () => {
  it("win over what the run said before, lose to what it says later, and survive a restart", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    const say = (name: string, wallMs: number): Promise<unknown> =>
      store.append(runId, [
        { events: [{ type: "start", runId, project: "p", wallMs, name, notes: "from the script", group: "g" }] },
      ]);
    await say("first", 1e12);
    await store.editRun(runId, { name: "edited", notes: "", archived: true });
    const edited = await store.getRun(runId);
    expect(edited).toMatchObject({ name: "edited", archived: true, group: "g" });
    expect(edited.notes).toBeUndefined();
    expect((await store.listRuns()).total).toBe(0);
    expect((await store.listRuns({ archived: "only" })).total).toBe(1);
    await say("said by the script with a clock of long ago", 1e12 + 1);
    expect((await store.getRun(runId)).name).toBe("edited");
    await say("later", Date.now() + 1000);
    const later = await store.getRun(runId);
    await store.close();
    const again = await fixture.serve();
    expect(await again.getRun(runId)).toEqual(later);
    expect(later.name).toBe("later");
  });

  it("drop an edit that was cut short, and keep those before and after", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.editRun(runId, { name: "one" });
    await store.close();
    const log = join(runDir(runId), "edits.log");
    const whole = readFileSync(log);
    appendFileSync(log, whole.subarray(32, whole.length - 3));
    const again = await fixture.serve();
    await again.editRun(runId, { group: "two" });
    expect(await again.getRun(runId)).toMatchObject({ name: "one", group: "two", damageCount: 0 });
    expect(existsSync(join(runDir(runId), "edits.lock"))).toBe(false);
  });

  it("refuse what is no name", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await expect(store.editRun(runId, { name: "" })).rejects.toMatchObject({ code: "run/bad-name", status: 400 });
    await expect(store.editRun(runId, { tags: ["ok", "\ud800"] })).rejects.toThrow(/tags\[1\]: expected a text/);
  });
});

describe("two processes on one folder", () => {
  it("may both read, and one of them serves: the second is told who and where", async () => {
    const store = await fixture.serve({ address: "http://127.0.0.1:5000" });
    const { runId } = await store.createRun({ project: "p" });
    await store.refresh();
    await expect(openStore(fixture.dir, { mode: "serve" })).rejects.toThrow(
      new RegExp(`is being served by process ${process.pid} at http://127\\.0\\.0\\.1:5000`),
    );
    const reader = await fixture.read();
    expect((await reader.getRun(runId)).project).toBe("p");
    await expect(reader.append(runId, [])).rejects.toMatchObject({ code: "store/read-only", status: 403 });
    await expect(reader.editRun(runId, { name: "x" })).rejects.toMatchObject({ code: "store/read-only" });
    await expect(reader.gc()).rejects.toMatchObject({ code: "store/read-only" });
    await store.close();
    const next = await fixture.serve();
    expect((await next.getRun(runId)).project).toBe("p");
    expect(next.notes).toEqual([]);
  });

  it("says what a folder of a newer version, or of something else, is", async () => {
    writeFileSync(join(fixture.dir, "store.json"), '{"format":"trainlog-store","version":99}');
    await expect(openStore(fixture.dir)).rejects.toMatchObject({ code: "store/newer-format" });
    writeFileSync(join(fixture.dir, "store.json"), '{"format":"photos"}');
    await expect(openStore(fixture.dir)).rejects.toMatchObject({ code: "store/bad-folder" });
    await expect(openStore(join(fixture.dir, "nowhere"))).rejects.toMatchObject({
      code: "store/not-found",
      status: 404,
    });
    await expect(openStore(join(fixture.dir, "store.json"))).rejects.toMatchObject({ code: "store/bad-folder" });
  });
});

describe("more runs than may be open at once", () => {
  it("all stay right", async () => {
    const store = await fixture.serve({ maxOpenWriters: 2, maxOpenReaders: 2 });
    const runIds = Array.from({ length: 7 }, (_, i) => `run${i}`);
    for (const runId of runIds) await store.createRun({ runId, project: "p" });
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        runIds.map((runId) =>
          store.append(runId, [{ origin: { writerId: "w", seq: round }, events: [lossRows(round * 10, 10)] }]),
        ),
      );
    }
    const { runs } = await store.listRuns();
    expect(runs.map((run) => run.pointCount)).toEqual(runIds.map(() => 50));
    const series = await store.series(
      runIds.map((runId) => ({ runId, key: "loss" })),
      { x: "step", buckets: 100 },
    );
    expect(series.map((one) => one?.totalPoints)).toEqual(runIds.map(() => 50));
  });
});
