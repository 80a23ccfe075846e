import { describe, expect, it } from "vitest";
import { grad, type Scalar, type ValueAndGrad, valueGradAux } from "../autograd/transforms.ts";
import { compile } from "../compile/index.ts";
import { add, mul, scalar, sin, sum } from "../primitives/index.ts";
import { generator } from "../random/generator.ts";
import { Shape } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import { type FloatDType, isFloat } from "../tensor/dtype.ts";
import { mapPack, type TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as nn from "./index.ts";
import { expectGolden, type GoldenTensor, golden, type LayerCase, tensorOf } from "./test-golden.ts";

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
  geluApproximate: nn.gelu({ approximate: "tanh" }),
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
  rotary: nn.lambda((x: AnyTensor) => nn.rotate(x)),
};

/** PyTorch takes the rounding unit of the parameters' element type; the file was made in double precision. */
const rmsNormOf = { float: nn.rmsNorm(4, { eps: 2 ** -52 }), f64: nn.rmsNorm(4) };

interface Pack {
  readonly [name: string]: TensorPack;
  readonly params: nn.Params;
  readonly state: nn.State;
  readonly x: AnyTensor;
}

/** Output, new state, and the gradients of the sum of output × cotangent by parameters and (unless it is tokens) input. */
function differentiated(
  model: nn.Model<Shape, Shape>,
  cotangent: GoldenTensor,
  dtype: FloatDType,
  train: boolean,
): (pack: Pack) => ValueAndGrad<{ params: nn.Params; x: AnyTensor[] }, { output: AnyTensor; state: nn.State }> {
  return ({ params, state, x }) => {
    const tracked = { params, x: isFloat(x.dtype) ? [x] : [] };
    return valueGradAux((pack: { params: nn.Params; x: AnyTensor[] }) => {
      const applied = model.apply(pack.params, state, pack.x[0] ?? x, { train });
      const value = sum(mul(applied.output, tensorOf(cotangent, dtype))) as Scalar;
      return { value, aux: { output: applied.output, state: applied.state } };
    })(tracked);
  };
}

function check(layer: nn.M, golden: LayerCase, dtype: FloatDType, backend: "eager" | "compiled"): void {
  const { state, input, output, cotangent, gradients, inputGradient, stateAfter } = golden;
  const mkModel = nn.sequential(nn.input(input.shape.slice(1), layer.inputDType), nn.named("model", layer));
  const { model, params, state: first } = nn.build(mkModel, { seed: 0, dtype });
  const own = (names: Iterable<string>): string[] => Array.from(names, (name) => name.replace("model.", ""));
  expect(own(Object.keys(params))).toEqual(Object.keys(gradients));
  expect(new Set(own([...Object.keys(params), ...Object.keys(first)]))).toEqual(new Set(Object.keys(state)));
  const given = <P extends nn.Params | nn.State>(pack: P): P =>
    mapPack(pack, (tensor, name) => {
      const wanted = state[name.replace("model.", "")];
      expect(tensor.shape, name).toEqual(wanted?.shape);
      return tensorOf(wanted ?? input, tensor.dtype);
    });
  const run = differentiated(model, cotangent, dtype, stateAfter !== undefined);
  const x = tensorOf(input, isFloat(layer.inputDType) ? dtype : "int32");
  const pack = { params: given(params), state: given(first), x };
  const result = backend === "eager" ? run(pack) : compile((p: Pack) => ({ ...run(p) }))(pack);
  expectGolden(result.aux.output, output, "output");
  for (const [name, wanted] of Object.entries(gradients)) {
    expectGolden(result.grad.params[`model.${name}`], wanted, name);
  }
  if (inputGradient !== undefined) expectGolden(result.grad.x[0], inputGradient, "gradient of the input");
  for (const [name, wanted] of Object.entries(stateAfter ?? {})) {
    expectGolden(result.aux.state[`model.${name}`], wanted, `${name} afterwards`);
  }
}

describe.each([
  ["float", "eager"],
  ["f64", "eager"],
  ["float", "compiled"],
  ["f64", "compiled"],
] as const)("layers in %s, %s, are PyTorch's: output, gradients, names and state", (dtype, backend) => {
  it.each(Object.keys(golden.layers))("%s", (name) => {
    const layer = name === "rmsNorm" ? rmsNormOf[dtype] : models[name];
    expect(layer, "a model of this name").toBeDefined();
    if (layer !== undefined) check(layer, golden.layers[name]!, dtype, backend);
  });
});

describe("a layer", () => {
  it("announces the shape that PyTorch's gives", () => {
    for (const [name, layer] of Object.entries(models)) {
      const { input, output } = golden.layers[name]!;
      expect(layer.outputShape(input.shape.slice(1)), name).toEqual(output.shape.slice(1));
    }
  });

  it.each(Object.keys(models))("has the gradient of its finite differences: %s", (name) => {
    const { input } = golden.layers[name]!;
    const layer = models[name]!;
    const mkModel = nn.sequential(nn.input(input.shape.slice(1), layer.inputDType), layer);
    const { model, params, state } = nn.build(mkModel, { seed: 1, dtype: "f64" });
    const x = tensorOf(input, isFloat(layer.inputDType) ? "f64" : "int32");
    const at: Record<string, AnyTensor> = isFloat(x.dtype) ? { ...params, "input x": x } : params;
    const value = (point: Record<string, AnyTensor>): Scalar => {
      const { output } = model.apply(point as nn.Params, state, point["input x"] ?? x, { train: true });
      return sum(mul(output, sin(output))) as Scalar;
    };
    const direction = mapPack(at, (tensor, parameter) => {
      const source = generator(2).fork(parameter);
      return fromNumbers(tensor.shape, Float64Array.from({ length: tensor.size }, source.normal), "f64");
    });
    const along = (by: number): number =>
      value(mapPack(at, (tensor, parameter) => add(tensor, mul(direction[parameter]!, scalar(by, "f64"))))).item();
    const slopes = Object.entries(grad(value)(at)).map(([parameter, part]) =>
      sum(mul(part, direction[parameter]!)).item(),
    );
    const slope = slopes.reduce((total, part) => total + part, 0);
    const step = 1e-5;
    const difference = (along(step) - along(-step)) / (2 * step);
    expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
  });
});
