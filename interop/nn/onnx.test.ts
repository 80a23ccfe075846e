/** @file Our ONNX files in onnxruntime, after the reference checker: whole models, and every primitive with its gradient. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnyTensor, exportOnnx, nn, Tensor } from "@trainlog/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grad } from "../../packages/nn/src/autograd/transforms.ts";
import { IR_VERSION, OPSET } from "../../packages/nn/src/interop/onnx/export/export-onnx.ts";
import { graphProto } from "../../packages/nn/src/interop/onnx/export/graph-proto.ts";
import { writeModelProto } from "../../packages/nn/src/interop/onnx/proto/write.ts";
import { flat, goldenAnswers, largestDifference, shapeOf } from "../../packages/nn/src/interop/test-golden.ts";
import { TEST_MODEL_NAMES, TEST_MODELS } from "../../packages/nn/src/interop/test-models.ts";
import { trace } from "../../packages/nn/src/ir/trace.ts";
import * as p from "../../packages/nn/src/primitives/index.ts";
import { isFloat } from "../../packages/nn/src/tensor/dtype.ts";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import { type OnnxAnswer, runOnnx } from "./onnx-jobs.ts";
import { interopPython } from "./python.ts";

let dir = "";
let python = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-onnx-"));
  python = interopPython();
}, 600_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("models in onnxruntime", () => {
  it("answer as here, for batches of any size, with parameters under their names", () => {
    const cases = TEST_MODEL_NAMES.flatMap((name) => {
      const built = nn.build(TEST_MODELS[name], { seed: 5 });
      const file = exportOnnx(built);
      const input = goldenAnswers("models.json")[name]?.input ?? [];
      const shape = shapeOf(input);
      const whole = flat(input);
      return [1, shape[0] ?? 1].map((batch) => {
        const size = (whole.length / (shape[0] ?? 1)) * batch;
        const x = tensorFromData(whole.slice(0, size), shape.with(0, batch), built.model.inputDType);
        return {
          name,
          file,
          x,
          params: Object.keys(built.params),
          y: built.model.apply(built.params, built.state, x).output,
        };
      });
    });
    const answers = runOnnx(
      python,
      dir,
      cases.map(({ file, x }) => ({ file, inputs: { input: x } })),
    );
    cases.forEach(({ name, y, params }, index) => {
      const answer = answers[index];
      expect(answer?.outputs["output"]?.shape, name).toEqual(y.shape);
      expect(largestDifference(answer?.outputs["output"]?.data ?? [], y.data()), name).toBeLessThan(1e-5);
      expect(answer?.initializers, name).toEqual(expect.arrayContaining(params));
      expect([answer?.opset, answer?.irVersion]).toEqual([OPSET, IR_VERSION]);
    });
  });
});

/** Numbers that look random, none near 0 or a whole number. */
function numbers(shape: readonly number[], seed = 1): AnyTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: size }, (_, i) => 1.7 * Math.sin(i * 1.7 + seed) + 0.05 * Math.cos(3 * i));
  return tensorFromData(data, shape, "float");
}

const ints = (shape: readonly number[], values: readonly number[]): AnyTensor => tensorFromData(values, shape, "int32");

/** Keeps away from 0, for functions that are not smooth or not defined there. */
const positive = (x: AnyTensor): AnyTensor => p.add(p.abs(x), p.scalar(0.2, x.dtype));

type Program = (...inputs: AnyTensor[]) => AnyTensor;
const window = (window: [number, number], stride: [number, number], padding: [[number, number], [number, number]]) => ({
  window,
  stride,
  padding,
});
const convolution = {
  stride: [2, 1],
  padding: [
    [1, 0],
    [2, 1],
  ],
  dilation: [1, 2],
  groups: 2,
} as const;
const x23 = [numbers([2, 3])];
const pair = [numbers([2, 3]), numbers([3], 2)];
const image = [numbers([2, 4, 7, 6])];

/** Programs whose results and gradients go through every exporter. */
const PROGRAMS: Readonly<Record<string, readonly [Program, readonly AnyTensor[]]>> = {
  neg: [p.neg, x23],
  exp: [p.exp, x23],
  log: [(x) => p.log(positive(x)), x23],
  log1p: [(x) => p.log1p(positive(x)), x23],
  "log1p of small numbers": [p.log1p, [tensorFromData([1e-8, -1e-8, 0, 3e-5], [4], "float")]],
  expm1: [p.expm1, x23],
  "expm1 of small and large numbers": [p.expm1, [tensorFromData([1e-8, -1e-8, 0, 3e-5, 5, -30], [6], "float")]],
  sqrt: [(x) => p.sqrt(positive(x)), x23],
  rsqrt: [(x) => p.rsqrt(positive(x)), x23],
  reciprocal: [(x) => p.reciprocal(positive(x)), x23],
  square: [p.square, x23],
  tanh: [p.tanh, x23],
  sigmoid: [p.sigmoid, x23],
  relu: [p.relu, x23],
  sin: [p.sin, x23],
  cos: [p.cos, x23],
  abs: [p.abs, x23],
  sign: [p.sign, x23],
  erf: [p.erf, x23],
  floor: [p.floor, x23],
  add: [p.add, pair],
  sub: [p.sub, pair],
  mul: [p.mul, pair],
  div: [(a, b) => p.div(a, positive(b)), pair],
  pow: [(a, b) => p.pow(positive(a), b), pair],
  maximum: [p.maximum, pair],
  minimum: [p.minimum, pair],
  comparisons: [(a, b) => p.add(p.add(p.equal(a, b), p.notEqual(a, b)), p.add(p.less(a, b), p.lessEqual(b, a))), pair],
  where: [(a, b) => p.where(p.less(a, b), p.mul(a, b), p.add(a, b)), pair],
  "cast, barrier": [(x) => p.barrier(p.add(x, p.cast(p.cast(p.mul(x, x), "int32"), "float"))), x23],
  "fill, iota": [(x) => p.mul(p.add(p.iota([2, 3], 1, "float"), p.fill([2, 3], 2.5, "float")), x), x23],
  "reshape, transpose, broadcastTo": [
    (x) => p.broadcastTo(p.transpose(p.reshape(x, [1, 3, 2]), [2, 0, 1]), [2, 4, 3]),
    x23,
  ],
  flip: [(x) => p.flip(x, [0, 1]), x23],
  slice: [(x) => p.slice(x, [1, 0, 2, 1], [2, 4, 7, 6]), image],
  "slice with strides": [(x) => p.slice(x, [0, 1, 1, 0], [2, 4, 7, 5], [1, 2, 3, 2]), image],
  pad: [(x) => p.pad(x, [1, 0], [0, 2], 0.5), x23],
  concat: [(a, b) => p.concat([a, p.reshape(b, [1, 3]), a], 0), pair],
  sum: [(x) => p.sum(x, [1, 3]), image],
  "sum of all": [(x) => p.sum(x), image],
  mean: [(x) => p.mean(x, [0], true), image],
  variance: [(x) => p.variance(x, [1], true), image],
  max: [(x) => p.max(x, [2, 3]), image],
  min: [(x) => p.min(x, [1], true), image],
  argmax: [(x) => p.mul(p.cast(p.argmax(x, 1), "float"), p.sum(x, [1])), image],
  cumsum: [(x) => p.cumsum(x, 1), x23],
  take: [(x, i) => p.take(x, i, 0), [numbers([4, 3]), ints([2, 3], [0, 3, 3, 1, 0, 2])]],
  "take along a later axis": [(x, i) => p.take(x, i, 1), [numbers([2, 4, 3]), ints([2, 2], [0, 3, 3, 1])]],
  takeAlong: [(x, i) => p.takeAlong(x, i, 1), [numbers([2, 4]), ints([2, 3], [0, 3, 3, 1, 0, 2])]],
  oneHot: [(x, i) => p.mul(p.oneHot(i, 3, "float"), x), [numbers([1, 3]), ints([4], [0, 2, -1, 5])]],
  matmul: [(a, b) => p.matmul(a, b), [numbers([2, 3]), numbers([3, 4], 2)]],
  "matmul of matrices transposed": [
    (a, b) => p.matmul(a, b, { transposeA: true, transposeB: true }),
    [numbers([3, 2]), numbers([4, 3], 2)],
  ],
  "matmul of batches": [(a, b) => p.matmul(a, b, { transposeB: true }), [numbers([2, 1, 3, 4]), numbers([5, 2, 4], 2)]],
  softmax: [p.softmax, image],
  "matmulTril, causalSoftmax, trilMatmul": [
    (q, k, v) => p.trilMatmul(p.causalSoftmax(p.matmulTril(q, k)), v),
    [numbers([2, 5, 3]), numbers([2, 5, 3], 2), numbers([2, 5, 4], 3)],
  ],
  logSoftmax: [p.logSoftmax, image],
  layerNorm: [(x) => p.layerNorm(x, 1e-5), image],
  conv2d: [
    (x, w) =>
      p.conv2d(x, w, {
        padding: [
          [1, 1],
          [1, 1],
        ],
      }),
    [...image, numbers([3, 4, 3, 3], 2)],
  ],
  "conv2d with stride and dilation": [
    (x, w) => p.conv2d(x, w, { ...convolution, groups: 1 }),
    [...image, numbers([6, 4, 3, 2], 2)],
  ],
  "conv2d with stride, dilation, groups": [(x, w) => p.conv2d(x, w, convolution), [...image, numbers([6, 2, 3, 2], 2)]],
  maxPool2d: [
    (x) =>
      p.maxPool2d(
        x,
        window(
          [2, 2],
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
      ),
    image,
  ],
  "maxPool2d, overlapping": [
    (x) =>
      p.maxPool2d(
        x,
        window(
          [3, 2],
          [1, 2],
          [
            [1, 1],
            [0, 1],
          ],
        ),
      ),
    image,
  ],
  avgPool2d: [
    (x) =>
      p.avgPool2d(
        x,
        window(
          [2, 3],
          [2, 2],
          [
            [1, 0],
            [1, 1],
          ],
        ),
      ),
    image,
  ],
  "avgPool2d without padding": [
    (x) =>
      p.avgPool2d(x, {
        ...window(
          [2, 3],
          [2, 2],
          [
            [1, 0],
            [1, 1],
          ],
        ),
        countPadding: false,
      }),
    image,
  ],
  uniform: [(x, key) => p.mul(p.uniform(key, [2, 3], "float"), x), [...x23, ints([2], [0, 42])]],
  "splitKey, foldIn, randomBits": [
    (x, key) =>
      p.mul(
        p.cast(p.randomBits(p.foldIn(p.take(p.splitKey(key, 3), ints([], [1]), 0), ints([], [7])), [2, 3]), "float"),
        x,
      ),
    [p.mul(numbers([2, 3]), p.scalar(2 ** -31, "float")), ints([2], [3, -5])],
  ],
};

/** A weighted sum of a program's result, so that no cotangent is like another. */
function weighted(program: Program): Program {
  return (...inputs) => {
    const y = program(...inputs);
    return p.sum(p.mul(y, p.cos(p.reshape(p.iota([y.size], 0, y.dtype), y.shape))));
  };
}

/** The result, the gradients by all float inputs, and the gradients of those gradients' squares. */
function withGradients(program: Program): (...inputs: AnyTensor[]) => readonly AnyTensor[] {
  return (...inputs) => {
    const floats = inputs.filter(({ dtype }) => isFloat(dtype));
    const put = (values: readonly AnyTensor[]): AnyTensor[] => {
      const next = values.values();
      return inputs.map((input) => (isFloat(input.dtype) ? (next.next().value ?? input) : input));
    };
    const first = grad(((values: readonly AnyTensor[]) => weighted(program)(...put(values))) as never) as (
      values: readonly AnyTensor[],
    ) => AnyTensor[];
    const size = (values: readonly AnyTensor[]): AnyTensor =>
      first(values)
        .map((g) => p.sum(p.mul(g, g)))
        .reduce(p.add);
    const second = grad(size as never) as (values: readonly AnyTensor[]) => AnyTensor[];
    return [program(...inputs), ...first(floats), ...second(floats)];
  };
}

function exportProgram(program: Program, inputs: readonly AnyTensor[]): Uint8Array {
  const graph = trace(inputs, (args) => withGradients(program)(...args));
  return writeModelProto({
    irVersion: IR_VERSION,
    producerName: "trainlog",
    producerVersion: "",
    opsets: { "": OPSET },
    metadata: {},
    functionNames: [],
    graph: graphProto([graph], {
      inputNames: inputs.map((_, index) => `x${index}`),
      initializers: [],
      outputNames: graph.outputs.map((_, index) => `y${index}`),
      doubles: false,
    }),
  });
}

describe("programs in onnxruntime, with first and second gradients", () => {
  const entries = Object.entries(PROGRAMS);
  let answers: readonly OnnxAnswer[] = [];
  beforeAll(() => {
    const jobs = entries.map(([, [program, inputs]]) => ({
      file: exportProgram(program, inputs),
      inputs: Object.fromEntries(inputs.map((input, index) => [`x${index}`, input])),
    }));
    answers = runOnnx(python, dir, jobs);
  }, 600_000);

  it.each(entries.map(([name], index) => [name, index] as const))("%s", (name, index) => {
    const [program, inputs] = PROGRAMS[name] ?? [];
    const expected = program === undefined ? [] : withGradients(program)(...(inputs ?? []));
    expect(expected.length).toBeGreaterThan(2);
    expected.forEach((tensor, output) => {
      expect(tensor).toBeInstanceOf(Tensor);
      const found = answers[index]?.outputs[`y${output}`];
      expect(found?.shape, `shape of y${output}`).toEqual(tensor.shape);
      const size = Math.max(1, ...Array.from(tensor.data(), Math.abs));
      expect(largestDifference(found?.data ?? [], tensor.data()) / size, `y${output}`).toBeLessThan(1e-5);
    });
  });

  it("use every primitive that there is", () => {
    const used = new Set(
      entries.flatMap(([, [program, inputs]]) =>
        trace(inputs, (args) => withGradients(program)(...args)).instructions.map(({ primitive }) => primitive.name),
      ),
    );
    expect(p.primitiveList.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });
});
