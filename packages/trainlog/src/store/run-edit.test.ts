/** What people change about runs and projects afterwards, through a store. */
import { describe, expect, it } from "vitest";
import type { StoreChange } from "./index.ts";
import { eventually, lossRows, storeFixture } from "./test-store.ts";

const fixture = storeFixture();

describe("editing a run", () => {
  it("adds and removes tags, sets and removes config and summary, and all of it survives a restart", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.append(runId, [
      {
        events: [
          { type: "config", set: { lr: 0.1, seed: 1 } },
          { type: "summary", set: { acc: 0.5 } },
        ],
      },
    ]);
    await store.editRun(runId, { tags: ["a", "b"] });
    await store.editRun(runId, {
      addTags: ["c", "a"],
      removeTags: ["b", "z"],
      config: { set: { lr: 0.2, new: { x: 1 } }, remove: ["seed"] },
      summary: { remove: ["acc"], set: { checked: true } },
    });
    const edited = await store.getRun(runId);
    expect(edited).toMatchObject({ tags: ["a", "c"], config: { lr: 0.2, new: { x: 1 } }, summary: { checked: true } });
    expect(edited.config["seed"]).toBeUndefined();
    expect(edited.summary["acc"]).toBeUndefined();
    const { runs } = await store.listRuns({ config: ["new.x"] });
    expect(runs[0]?.config).toEqual({ "new.x": 1 });
    await store.append(runId, [{ events: [{ type: "config", set: { lr: 0.3, late: 1 } }] }]);
    expect((await store.getRun(runId)).config).toEqual({ lr: 0.2, new: { x: 1 }, late: 1 });
    await store.close();
    const again = await fixture.serve();
    expect((await again.getRun(runId)).config).toEqual({ lr: 0.2, new: { x: 1 }, late: 1 });
  });

  it("does not overwrite notes that somebody else changed meanwhile", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    const { notesRevision } = await store.getRun(runId);
    await store.editRun(runId, { notes: "from the first tab", notesRevision });
    const second = store.editRun(runId, { notes: "from the second tab", name: "renamed", notesRevision });
    await expect(second).rejects.toMatchObject({ code: "run/notes-changed", status: 412 });
    const kept = await store.getRun(runId);
    expect(kept).toMatchObject({ notes: "from the first tab", name: runId });
    await store.editRun(runId, { notes: "both", notesRevision: kept.notesRevision });
    expect((await store.getRun(runId)).notes).toBe("both");
  });

  it("lets exactly one of many tabs win", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    const { notesRevision } = await store.getRun(runId);
    const tabs = Array.from({ length: 8 }, (_, i) => store.editRun(runId, { notes: `tab ${i}`, notesRevision }));
    const outcomes = await Promise.allSettled(tabs);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("loses no tag that several people add at once", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await Promise.all(Array.from({ length: 8 }, (_, i) => store.editRun(runId, { addTags: [`t${i}`] })));
    expect((await store.getRun(runId)).tags).toHaveLength(8);
  });

  it("is told to those who listen", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    const heard: StoreChange[] = [];
    store.subscribe((change) => heard.push(change));
    await store.editRun(runId, { name: "renamed", config: { set: { lr: 1 } } });
    await eventually(() => {
      expect(heard).toContainEqual(
        expect.objectContaining({ type: "run", run: expect.objectContaining({ name: "renamed" }) }),
      );
      expect(heard).toContainEqual(
        expect.objectContaining({
          type: "events",
          events: expect.arrayContaining([expect.objectContaining({ type: "config" })]),
        }),
      );
    });
  });

  it("refuses keys that are none, and changes nothing", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await expect(store.editRun(runId, { name: "x", config: { set: { "": 1 } } })).rejects.toMatchObject({
      code: "run/bad-key",
      status: 400,
    });
    expect((await store.getRun(runId)).name).toBe(runId);
  });
});

describe("what is best", () => {
  it("follows the definition of the metric, also one that comes late", async () => {
    const store = await fixture.serve();
    const { runId } = await store.createRun({ project: "p" });
    await store.append(runId, [{ events: [lossRows(0, 3, "loss")] }]);
    expect((await store.listRuns({ metrics: ["loss"] })).runs[0]?.metrics[0]).not.toHaveProperty("best");
    await store.append(runId, [{ events: [{ type: "metric", key: "lo*", goal: "max" }] }]);
    expect((await store.listRuns({ metrics: ["loss"] })).runs[0]?.metrics[0]).toMatchObject({ goal: "max", best: 1 });
    await store.append(runId, [{ events: [{ type: "metric", key: "loss", summary: "min" }] }]);
    expect((await store.metrics(runId))[0]).toMatchObject({ goal: "min", best: 1 / 3 });
    await store.append(runId, [{ events: [{ type: "metric", key: "loss", summary: "best", goal: "max" }] }]);
    expect(await store.getRun(runId)).toMatchObject({ summary: { loss: 1 } });
  });
});

describe("notes of a project", () => {
  it("are kept beside the runs, and not overwritten unseen", async () => {
    const store = await fixture.serve();
    const project = "../<b>";
    await expect(store.projectNote(project)).rejects.toMatchObject({ code: "project/not-found", status: 404 });
    await expect(store.editProject(project, { notes: "x" })).rejects.toMatchObject({ code: "project/not-found" });
    await store.createRun({ project });
    const { notesRevision } = await store.projectNote(project);
    await store.editProject(project, { notes: "one", notesRevision });
    await expect(store.editProject(project, { notes: "two", notesRevision })).rejects.toMatchObject({
      code: "run/notes-changed",
      status: 412,
    });
    await store.close();
    const again = await fixture.read();
    expect(await again.projectNote(project)).toMatchObject({ project, notes: "one" });
    await expect(again.editProject(project, { notes: "" })).rejects.toMatchObject({ code: "store/read-only" });
  });
});
