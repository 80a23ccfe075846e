/** @file Whole training steps (forward, gradient, Adam) in onnxruntime, against the same steps here. */
import { nn, optim, random, valueGradAux } from "@trainlog/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { compileOnnxStep } from "../../packages/nn/src/interop/onnx-step/onnx-step.ts";
import type { OnnxRuntime } from "../../packages/nn/src/interop/onnx-step/runtime.ts";
import { largestDifference } from "../../packages/nn/src/interop/test-golden.ts";
import { TEST_MODEL_NAMES, TEST_MODELS } from "../../packages/nn/src/interop/test-models.ts";
import { foldIn } from "../../packages/nn/src/primitives/index.ts";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import type { TensorPack } from "../../packages/nn/src/tensor/pack.ts";
import type { AnyTensor } from "../../packages/nn/src/tensor/tensor.ts";
import { interopPython } from "./python.ts";
import { pythonRuntime } from "./python-runtime.ts";

let runtime: OnnxRuntime;
beforeAll(() => {
  runtime = pythonRuntime(interopPython());
}, 600_000);

type State = {
  readonly params: nn.Params;
  readonly opt: TensorPack;
  readonly state: nn.State;
  readonly count: AnyTensor;
};
type Batch = { readonly x: AnyTensor; readonly labels: AnyTensor };

/** A training step of a model, with its first state and batches. */
function training(mkModel: nn.M, classes: number, optimizer: optim.Optimizer) {
  const { model, params, state } = nn.build(mkModel, { seed: 1 });
  const key = random.key(5);
  const step = (before: State, { x, labels }: Batch) => {
    // The step's number makes a new key for dropout in every step.
    const stepKey = foldIn(key, before.count) as nn.Key;
    const loss = (p: nn.Params) => {
      const applied = model.apply(p, before.state, x, { train: true, key: stepKey });
      return { value: nn.crossEntropy(applied.output, labels as never), aux: applied.state };
    };
    // Tensors of unknown shape, where the transform wants a scalar's type.
    const {
      value,
      grad,
      aux: after,
    } = (
      valueGradAux(loss as never) as unknown as (p: nn.Params) => {
        value: AnyTensor;
        grad: nn.Params;
        aux: nn.State;
      }
    )(before.params);
    const { updates, state: opt } = optimizer.update(grad, before.opt, before.params);
    const next = { params: optim.applyUpdates(before.params, updates), opt, state: after, count: before.count };
    return { state: next, output: { loss: value } };
  };
  const batch = (seed: number): Batch => {
    const shape = [4, ...model.inputShape];
    const size = shape.reduce((a, b) => a * b, 1);
    const isText = model.inputDType === "int32";
    const values = Array.from({ length: size }, (_, i) =>
      isText ? (i * 7 + seed) % classes : Math.sin(i * 1.3 + seed),
    );
    const labels = isText ? shape : [4];
    const count = labels.reduce((a, b) => a * b, 1);
    return {
      x: tensorFromData(values, shape, isText ? "int32" : "float"),
      labels: tensorFromData(
        Array.from({ length: count }, (_, i) => (i * 3 + seed) % classes),
        labels,
        "int32",
      ),
    };
  };
  const initial: State = { params, opt: optimizer.init(params), state, count: tensorFromData([3], [], "int32") };
  return { step, initial, batch };
}

const DROPOUT = nn.sequential(nn.linear(6, 8), nn.dropout(0.5), nn.relu(), nn.linear(8, 3));
/** Adam divides by the gradients' size, which makes noise of gradients that are 0 but for rounding (keys' biases): it is compared where there are none. */
const CASES: readonly (readonly [string, nn.M, number, optim.Optimizer])[] = [
  ...TEST_MODEL_NAMES.map((name) => {
    const optimizer = name === "mlp" ? optim.adam({ lr: 0.01 }) : optim.sgd({ lr: 0.1, momentum: 0.9 });
    return [name, TEST_MODELS[name], name === "transformer" ? 11 : 3, optimizer] as const;
  }),
  ["mlp with dropout", DROPOUT, 3, optim.adamW({ lr: 0.01, weightDecay: 0.1 })],
];

describe("training steps in onnxruntime", () => {
  it.each(CASES)("%s has the same losses and the same state", async (_, mkModel, classes, optimizer) => {
    const { step, initial, batch } = training(mkModel, classes, optimizer);
    const onnx = await compileOnnxStep(step as never, initial as never, { runtime });
    const batches = [0, 1, 2].map(batch);
    const many = (await onnx.runMany(batches as never)) as readonly { loss: AnyTensor }[];
    const one = (await onnx.run(batch(3) as never)) as { loss: AnyTensor };
    const losses: number[] = [];
    let state = initial;
    for (const each of [...batches, batch(3)]) {
      const result = step(state, each);
      losses.push(result.output.loss.item());
      state = result.state;
    }
    const theirs = onnx.state() as unknown as State;
    await onnx.dispose();
    expect(
      largestDifference(
        [...many, one].map(({ loss }) => loss.item()),
        losses,
      ),
    ).toBeLessThan(1e-5);
    for (const [name, tensor] of [...Object.entries(state.params), ...Object.entries(state.state)]) {
      const found = theirs.params[name] ?? theirs.state[name];
      expect(largestDifference(found?.data() ?? [], tensor.data()), name).toBeLessThan(1e-5);
    }
    expect(new Set(losses).size).toBe(4);
  });
});
