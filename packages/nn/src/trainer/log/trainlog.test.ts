/** @file Logging to real runs of the package `trainlog`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DictTracker, init } from "trainlog";
import { afterEach, beforeEach, expect, it } from "vitest";
import * as Data from "../../data/index.ts";
import * as nn from "../../nn/index.ts";
import * as Trainer from "../index.ts";

const data = Data.tensorDataset(
  [
    [0, 0],
    [1, 1],
  ],
  [0, 1],
);
const trainer = Trainer.new(nn.sequential(nn.linear(2, 2)), { task: "classification" });
const quiet = { progress: false, handleInterrupt: false } as const;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trainlog-run-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it("a run that is given gets rows, media and the model, and stays open", async () => {
  const tracker = new DictTracker();
  const run = await init({ dir, project: "p", trackers: [tracker], capture: false, warn: (line) => expect.fail(line) });
  await trainer.train(data, { ...quiet, steps: 6, log: run, logEvery: 2, evalData: data, evalEvery: 3, histograms: 3 });
  expect(run.finished).toBe(false);
  expect(run.config["task"]).toBe("classification");
  expect(run.summary["stopped_by"]).toBe("done");
  await run.finish();
  expect(tracker.history.get("loss")).toHaveLength(4);
  expect(tracker.history.get("eval/accuracy")).toHaveLength(2);
  const kinds = tracker.events.flatMap((event) => (event.type === "media" ? [event.kind] : []));
  expect(new Set(kinds)).toEqual(new Set(["confusion-matrix", "histogram"]));
  expect(tracker.events.some((event) => event.type === "artifact" && event.kind === "model")).toBe(true);
  expect([...run.troubles]).toEqual([]);
});

it("options begin a new run, which ends with the training", async () => {
  const tracker = new DictTracker();
  const log = { dir, project: "p", name: "mine", trackers: [tracker], capture: false };
  await trainer.train(data, { ...quiet, steps: 3, log });
  expect(tracker.history.get("loss")).toHaveLength(3);
  expect(tracker.events.some(({ type }) => type === "finish")).toBe(true);
});

it("wrong options of the new run are refused by trainlog itself, before training", async () => {
  const training = trainer.train(data, { ...quiet, steps: 3, log: { dir, projct: "p" } });
  await expect(training).rejects.toMatchObject({ code: "run/bad-options" });
});
