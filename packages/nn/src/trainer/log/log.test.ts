import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as Data from "../../data/index.ts";
import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import * as Trainer from "../index.ts";
import { countValues, type RunLike } from "./run-sink.ts";

const grid = Data.regression2to1Grid({ n: 25 });
const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
const lr = optim.schedule.linear({ from: 0.03, to: 0.01, steps: 20 });
const trainer = Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr }), seed: 0 });
const quiet = { progress: false, handleInterrupt: false } as const;

/** A run that remembers what it is told. */
function memoryRun() {
  const rows: { readonly step: number | undefined; readonly row: Readonly<Record<string, unknown>> }[] = [];
  const config: Record<string, unknown> = {};
  const summary: Record<string, unknown> = {};
  const artifacts: { readonly name: string; readonly paths: readonly string[] }[] = [];
  let finished = 0;
  const run: RunLike = {
    log: (row, options) => void rows.push({ step: options?.step, row }),
    config: { update: (patch) => void Object.assign(config, patch) },
    summary: { update: (patch) => void Object.assign(summary, patch) },
    artifact: async (source, { name }) => void artifacts.push({ name, paths: Object.keys(source) }),
    finish: async () => {
      finished += 1;
    },
  };
  return { run, rows, config, summary, artifacts, finished: () => finished };
}

describe("a run", () => {
  it("gets curves, evaluations, facts, the model and the results, and goes on", async () => {
    const { run, rows, config, summary, artifacts, finished } = memoryRun();
    const options = {
      ...quiet,
      steps: 20,
      batchSize: 10,
      logEvery: 5,
      evalData: grid,
      evalEvery: 10,
      gradientNorms: true,
      histograms: 20,
    };
    const trained = await trainer.train(grid, { ...options, log: run });
    const steps = rows.filter(({ row }) => "loss" in row);
    expect(steps.map(({ step }) => step)).toEqual([0, 5, 10, 15, 19]);
    expect(steps[0]?.row).toMatchObject({ learning_rate: 0.03, epoch: 0 });
    expect(steps[2]?.row["learning_rate"]).toBeCloseTo(0.02, 12);
    const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    const squares = names.map((name) => Number(steps[0]?.row[`gradient_norm/${name}`]) ** 2);
    expect(steps[0]?.row["gradient_norm"]).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square, 0)), 5);
    expect(steps[1]?.row["examples_per_s"]).toBeGreaterThan(0);
    expect(rows.filter(({ row }) => "eval/loss" in row).map(({ step }) => step)).toEqual([10, 20]);
    const histogram = rows.find(({ row }) => "parameters/0.weight" in row)?.row["parameters/0.weight"];
    expect(histogram).toMatchObject({ kind: "histogram", data: { count: 16, nonFinite: 0 } });
    expect(config).toMatchObject({
      seed: 0,
      batchSize: 10,
      parameters: 33,
      optimizer: { name: "adam", lr: { schedule: "linear" } },
    });
    expect(String(config["model_summary"])).toContain("0 linear(2, 8)");
    expect(summary).toMatchObject({ loss_after: trained.summary?.lossAfter, stopped_by: "done" });
    expect(artifacts).toEqual([{ name: "model", paths: ["model.safetensors"] }]);
    expect(finished()).toBe(0);
  });

  it("gets the confusion matrix of a classification", async () => {
    const { run, rows } = memoryRun();
    const data = Data.tensorDataset(
      [
        [0, 0],
        [1, 1],
      ],
      [0, 1],
    );
    await Trainer.new(nn.sequential(nn.linear(2, 2)), { task: "classification" }).train(data, {
      ...quiet,
      steps: 2,
      evalData: data,
      log: run,
    });
    const matrix = rows.find(({ row }) => "eval/confusion_matrix" in row)?.row["eval/confusion_matrix"];
    expect(matrix).toMatchObject({ kind: "confusion-matrix", data: { labels: ["0", "1"] } });
  });

  it("cannot hurt the training: its trouble is told once", async () => {
    const texts: string[] = [];
    const terminal = { isInteractive: false, columns: 80, write: (text: string) => void texts.push(text) };
    const log: RunLike = {
      log: () => {
        throw new Error("disk full");
      },
    };
    const trained = await trainer.train(grid, { steps: 10, logEvery: 1, log, terminal, handleInterrupt: false });
    expect(trained.summary?.steps).toBe(10);
    expect(
      texts.filter((text) => text.includes("metrics could not be logged, training goes on: disk full")),
    ).toHaveLength(1);
  });

  it("changes nothing: the same bits with and without", async () => {
    const { run } = memoryRun();
    const train = async (log: RunLike | false) =>
      (await trainer.train(grid, { ...quiet, steps: 12, log })).params["0.weight"]?.data();
    expect(await train(run)).toEqual(await train(false));
  });
});

describe("a TrainLog file", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "trainlog-log-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  it("has the curve in upstream's form", async () => {
    const path = join(dir, "deep", "log.json");
    await trainer.train(grid, { ...quiet, steps: 10, logEvery: 4, log: path, evalData: grid, evalEvery: 10 });
    const log = JSON.parse(await readFile(path, "utf8"));
    expect(log.title).toBe("sequential(3 layers) [2] → [1]");
    expect(log.steps).toEqual([0, 4, 8, 9, 10]);
    const loss = log.series.find(({ name }: { name: string }) => name === "loss");
    expect(loss.values).toHaveLength(5);
    expect(loss.values[4]).toBe("NaN");
    expect(log.notes).toContain("config.seed=0");
    expect(log.notes).toContain("status=finished");
  });

  it("is written when training fails", async () => {
    const path = join(dir, "log.json");
    const callbacks: Trainer.Callbacks = {
      onStep: ({ step }) => {
        if (step === 3) throw new Error("own trouble");
      },
    };
    await expect(trainer.train(grid, { ...quiet, steps: 10, log: path, callbacks })).rejects.toThrow("own trouble");
    expect(JSON.parse(await readFile(path, "utf8")).notes).toContain("status=failed");
  });
});

describe("countValues", () => {
  it("counts every finite value once, between ascending edges", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: false })), fc.integer({ min: 1, max: 20 }), (values, bins) => {
        const { edges, counts, count, nonFinite } = countValues(values, bins);
        expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count);
        expect(count + nonFinite).toBe(values.length);
        expect(edges).toHaveLength(counts.length + 1);
        expect(edges.every((edge, i) => i === 0 || edge >= (edges[i - 1] ?? edge))).toBe(true);
      }),
    );
  });
});
