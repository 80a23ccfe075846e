import { describe, expect, it } from "vitest";
import type { Scalar } from "../autograd/transforms.ts";
import { valueGradAux } from "../autograd/transforms.ts";
import { mul, sum } from "../primitives/index.ts";
import { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as nn from "./index.ts";
import { expectClose, golden, type LayerCase, tensorOf } from "./test-golden.ts";

const image = Shape.image(4, 7, 5);

/** The same models in trainlog, by the names of the file. */
const models: Readonly<Record<string, nn.M>> = {
  linear: nn.linear(3, 4),
  linearNoBias: nn.linear(3, 4, { bias: false }),
  linearSequence: nn.linear(3, 4),
  conv2d: nn.conv2d(4, 6, { kernelSize: [3, 2], stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
  conv2dSame: nn.conv2d(4, 3, { kernelSize: [3, 4], padding: "same", bias: false }),
  conv1d: nn.conv1d(3, 4, { kernelSize: 3, stride: 2, padding: 1 }),
  conv1dDilated: nn.conv1d(4, 4, { kernelSize: 2, dilation: 3, groups: 4 }),
  maxPool2d: nn.maxPool2d(3, { stride: 2, padding: 1 }),
  maxPool2dPlain: nn.maxPool2d([2, 1]),
  avgPool2d: nn.avgPool2d(3, { stride: 2, padding: 1 }),
  avgPool2dInside: nn.avgPool2d(3, { stride: 2, padding: 1, countPadding: false }),
  maxPool1d: nn.maxPool1d(3, { stride: 2 }),
  avgPool1d: nn.avgPool1d(2),
  adaptiveAvgPool2d: nn.adaptiveAvgPool2d([3, 2]),
  adaptiveAvgPool2dOne: nn.adaptiveAvgPool2d(1),
  batchNormTrain: nn.batchNorm(3),
  batchNormEval: nn.batchNorm(3),
  batchNormImagesTrain: nn.batchNorm(4, { momentum: 0.3, eps: 1e-3 }),
  batchNormPlain: nn.batchNorm(3, { affine: false }),
  layerNorm: nn.layerNorm(4),
  layerNormTwoAxes: nn.layerNorm([3, 4]),
  layerNormNoBias: nn.layerNorm(4, { bias: false, eps: 1e-3 }),
  embedding: nn.embedding(5, 3),
  gru: nn.gru(3, 4, { layers: 2 }),
  gruNoBias: nn.gru(3, 2, { bias: false }),
  lstm: nn.lstm(3, 4, { layers: 2 }),
  gruLast: nn.sequential(nn.gru(3, 4, { returns: "last" }), nn.linear(4, 2)),
  lstmLast: nn.sequential(nn.lstm(3, 4, { returns: "last" }), nn.linear(4, 2)),
  attention: nn.multiHeadAttention(6, { heads: 2 }),
  attentionCausal: nn.multiHeadAttention(6, { heads: 3, causal: true, bias: false }),
  transformerPost: nn.transformerBlock(6, { heads: 2, hidden: 8 }),
  transformerPre: nn.transformerBlock(6, { heads: 2, hidden: 8, activation: "gelu", norm: "pre", causal: true }),
  transformerNoBias: nn.transformerBlock(6, { heads: 3, hidden: 5, bias: false }),
  sinusoidal: nn.sinusoidalPositions(6),
  flatten: nn.flatten(),
  relu: nn.relu(),
  leakyRelu: nn.leakyRelu(0.2),
  elu: nn.elu(1.5),
  gelu: nn.gelu(),
  geluApproximate: nn.gelu({ approximate: true }),
  silu: nn.silu(),
  softplus: nn.softplus(),
  tanh: nn.tanh(),
  sigmoid: nn.sigmoid(),
  softmax: nn.softmax(),
  logSoftmax: nn.logSoftmax(),
  mlp: nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1)),
  mlpNamed: nn.sequential(
    nn.named("fc1", nn.linear(2, 3)),
    nn.named("act", nn.tanh()),
    nn.named("fc2", nn.linear(3, 1)),
  ),
  cnn: nn.sequential(
    Shape.image(1, 8, 8),
    nn.conv2d(1, 3, { kernelSize: 3, padding: 1 }),
    nn.batchNorm(3),
    nn.relu(),
    nn.maxPool2d(2),
    nn.sequential(nn.conv2d(3, 4, { kernelSize: 3 }), nn.relu()),
    nn.flatten(),
    nn.linear(16, 5),
  ),
  rotary: nn.lambda(nn.rotate as never),
};

/** PyTorch takes the rounding unit of the parameters' element type; the file was made in double precision. */
const rmsNormOf = { float: nn.rmsNorm(4, { eps: 2 ** -52 }), f64: nn.rmsNorm(4) };

function check(
  layer: nn.M,
  { state, input, output, cotangent, gradients, inputGradient, stateAfter }: LayerCase,
  dtype: FloatDType,
): void {
  // The batch axis is not part of a model's shape.
  const mkModel = nn.sequential(Shape.of(...input.shape.slice(1)) as readonly number[], nn.named("model", layer));
  const built = nn.build(mkModel, { seed: 0, dtype });
  const own = (names: Iterable<string>): string[] => Array.from(names, (name) => name.replace("model.", ""));
  expect(own(Object.keys(built.params))).toEqual(Object.keys(gradients));
  expect(new Set(own([...Object.keys(built.params), ...Object.keys(built.state)]))).toEqual(
    new Set(Object.keys(state)),
  );
  const given = (pack: nn.Params | nn.State): Record<string, AnyTensor> =>
    Object.fromEntries(
      Object.entries(pack).map(([name, tensor]) => {
        const golden = state[name.replace("model.", "")];
        expect(tensor.shape, name).toEqual(golden?.shape);
        return [name, tensorOf(golden ?? input, tensor.dtype)];
      }),
    );
  const params = given(built.params) as nn.Params;
  const tokens = layer.inputDType === "int32" ? tensorOf(input, "int32") : undefined;
  const result = valueGradAux((pack: { params: nn.Params; x: readonly AnyTensor[] }) => {
    const applied = built.model.apply(pack.params, given(built.state), tokens ?? pack.x[0]!, {
      train: stateAfter !== undefined,
    });
    const value = sum(mul(applied.output, tensorOf(cotangent, dtype))) as Scalar;
    return { value, aux: { output: applied.output, state: applied.state } };
  })({ params, x: tokens === undefined ? [tensorOf(input, dtype)] : [] });
  expectClose(result.aux.output, output, "output");
  for (const [name, wanted] of Object.entries(gradients))
    expectClose(result.grad.params[`model.${name}`], wanted, name);
  if (inputGradient !== undefined) expectClose(result.grad.x[0], inputGradient, "gradient of the input");
  for (const [name, wanted] of Object.entries(stateAfter ?? {})) {
    expectClose(result.aux.state[`model.${name}`], wanted, `${name} afterwards`);
  }
}

describe.each(["float", "f64"] as const)("layers in %s are PyTorch's: output, gradients, names and state", (dtype) => {
  it.each(Object.keys(golden.layers))("%s", (name) => {
    const layer = name === "rmsNorm" ? rmsNormOf[dtype] : models[name];
    expect(layer, "a model of this name").toBeDefined();
    if (layer !== undefined) check(layer, golden.layers[name]!, dtype);
  });

  it("gives the shapes that it announces", () => {
    for (const [name, layer] of Object.entries(models)) {
      const { input, output } = golden.layers[name]!;
      expect(layer.outputShape(input.shape.slice(1)), name).toEqual(output.shape.slice(1));
    }
    expect(nn.conv2d(4, 1, { kernelSize: 1 }).outputShape(image)).toEqual([1, 7, 5]);
  });
});
