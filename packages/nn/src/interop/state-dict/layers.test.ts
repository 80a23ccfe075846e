/** @file Every layer takes PyTorch's state dict under PyTorch's names, computes what PyTorch's layer computes, and gives the dict back. */
import { describe, expect, it } from "vitest";
import { type Scalar, valueGradAux } from "../../autograd/transforms.ts";
import * as nn from "../../nn/index.ts";
import { mul, sum } from "../../primitives/index.ts";
import { isFloat } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { readSafetensors, writeSafetensors } from "../safetensors/safetensors.ts";
import { goldenBytes, largestDifference } from "../test-golden.ts";
import { loadStateDict, stateDict } from "./state-dict.ts";

const MOST_OUTPUT_DIFFERENCE = 1e-5;
const MOST_GRADIENT_DIFFERENCE = 1e-4;

/** The layers of `golden/layers.py`, by its names. */
const LAYERS: Readonly<Record<string, nn.M>> = {
  linear: nn.linear(5, 4),
  linearNoBias: nn.linear(5, 4, { bias: false }),
  conv1d: nn.conv1d(4, 6, { kernelSize: 3, stride: 2, padding: 1, groups: 2 }),
  conv2d: nn.conv2d(2, 3, { kernelSize: [3, 2], stride: [1, 2], padding: [2, 1], dilation: [2, 1] }),
  batchNorm1d: nn.batchNorm(4),
  batchNorm2d: nn.batchNorm(3),
  layerNorm: nn.layerNorm(6),
  layerNormTwoAxes: nn.layerNorm([3, 4]),
  rmsNorm: nn.rmsNorm(6),
  embedding: nn.embedding(9, 4),
  gru: nn.gru(4, 5, { layers: 2 }),
  gruNoBias: nn.gru(4, 3, { bias: false }),
  lstm: nn.lstm(4, 5, { layers: 2 }),
  lstmNoBias: nn.lstm(4, 3, { bias: false }),
  attention: nn.multiHeadAttention(8, { heads: 2 }),
  attentionNoBias: nn.multiHeadAttention(6, { heads: 3, bias: false }),
  transformer: nn.transformerBlock(8, { heads: 2, hidden: 12 }),
  transformerNormFirst: nn.transformerBlock(8, { heads: 4, hidden: 12, norm: "pre", activation: "gelu" }),
  transformerNoBias: nn.transformerBlock(6, { heads: 3, hidden: 5, bias: false }),
  everything: nn.sequential(
    nn.input([5], "int32"),
    nn.embedding(7, 6),
    nn.multiHeadAttention(6, { heads: 2 }),
    nn.transformerBlock(6, { heads: 3, hidden: 8, norm: "pre", activation: "gelu" }),
    nn.rmsNorm(6),
    nn.lstm(6, 4),
    nn.gru(4, 6, { layers: 2 }),
    nn.layerNorm(6),
    nn.conv1d(5, 4, { kernelSize: 3, padding: 1 }),
    nn.batchNorm(4),
    nn.flatten(),
    nn.unflatten([2, 2, 6]),
    nn.conv2d(2, 3, { kernelSize: [2, 3] }),
    nn.batchNorm(3),
    nn.gelu(),
    nn.avgPool2d([1, 2]),
    nn.flatten(),
    nn.sequential(nn.linear(6, 4), nn.tanh(), nn.linear(4, 3)),
  ),
};

type Tensors = Readonly<Record<string, AnyTensor>>;

const theirs: Tensors = readSafetensors(goldenBytes("layers.safetensors")).tensors;
const answers: Tensors = readSafetensors(goldenBytes("layers-answers.safetensors")).tensors;

/** The entries whose names begin with `prefix`, without it. */
function below(prefix: string, tensors: Tensors): Tensors {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** A layer as a model, its parameters' names beginning with "layer.", with PyTorch's numbers. */
function loaded(name: string, shape: readonly number[]) {
  const layer = LAYERS[name]!;
  const built = nn.build(nn.sequential(nn.input(shape, layer.inputDType), nn.named("layer", layer)), { seed: 3 });
  return { built, ...loadStateDict(built, below(`${name}.`, theirs), { rename: bare }) };
}

const bare = (name: string): string => name.replace(/^layer\./, "");

/** Output, state afterwards, and the gradients of the sum of squares of the output. */
function run(name: string) {
  const x = answers[`${name}:input`]!;
  const { built, params, state } = loaded(name, x.shape.slice(1));
  const train = Object.keys(state).length > 0;
  const inputs = isFloat(x.dtype) ? [x] : [];
  return valueGradAux((of: { params: nn.Params; inputs: AnyTensor[] }) => {
    const { output, state: next } = built.model.apply(of.params, state, of.inputs[0] ?? x, { train });
    return { value: sum(mul(output, output)) as Scalar, aux: { output, state: next } };
  })({ params, inputs });
}

function expectAll(ours: Tensors, wanted: Tensors, most: number): void {
  const names = Object.fromEntries(Object.entries(ours).map(([name, tensor]) => [bare(name), tensor]));
  expect(new Set(Object.keys(names))).toEqual(new Set(Object.keys(wanted)));
  for (const [name, tensor] of Object.entries(wanted)) {
    expect(names[name]!.shape, name).toEqual(tensor.shape);
    expect(largestDifference(names[name]!.data(), tensor.data()), name).toBeLessThanOrEqual(most);
  }
}

/** The bytes of each tensor of a safetensors file, by name, with its element type and shape. */
function entriesOf(file: Uint8Array): Map<string, { dtype: string; shape: number[]; bytes: Buffer }> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    Buffer.from(file.subarray(8, 8 + length)).toString(),
  );
  const data = Buffer.from(file.subarray(8 + length));
  return new Map(
    Object.entries(header).flatMap(([name, { dtype, shape, data_offsets }]) =>
      name === "__metadata__" ? [] : [[name, { dtype, shape, bytes: data.subarray(...data_offsets) }] as const],
    ),
  );
}

describe("PyTorch's state dict of", () => {
  it.each(Object.keys(LAYERS))("%s gives PyTorch's output and gradients", (name) => {
    const { grad, aux } = run(name);
    expectAll({ output: aux.output }, { output: answers[`${name}:output`]! }, MOST_OUTPUT_DIFFERENCE);
    expectAll(grad.params, below(`${name}:gradient.`, answers), MOST_GRADIENT_DIFFERENCE);
    expectAll(aux.state, below(`${name}:after.`, answers), MOST_OUTPUT_DIFFERENCE);
    const ofInput = Object.fromEntries(grad.inputs.map((tensor) => ["", tensor]));
    expectAll(ofInput, below(`${name}:inputGradient`, answers), MOST_GRADIENT_DIFFERENCE);
  });

  it("all layers is written back with the same names, element types, shapes and bytes", () => {
    const dicts = Object.keys(LAYERS).map((name) => {
      const model = loaded(name, answers[`${name}:input`]!.shape.slice(1));
      return stateDict(model, { rename: bare, prefix: `${name}.` });
    });
    const file = writeSafetensors(Object.assign({}, ...dicts), {
      elementType: (name) => (name.endsWith("num_batches_tracked") ? "I64" : undefined),
    });
    const golden = entriesOf(goldenBytes("layers.safetensors"));
    expect(golden.size).toBeGreaterThan(100);
    const written = entriesOf(file);
    expect(new Set(written.keys())).toEqual(new Set(golden.keys()));
    for (const [name, entry] of golden) expect(written.get(name), name).toEqual(entry);
  });
});
