import { describe, expect, it } from "vitest";
import * as Data from "../data/index.ts";
import { engine } from "../engine/engine.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { add, mean, scalar, square, sub, uniform } from "../primitives/index.ts";
import { tensor } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as Trainer from "./index.ts";

const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
const grid = Data.regression2to1Grid({ n: 25 });
const quickstart = (seed = 0) =>
  Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }), seed });
const quiet = { log: false, progress: false, handleInterrupt: false } as const;
const BACKENDS = ["eager", "compiled"] as const;

/** Losses of all steps and the parameters afterwards. */
async function curve(options: Trainer.TrainOptions<readonly [2], readonly [1]>, seed = 0) {
  const losses: number[] = [];
  const onStep = ({ loss }: Trainer.StepEvent): void => {
    losses.push(loss);
  };
  const trained = await quickstart(seed).train(grid, { ...quiet, ...options, callbacks: { onStep } });
  return { losses, params: Object.values(trained.params).map((param) => [...param.data()]) };
}

describe.each(BACKENDS)("train on backend %s", (backend) => {
  it("learns the quickstart's function and says so", async () => {
    const probes = [
      Trainer.Probe.point({ name: "center", input: [0, 0], target: 0.2 }),
      Trainer.Probe.custom("slope", (predict) => ((predict([0.1, 0])[0] ?? 0) - (predict([0, 0])[0] ?? 0)) / 0.1),
    ];
    const trained = await quickstart().train(grid, { ...quiet, steps: 200, batchSize: 16, backend, probes });
    const { summary } = trained;
    expect(summary?.lossBefore).toBeGreaterThan(0.5);
    expect(summary?.lossAfter).toBeLessThan(0.01);
    expect(summary).toMatchObject({ parameters: 33, steps: 200, examples: 25, backend, stoppedBy: "done", seed: 0 });
    const lines: string[] = [];
    trained.printSummary((text) => lines.push(text));
    expect(lines.join()).toMatch(
      /^model +sequential.* \[2\] → \[1\], 33 parameters\ntraining +regression, adam, 200 steps of 16 from 25/,
    );
    expect(lines.join()).toMatch(/loss +0\.\d+ → .*\nprobe center +-?\d.* → 0\.\d+ \(target 0.2\)\nprobe slope/);
    const one = await trained.eval(tensor([0.25, -0.75]));
    expect(one.shape).toEqual([1]);
    const batch = await trained.eval(
      tensor([
        [0.25, -0.75],
        [1, 1],
      ]),
    );
    expect(batch.shape).toEqual([2, 1]);
    expect(batch.data()[0]).toBe(one.data()[0]);
    expect((await trained.evaluate(grid)).loss).toBeCloseTo(summary?.lossAfter ?? 0, 6);
  });

  it("gives the same bits for the same seed, and others for another", async () => {
    const options = { steps: 60, batchSize: 7, backend };
    const [one, two, other] = [await curve(options), await curve(options), await curve(options, 1)];
    expect(two).toEqual(one);
    expect(other.losses).not.toEqual(one.losses);
  });

  it("takes as many steps as the epochs have batches", async () => {
    expect((await curve({ epochs: 3, batchSize: 10, backend })).losses).toHaveLength(9);
    expect((await curve({ epochs: 3, batchSize: 10, dropLast: true, backend })).losses).toHaveLength(6);
  });

  it("keeps memory flat", async () => {
    const used: number[] = [];
    const onStep = ({ step }: Trainer.StepEvent): void => {
      if (step % 500 === 499) used.push(engine().allocator.usedBytes());
    };
    // Both batch sizes are looked at before the first count, so all plans are made by then.
    const options = { ...quiet, steps: 2000, batchSize: 16, backend, logEvery: 25, callbacks: { onStep } };
    await quickstart().train(grid, options);
    // Tensors of earlier tests may be collected meanwhile; nothing may be added.
    expect(used).toHaveLength(4);
    expect(Math.max(...used)).toBe(used[0]);
  });

  it("trains dropout and batch norm: keys differ from step to step, and evaluation uses neither", async () => {
    const model = nn.sequential(nn.linear(2, 16), nn.batchNorm(16), nn.relu(), nn.dropout(0.2), nn.linear(16, 1));
    const trainer = Trainer.new(model, { task: "regression", optimizer: optim.sgd({ lr: 0 }), seed: 1 });
    const losses: number[] = [];
    const onStep = ({ loss }: Trainer.StepEvent): void => {
      losses.push(loss);
    };
    const options = { ...quiet, steps: 4, batchSize: 25, shuffle: false, backend, callbacks: { onStep } };
    const trained = await trainer.train(grid, options);
    // Nothing is learned with rate 0: only the dropped units differ.
    expect(new Set(losses).size).toBe(4);
    const x = tensor([0.5, 0.5]);
    expect((await trained.eval(x)).data()).toEqual((await trained.eval(x)).data());
    expect(trained.state["1.running_mean"]?.data().some((value) => value !== 0)).toBe(true);
  });

  it("classifies: accuracy and confusion matrix", async () => {
    const points = Array.from({ length: 60 }, (_, i) => [Math.cos(i), Math.sin(i)]);
    const labels = points.map(([x = 0, y = 0]) => (x > 0 ? (y > 0 ? 0 : 1) : 2));
    const data = Data.tensorDataset(points, labels, { classNames: ["a", "b", "c"] });
    const model = nn.sequential(nn.linear(2, 16), nn.tanh(), nn.linear(16, 3));
    const trainer = Trainer.new(model, { task: "classification", optimizer: optim.adam({ lr: 0.05 }) });
    const probes = [
      Trainer.Probe.classification({ name: "left", input: [-1, 0], target: 2, classNames: ["a", "b", "c"] }),
    ];
    const trained = await trainer.train(data, { ...quiet, steps: 150, backend, probes });
    const { accuracy = 0, confusion, metrics, examples } = await trained.evaluate(data);
    expect(accuracy).toBeGreaterThan(0.95);
    expect(metrics["accuracy"]).toBeCloseTo(accuracy, 6);
    expect(examples).toBe(60);
    expect(confusion?.labels).toEqual(["a", "b", "c"]);
    const flat = confusion?.counts.flat() ?? [];
    expect(flat.reduce((sum, count) => sum + count, 0)).toBe(60);
    const right = confusion?.counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0) ?? 0;
    expect(right / 60).toBe(accuracy);
    expect(trained.summary?.probes[0]).toMatchObject({ name: "left", target: "c" });
    expect(trained.summary?.probes[0]?.after).toMatch(/^c \(\d+\.\d %\)$/);
  });

  it("minimises a loss of one's own, with metrics", async () => {
    const trainer = Trainer.new(mkModel, {
      task: {
        name: "own",
        loss: (outputs, targets) => mean(square(sub(outputs, targets))),
        metrics: (outputs) => ({ size: mean(square(outputs)) }),
      },
      optimizer: optim.adam({ lr: 0.03 }),
    });
    const trained = await trainer.train(grid, { ...quiet, steps: 100, batchSize: 16, backend, evalData: grid });
    expect(trained.summary?.evaluation?.metrics["size"]).toBeGreaterThan(0);
    expect(trained.summary?.lossAfter).toBeLessThan(0.05);
  });

  it("gives a loss that asks for it another key at each step, and none in evaluation", async () => {
    const trainer = Trainer.new(mkModel, {
      task: (outputs, targets, { key, apply, inputs }) => {
        const noise = key === undefined ? scalar(0, outputs.dtype) : mean(uniform(key, [4], "float"));
        return add(mean(square(sub(apply(inputs), targets))), noise);
      },
      optimizer: optim.sgd({ lr: 0 }),
    });
    const losses: number[] = [];
    const onStep = ({ loss }: Trainer.StepEvent): void => {
      losses.push(loss);
    };
    const trained = await trainer.train(grid, {
      ...quiet,
      steps: 3,
      batchSize: 25,
      shuffle: false,
      backend,
      callbacks: { onStep },
    });
    expect(new Set(losses).size).toBe(3);
    expect(Math.min(...losses)).toBeGreaterThan(trained.summary?.lossBefore ?? Infinity);
  });

  it("begins with given numbers, in the element type that is asked for, and leaves them as they were", async () => {
    const first = await Trainer.new(mkModel, { task: "regression", seed: 3 }).train(grid, {
      ...quiet,
      backend,
      steps: 5,
    });
    const initial = Object.fromEntries(Object.entries(first.params).map(([name, param]) => [name, param.toArray()]));
    for (const dtype of ["float", "f64"] as const) {
      const options = { task: "regression", initial: first, seed: 4 } as const;
      const next = await Trainer.new(mkModel, options).train(grid, { ...quiet, backend, dtype, steps: 1 });
      expect(next.summary?.lossBefore).toBeCloseTo(first.summary?.lossAfter ?? Number.NaN, 6);
      expect(next.params["0.weight"]?.dtype).toBe(dtype);
      expect(next.params["0.weight"]?.toArray()).not.toEqual(initial["0.weight"]);
    }
    expect(Object.fromEntries(Object.entries(first.params).map(([name, param]) => [name, param.toArray()]))).toEqual(
      initial,
    );
    const other = nn.sequential(nn.linear(2, 9), nn.relu(), nn.linear(9, 1));
    const misfit = Trainer.new(other, { task: "regression", initial: first });
    await expect(misfit.train(grid, { ...quiet, backend, steps: 1 })).rejects.toThrow(
      /0.weight: expected \[9, 2\], got \[8, 2\]/,
    );
  });

  it("trains in f64", async () => {
    const trained = await quickstart().train(grid, { ...quiet, steps: 50, dtype: "f64", backend });
    expect(trained.params["0.weight"]?.dtype).toBe("f64");
    expect((await trained.eval(tensor([0, 0]))).dtype).toBe("f64");
  });
});

it("computes the same eagerly and compiled, up to rounding", async () => {
  const options = { steps: 100, batchSize: 9 };
  const [eager, compiled] = [
    await curve({ ...options, backend: "eager" }),
    await curve({ ...options, backend: "compiled" }),
  ];
  for (const [step, loss] of eager.losses.entries())
    expect(Math.abs(loss - (compiled.losses[step] ?? 0))).toBeLessThan(1e-5);
});

describe("stopping early", () => {
  it("stops when a callback asks, after the running step", async () => {
    const trained = await quickstart().train(grid, {
      ...quiet,
      steps: 100,
      callbacks: { onStep: ({ step, stop }) => (step === 9 ? stop() : undefined) },
    });
    expect(trained.summary).toMatchObject({ steps: 10, stoppedBy: "callback" });
  });

  it("stops at a signal", async () => {
    const stopping = new AbortController();
    const onStep = ({ step }: Trainer.StepEvent): void => {
      if (step === 4) stopping.abort();
    };
    const trained = await quickstart().train(grid, {
      ...quiet,
      steps: 100,
      signal: stopping.signal,
      callbacks: { onStep },
    });
    expect(trained.summary).toMatchObject({ steps: 5, stoppedBy: "signal" });
  });

  it("stops when evaluations get worse, with the parameters of the best one", async () => {
    const seen: number[] = [];
    const trained = await Trainer.new(mkModel, {
      task: "regression",
      optimizer: optim.sgd({ lr: 0.9 }),
      seed: 3,
    }).train(grid, {
      ...quiet,
      steps: 400,
      batchSize: 5,
      evalData: grid,
      evalEvery: 5,
      earlyStopping: { patience: 4 },
      callbacks: { onEvaluation: ({ evaluation }) => void seen.push(evaluation.loss) },
    });
    expect(trained.summary?.stoppedBy).toBe("early-stopping");
    expect(trained.summary?.lossAfter).toBeCloseTo(Math.min(...seen), 6);
    expect(trained.summary?.evaluation?.loss).toBe(Math.min(...seen));
    expect(trained.summary?.bestStep).toBe(5 * (seen.indexOf(Math.min(...seen)) + 1));
    trained.printSummary((text) =>
      expect(text).toContain(`parameters  of step ${trained.summary?.bestStep}, the best`),
    );
    expect(seen.slice(-4).every((loss) => loss >= Math.min(...seen))).toBe(true);
  });
});

describe("a task of one's own", () => {
  it("is written in place: the compiler knows the outputs, and the data tell the targets", async () => {
    const trainer = Trainer.new(mkModel, {
      task: {
        loss: (outputs, targets) => nn.huber(outputs, targets, { delta: 0.1 }),
        metrics: (outputs, targets) => ({ off: nn.mae(outputs, targets) }),
      },
    });
    const { summary } = await trainer.train(grid, { ...quiet, steps: 5, evalData: grid });
    expect(summary?.evaluation?.metrics["off"]).toBeGreaterThan(0);
  });
});

describe("a callback of evaluations", () => {
  it.each(BACKENDS)("can ask the model as it is then, one example or a batch (%s)", async (backend) => {
    const answers: (readonly number[])[] = [];
    const onEvaluation = ({ predict }: Trainer.EvaluationEvent): void => {
      const [first = Number.NaN] = predict([0.25, -0.75]);
      const rows = predict([
        [0.25, -0.75],
        [1, 1],
      ]);
      expect(rows).toHaveLength(2);
      expect(rows[0]).toBe(first);
      answers.push([...rows]);
    };
    const trained = await quickstart().train(grid, {
      ...quiet,
      steps: 20,
      backend,
      evalData: grid,
      evalEvery: 10,
      callbacks: { onEvaluation },
    });
    const last = await trained.eval(
      tensor([
        [0.25, -0.75],
        [1, 1],
      ]),
    );
    expect(answers).toHaveLength(2);
    expect(answers[0]).not.toEqual(answers[1]);
    expect(answers[1]).toEqual([...last.data()]);
  });
});

describe("the optimiser's average", () => {
  it("is a handle of its own", async () => {
    const optimizer = optim.chain(optim.adam({ lr: 0.03 }), optim.ema({ decay: 0.9 }));
    const trained = await Trainer.new(mkModel, { task: "regression", optimizer }).train(grid, { ...quiet, steps: 50 });
    const averaged = trained.averaged();
    expect(averaged?.params["0.weight"]?.data()).not.toEqual(trained.params["0.weight"]?.data());
    expect((await averaged?.evaluate(grid))?.loss).toBeLessThan(trained.summary?.lossBefore ?? 0);
    expect((await curve({ steps: 1 })).losses).toHaveLength(1);
  });
});

describe.each(["eager", "compiled"] as const)("f64 on backend %s", (backend) => {
  it("has the data's own numbers, in training and evaluation", async () => {
    const tenths = tensor([[0.1], [0.2], [0.3], [0.7]], { dtype: "f64" });
    const data = Data.tensorDataset(tenths, tenths);
    const means: number[] = [];
    const log = { log: (row: object) => void means.push(Number(Object(row)["m"] ?? Object(row)["eval/m"])) };
    const task = {
      loss: (outputs: AnyTensor, targets: AnyTensor) => mean(square(sub(outputs, targets))),
      metrics: (_: AnyTensor, targets: AnyTensor) => ({ m: mean(targets) }),
    };
    const options = { ...quiet, log, steps: 1, backend, dtype: "f64", evalData: data } as const;
    await Trainer.new(nn.sequential(nn.linear(1, 1)), { task }).train(data, options);
    expect(means).toHaveLength(2);
    for (const value of means) expect(value).toBeCloseTo(0.325, 14);
  });
});
