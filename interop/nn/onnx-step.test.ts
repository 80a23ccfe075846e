/** @file Whole training steps (forward, gradient, Adam) in onnxruntime, against the same steps here. */
import { nn, optim, random, Shape, valueGradAux } from "@trainlog/nn";
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
function training(mkModel: nn.M, classes: number, optimizer: optim.Optimizer, batchSize: number) {
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
    const shape = [batchSize, ...model.inputShape];
    const size = shape.reduce((a, b) => a * b, 1);
    const isText = model.inputDType === "int32";
    const values = Array.from({ length: size }, (_, i) =>
      isText ? (i * 7 + seed) % classes : Math.sin(i * 1.3 + seed),
    );
    const labels = isText ? shape : [batchSize];
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

/** Heads of 8 numbers each: causal attention is one operation of the runtime then. */
const block = (options: Partial<nn.TransformerBlockOptions>) =>
  nn.transformerBlock(16, { heads: 2, activation: "gelu", causal: true, ...options });
const textModel = (options: Partial<nn.TransformerBlockOptions>): nn.M =>
  nn.sequential(
    nn.input(Shape.vec(12), "int32"),
    nn.embedding(11, 16),
    block({ norm: "pre", ...options }),
    block(options),
    nn.layerNorm(16),
    nn.linear(16, 11),
  );
const TEXTS: Readonly<Record<string, nn.M>> = {
  "causal attention in one operation": textModel({}),
  "causal attention with dropout": textModel({ dropout: 0.2 }),
  "attention that sees all": textModel({ causal: false }),
};
const DROPOUT = nn.sequential(nn.linear(6, 8), nn.dropout(0.5), nn.relu(), nn.linear(8, 3));
/** Batches from 16 examples on are computed with the batch as the last axis, where that is possible. */
const IMAGES: Readonly<Record<string, nn.M>> = {
  "images with the batch last": nn.sequential(
    Shape.image(3, 8, 8),
    nn.conv2d(3, 6, { kernelSize: 3, padding: 1 }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(6, 5, { kernelSize: [3, 2], bias: false }),
    nn.batchNorm(5),
    nn.tanh(),
    nn.flatten(),
    nn.linear(30, 4),
  ),
  "images with strides, dilation and windows that do not fit": nn.sequential(
    Shape.image(3, 9, 8),
    nn.conv2d(3, 6, { kernelSize: [3, 2], dilation: 2 }),
    nn.maxPool2d([5, 2]),
    nn.conv2d(6, 8, { kernelSize: 3, padding: 2, stride: [2, 1] }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(8, 8, { kernelSize: 1, stride: 2 }),
    nn.avgPool2d(1),
    nn.flatten(),
    nn.linear(8, 4),
  ),
  "images in groups": nn.sequential(
    Shape.image(4, 6, 6),
    nn.conv2d(4, 6, { kernelSize: 3, padding: 1 }),
    nn.maxPool2d([2, 3]),
    nn.conv2d(6, 6, { kernelSize: 3, padding: 3, groups: 2 }),
    nn.maxPool2d(3, { stride: 2 }),
    nn.flatten(),
    nn.linear(36, 4),
  ),
};
/** Adam divides by the gradients' size, which makes noise of gradients that are 0 but for rounding (keys' biases): it is compared where there are none. */
const CASES: readonly (readonly [string, nn.M, number, optim.Optimizer, number])[] = [
  ...TEST_MODEL_NAMES.map((name) => {
    const optimizer = name === "mlp" ? optim.adam({ lr: 0.01 }) : optim.sgd({ lr: 0.1, momentum: 0.9 });
    return [name, TEST_MODELS[name], name === "transformer" ? 11 : 3, optimizer, 4] as const;
  }),
  ["mlp with dropout", DROPOUT, 3, optim.adamW({ lr: 0.01, weightDecay: 0.1 }), 4],
  ...Object.entries(TEXTS).map(
    ([name, mkModel]) => [name, mkModel, 11, optim.sgd({ lr: 0.1, momentum: 0.9 }), 4] as const,
  ),
  ...Object.entries(IMAGES).map(
    ([name, mkModel]) => [name, mkModel, 4, optim.sgd({ lr: 0.1, momentum: 0.9 }), 17] as const,
  ),
];

describe("training steps in onnxruntime", () => {
  it.each(CASES)("%s has the same losses and the same state", async (_, mkModel, classes, optimizer, batchSize) => {
    const { step, initial, batch } = training(mkModel, classes, optimizer, batchSize);
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
