import { describe, expect, it } from "vitest";
import * as Data from "../data/index.ts";
import { engine } from "../engine/engine.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { add, log, mean, mul, scalar, sqrt, square, sub, sum } from "../primitives/index.ts";
import { zeros } from "../tensor/create.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import * as Trainer from "./index.ts";

const grid = Data.regression2to1Grid({ n: 25 });
const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
const trainer = Trainer.new(mkModel, { task: "regression" });
const quiet = { log: false, progress: false, handleInterrupt: false } as const;
const train = (options: object, data: unknown = grid) =>
  trainer.train(data as never, { ...quiet, ...options } as never);

describe("options", () => {
  it.each([
    [{ steps: 10, epoch: 3 }, "trainer/unknown-option", 'unknown option "epoch"; did you mean "epochs"?'],
    [{ steps: 10, batchsize: 3 }, "trainer/unknown-option", 'did you mean "batchSize"?'],
    [{ steps: 0 }, "trainer/bad-option", "train: steps must be a whole number of at least 1, got 0"],
    [{ steps: 1.5 }, "trainer/bad-option", "got 1.5"],
    [{}, "trainer/bad-option", "give either steps or epochs, got neither"],
    [{ steps: 1, epochs: 1 }, "trainer/bad-option", "give either steps or epochs, got steps 1 and epochs 1"],
    [{ steps: 1, batchSize: 26 }, "data/batch-too-large", "batchSize is 26, but the data set has 25 examples"],
    [
      { steps: 1, backend: "gpu" },
      "trainer/bad-option",
      'backend must be "compiled" or "eager" or "onnx" or "webgpu", got "gpu"',
    ],
    [{ steps: 1, dtype: "int32" }, "trainer/bad-option", 'dtype must be "float" or "f64"'],
    [{ steps: 1, earlyStopping: {} }, "trainer/bad-option", "earlyStopping looks at evaluations, so it needs evalData"],
    [
      { steps: 1, checkpoint: {} },
      "trainer/bad-option",
      "train: checkpoint: dir must be a text that is not empty, got nothing",
    ],
    [{ steps: 1, checkpoint: { dir: "x", keepLst: 2 } }, "trainer/unknown-option", 'did you mean "keepLast"?'],
    [{ steps: 1, callbacks: { onstep: () => {} } }, "trainer/unknown-option", 'did you mean "onStep"?'],
    [{ steps: 1, log: "" }, "trainer/bad-option", "log is an empty text"],
  ])("%j are refused", async (options, code, words) => {
    const refusal = await train(options).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    expect((refusal as Error).message).toContain(words);
  });

  it.each([
    [{ task: "regresion" }, /task must be "regression", "classification", a loss function/],
    [{ task: "regression", optimiser: optim.adam({ lr: 1 }) }, /did you mean "optimizer"\?/],
    [{ task: "regression", optimizer: "adam" }, /optimizer must be an optimiser such as/],
    [{ task: "regression", seed: -1 }, /seed must be a whole number of at least 0, got -1/],
    [{ task: "regression", initial: { params: {} } }, /initial must be \{ params, state \}, such as a trained model/],
    [{ task: { los: () => {} } }, /did you mean "loss"\?/],
  ])("Trainer.new refuses %j", (options, words) => {
    expect(() => Trainer.new(mkModel, options as never)).toThrow(words);
  });
});

describe("data", () => {
  it("is checked before anything is allocated", async () => {
    const used = engine().allocator.usedBytes();
    const empty = Data.take(grid, 0);
    await expect(train({ steps: 1 }, empty)).rejects.toThrow(/train: the data set has no examples/);
    const three = Data.tensorDataset([[1, 2, 3]], [[1]]);
    await expect(train({ steps: 1 }, three)).rejects.toThrow(
      /train: the model takes examples of shape \[2\], but the data set's inputs have shape \[3\]/,
    );
    const two = Data.tensorDataset([[1, 2]], [[1, 2]]);
    await expect(train({ steps: 1 }, two)).rejects.toThrow(
      /regression takes targets of shape \[1\], but the data set's targets have shape \[2\]/,
    );
    await expect(train({ steps: 1 }, [1, 2])).rejects.toThrow(/expected a data set such as Data.tensorDataset/);
    expect(engine().allocator.usedBytes()).toBeLessThanOrEqual(used);
  });

  it.each([3, -1])("with the label %d of three classes is refused, naming the example", async (label) => {
    const data = Data.tensorDataset(
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      [0, label, 2],
    );
    const classify = Trainer.new(nn.sequential(nn.linear(2, 3)), { task: "classification" });
    await expect(classify.train(data, { ...quiet, steps: 1 })).rejects.toThrow(
      `example 1 has the label ${label}, but the model has 3 classes: labels go from 0 to 2`,
    );
  });

  it("with labels that go wrong later, in a data set that answers with promises, is refused at the batch", async () => {
    const base = Data.tensorDataset(
      [
        [0, 0],
        [1, 1],
      ],
      [0, 7],
    );
    const slow: Trainer.Dataset<readonly [2], readonly []> = {
      length: 2,
      inputShape: [2],
      targetShape: [],
      inputDType: "float",
      targetDType: "int32",
      readInto: async (indices, inputs, targets) => base.readInto(indices, inputs, targets),
    };
    const classify = Trainer.new(nn.sequential(nn.linear(2, 3)), { task: "classification" });
    await expect(classify.train(slow, { ...quiet, steps: 4, batchSize: 1 })).rejects.toMatchObject({
      code: "trainer/bad-label",
    });
  });
});

it("data that does not fit is a compile error", async () => {
  const wide = Data.tensorDataset([[1, 2, 3]], [[1]]);
  // @ts-expect-error: the data set's inputs do not fit the model: [2], [3]
  await expect(trainer.train(wide, { ...quiet, steps: 1 })).rejects.toMatchObject({ code: "shape/mismatch" });
  const labels = Data.tensorDataset([[1, 2]], [1]);
  // @ts-expect-error: the data set's targets do not fit the task: [1], []
  await expect(trainer.train(labels, { ...quiet, steps: 1 })).rejects.toMatchObject({ code: "shape/mismatch" });
  const anyWidth: Trainer.Dataset<readonly [number], readonly [1]> = Data.tensorDataset([[1, 2] as number[]], [[1]]);
  await expect(trainer.train(anyWidth, { ...quiet, steps: 1 })).resolves.toBeDefined();
});

describe.each(["eager", "compiled"] as const)("a loss that is not finite on backend %s", (backend) => {
  const failure = async (made: { train: typeof trainer.train }, options: object = {}, data: unknown = grid) => {
    const error = await made
      .train(data as never, { ...quiet, steps: 50, backend, ...options } as never)
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Trainer.NonFiniteError);
    return error as Trainer.NonFiniteError;
  };

  it("names the first layer whose output is not finite", async () => {
    const logOfZero = nn.lambda((x: Tensor<[number, 4]>) => log(mul(x, scalar(0, x.dtype))) as Tensor<[number, 4]>);
    const model = nn.sequential(nn.linear(2, 4), logOfZero, nn.linear(4, 1));
    const error = await failure(Trainer.new(model, { task: "regression" }) as never);
    expect(error.facts.step).toBe(0);
    expect(error.message).toMatch(
      /^the loss is (NaN|-?Infinity) at step 0: the output of layer 1 .* is the first that is not finite; no checkpoint was written/,
    );
  });

  it("names the example whose numbers are not finite", async () => {
    const data = Data.tensorDataset(
      [
        [0, 0],
        [1, Number.NaN],
      ],
      [[0], [1]],
    );
    const error = await failure(trainer as never, { shuffle: false }, data);
    expect(error.message).toContain(
      "the batch's inputs ([2, 2]) hold NaN in example 1 of this batch (example 1 of the data set), element 1",
    );
    expect(error.message).toMatch(/Fill in or leave out such examples$/);
  });

  it("names the parameters whose gradients were not finite at the step before", async () => {
    const steep = Trainer.new(mkModel, {
      task: (outputs, targets, { params }) => {
        // Finite at first, with an infinite gradient: √0.
        const zero = mul(params["2.bias"] as AnyTensor, scalar(0, outputs.dtype));
        return addRoot(outputs, targets, zero);
      },
      optimizer: optim.sgd({ lr: 0.1 }),
    });
    const error = await failure(steep as never);
    expect(error.facts.parameters).toContain("2.bias");
    expect(error.facts.step).toBe(1);
  });

  it("never keeps such parameters: neither in a checkpoint nor as the result", async () => {
    const steep = Trainer.new(mkModel, {
      task: (outputs, targets, { params }) =>
        addRoot(outputs, targets, mul(params["2.bias"] as AnyTensor, scalar(0, outputs.dtype))),
      optimizer: optim.sgd({ lr: 0.1 }),
    });
    const error = await failure(steep as never, { steps: 1 });
    expect(error.message).toMatch(/^parameters are not finite after 1 updates: the gradient of 2.bias was not finite/);
  });

  it("names the loss itself when all layers are fine", async () => {
    const bad = Trainer.new(mkModel, { task: (outputs) => log(mul(mean(outputs), scalar(0, outputs.dtype))) });
    expect((await failure(bad as never)).message).toContain(
      "every layer's output is finite, so the loss itself overflowed",
    );
  });
});

describe.each(["eager", "compiled"] as const)("what a task gives on backend %s", (backend) => {
  const trainOn = (task: unknown) =>
    Trainer.new(mkModel, { task: task as "regression" }).train(grid, { ...quiet, steps: 2, backend });
  const loss = (outputs: AnyTensor, targets: AnyTensor) => mean(square(sub(outputs, targets)));

  it.each([
    [() => 3, /the loss must be one number for the batch .*, got 3;/],
    [() => undefined, /the loss must be one number for the batch .*, got \w+;/],
    [(outputs: AnyTensor) => outputs, /got shape \[25, 1\], dtype float/],
  ])("is refused when %s is no loss", async (task, words) => {
    await expect(trainOn(task)).rejects.toMatchObject({
      code: "trainer/bad-loss",
      message: expect.stringMatching(words),
    });
  });

  it.each([
    [() => ({ half: 0.5 }), /the metric "half" must be one number .*, got 0.5;/],
    [(outputs: AnyTensor) => ({ all: outputs }), /the metric "all" must be one number .*, got shape \[25, 1\]/],
  ])("is refused when %s gives no metrics", async (metrics, words) => {
    await expect(trainOn({ loss, metrics })).rejects.toMatchObject({
      code: "trainer/bad-metric",
      message: expect.stringMatching(words),
    });
  });
});

it("evaluate knows its options", async () => {
  const trained = await trainer.train(grid, { ...quiet, steps: 1 });
  await expect(trained.evaluate(grid, { batchsize: 3 } as never)).rejects.toThrow(/did you mean "batchSize"\?/);
  await expect(trained.evaluate(grid, { batchSize: 0 })).rejects.toThrow(/batchSize must be a whole number/);
});

describe("the end of training by an error", () => {
  const ends: Trainer.EndEvent[] = [];
  const onEnd = (event: Trainer.EndEvent): void => void ends.push(event);

  it("comes with the number of updates", async () => {
    ends.length = 0;
    const onStep: Trainer.Callbacks["onStep"] = ({ step }) => {
      if (step === 3) throw new Error("own trouble");
    };
    await expect(train({ steps: 9, callbacks: { onEnd, onStep } })).rejects.toThrow("own trouble");
    expect(ends).toEqual([{ step: 3, stoppedBy: "error" }]);
  });

  it("is told once, and closes the log, when a callback at the end throws", async () => {
    ends.length = 0;
    const statuses: unknown[] = [];
    const log = {
      log: () => {},
      summary: { update: (summary: object) => statuses.push(summary) },
    };
    const failing: Trainer.Callbacks = {
      onEnd: () => {
        throw new Error("own trouble");
      },
    };
    await expect(train({ steps: 2, log, callbacks: [{ onEnd }, failing] })).rejects.toThrow("own trouble");
    expect(ends).toEqual([{ step: 2, stoppedBy: "done" }]);
    expect(statuses).toEqual([{}]);
  });
});

function addRoot(outputs: AnyTensor, targets: AnyTensor, zero: AnyTensor): AnyTensor {
  return add(mean(square(sub(outputs, targets))), sum(sqrt(zero)));
}

describe('backend "onnx"', () => {
  it("says what to install when the runtime is missing", async () => {
    const missing = await train({ steps: 1, backend: "onnx" }).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: "onnx/no-runtime" });
    expect((missing as Error).message).toContain("npm install onnxruntime-node --ignore-scripts");
  });

  it("refuses f64", async () => {
    await expect(train({ steps: 1, backend: "onnx", dtype: "f64" })).rejects.toThrow(
      'backend "onnx" computes with dtype "float" only, and dtype is "f64"',
    );
  });
});

describe("probes", () => {
  it.each([
    [
      () => Trainer.Probe.point({ name: "mid", input: [0, 0], tagret: 1 } as never),
      /unknown option "tagret"; did you mean "target"\?/,
    ],
    [
      () => Trainer.Probe.point({ name: "mid", inputs: [0, 0] } as never),
      /unknown option "inputs"; did you mean "input"\?/,
    ],
    [() => Trainer.Probe.point({ name: "mid" } as never), /the probe "mid" needs an input: one example/],
    [() => Trainer.Probe.point({ input: [0, 0] } as never), /a probe needs a name, got undefined/],
    [
      () => Trainer.Probe.point(undefined as never),
      /Trainer\.Probe\.point: expected options such as \{ name: … \}, got undefined/,
    ],
    [
      () => Trainer.Probe.point({ name: "mid", input: [0, 0], target: "1" } as never),
      /target must be a number or an array of numbers/,
    ],
    [
      () => Trainer.Probe.classification({ name: "mid", input: [0], classnames: [] } as never),
      /did you mean "classNames"\?/,
    ],
    [
      () => Trainer.Probe.classification({ name: "mid", input: [0], target: -1 }),
      /target must be a whole number of at least 0/,
    ],
  ])("are checked when they are made (%#)", (make, words) => {
    expect(make).toThrow(words);
  });

  it("of another shape are named, before the first step", async () => {
    const probes = [Trainer.Probe.point({ name: "mid", input: [1, 2, 3] })];
    await expect(train({ steps: 5, probes })).rejects.toMatchObject({
      code: "shape/mismatch",
      message: 'the probe "mid": eval takes one example of shape [2] or a batch of them, got shape [3]',
    });
  });

  it("that throw errors of their own keep them", async () => {
    const probes = [
      Trainer.Probe.custom("mine", () => {
        throw new RangeError("my own");
      }),
    ];
    await expect(train({ steps: 5, probes })).rejects.toBeInstanceOf(RangeError);
  });
});

describe("what was meant", () => {
  it.each([
    [Data.digits({ seed: 0 }), /got a promise: await it/],
    [{ train: grid, test: grid }, /got a split of one: pass its train/],
  ])("is guessed where a data set is missing (%#)", async (data, words) => {
    await expect(train({ steps: 1 }, data)).rejects.toThrow(words);
  });

  it("is guessed where a model has numbers already", () => {
    const built = nn.build(mkModel, { seed: 0 });
    expect(() => Trainer.new(built as never, { task: "regression" })).toThrow(
      /got a model with numbers: pass the description that nn\.build got, and the numbers as the option initial/,
    );
  });
});

describe("an explicit loop", () => {
  const module = Trainer.Advanced.module(mkModel, { task: "regression" });

  it("is told when the targets are missing", () => {
    using loop = Trainer.Advanced.stepper(module);
    expect(() => Trainer.Advanced.step(loop, [zeros([1, 2])] as never)).toThrow(
      expect.objectContaining({ code: "trainer/bad-batch" }),
    );
  });

  it("ends with dispose, also when no step was run", () => {
    const loop = Trainer.Advanced.stepper(module);
    loop.dispose();
    expect(() => Trainer.Advanced.step(loop, [zeros([1, 2]), zeros([1, 1])])).toThrow(
      expect.objectContaining({ code: "tensor/disposed" }),
    );
  });
});
