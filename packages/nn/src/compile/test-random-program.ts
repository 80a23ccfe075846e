/** @file Random programs over the primitives, for property tests: what computes one way has to compute every way. */
import fc from "fast-check";
import { stopGradient } from "../autograd/transforms.ts";
import { TrainlogError } from "../error.ts";
import * as p from "../primitives/index.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { type FloatDType, isFloat } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** One operation of a random program: which, on which of the values so far, with which numbers. Everything is taken modulo what there is. */
interface Step {
  readonly operation: number;
  readonly a: number;
  readonly b: number;
  readonly number: number;
}

/** A random program and inputs for it. */
export interface RandomProgram {
  readonly dtype: FloatDType;
  readonly shapes: readonly Shape[];
  readonly steps: readonly Step[];
  /** Seed of the inputs' elements. */
  readonly seed: number;
}

const shape = fc.oneof(
  { weight: 8, arbitrary: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(0, 1, 3), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<Shape>([37], [2, 65], [1100], [33, 40]) },
);

/** Programs of up to 14 operations on one to three inputs. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  dtype: fc.constantFrom<FloatDType>("float", "float", "f64"),
  shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
  steps: fc.array(fc.record({ operation: fc.nat(1e6), a: fc.nat(1e6), b: fc.nat(1e6), number: fc.nat(1e6) }), {
    minLength: 1,
    maxLength: 14,
  }),
  seed: fc.nat(1e6),
});

/** What an operation gets: two values, and a number that decides the rest. */
type Operation = (a: AnyTensor, b: AnyTensor, number: number) => AnyTensor;

const like = (x: AnyTensor, value: number): AnyTensor => p.scalar(value, x.dtype);
/** Some axes of a tensor, by the bits of a number; none are all. */
const axesOf = (x: AnyTensor, number: number): number[] | undefined => {
  const axes = x.shape.flatMap((_, axis) => ((number >> axis) & 1 ? [axis] : []));
  return axes.length === 0 ? undefined : axes;
};
/** An order of the axes. */
const rotated = (x: AnyTensor, number: number): number[] => x.shape.map((_, axis) => (axis + number) % x.rank);
const lastAxis = (x: AnyTensor, number: number): number => number % Math.max(1, x.rank);
const keeps = (number: number): boolean => number % 2 === 0;

/** Elements 0 and 1 along an axis, twice; the tensor itself where there are no two. */
const takeSome = (x: AnyTensor, axis: number, number: number): AnyTensor => {
  if ((x.shape[axis] ?? 0) < 2) return x;
  const indices = p.add(p.iota([2, 2], number % 2, "int32"), p.scalar(0, "int32"));
  return p.take(x, indices, axis);
};

/** All elements as one image with some channels; what does not divide is refused. */
const asImages = (x: AnyTensor, channels: number): AnyTensor => p.reshape(x, [1, channels, x.size / channels / 2, 2]);
const NO_PADDING = [
  [0, 0],
  [0, 0],
] as const;
const keyOf = (number: number): AnyTensor => p.add(p.iota([2], 0, "int32"), p.scalar(number, "int32"));

/** Results stay within reach of f32: what grows fast gets a bounded argument. */
const OPERATIONS: readonly Operation[] = [
  (a) => p.neg(a),
  (a) => p.exp(p.tanh(a)),
  (a) => p.log(p.add(p.square(a), like(a, 0.5))),
  (a) => p.log1p(p.square(a)),
  (a) => p.expm1(p.sin(a)),
  (a) => p.sqrt(p.add(p.abs(a), like(a, 0.25))),
  (a) => p.rsqrt(p.add(p.square(a), like(a, 1))),
  (a) => p.reciprocal(p.add(p.square(a), like(a, 1))),
  (a) => p.tanh(p.square(a)),
  (a) => p.sigmoid(a),
  (a) => p.relu(a),
  (a) => p.cos(a),
  (a) => p.mul(p.sign(a), a),
  (a) => p.erf(a),
  (a) => p.sub(a, p.floor(a)),
  (a, b) => p.add(a, b),
  (a, b) => p.sub(a, b),
  (a, b) => p.tanh(p.mul(a, b)),
  (a, b) => p.div(a, p.add(p.square(b), like(b, 1))),
  (a, b) => p.pow(p.add(p.abs(a), like(a, 0.5)), p.tanh(b)),
  (a, b) => p.maximum(a, b),
  (a, b) => p.minimum(a, b),
  (a, b) => p.where(p.less(a, b), a, b),
  (a, b) => p.mul(p.equal(a, b), p.add(a, p.lessEqual(a, b))),
  (a, b) => p.where(p.cast(a, "int32"), a, b),
  (a) => p.add(p.cast(p.cast(a, a.dtype === "float" ? "f64" : "float"), a.dtype), like(a, 1)),
  (a) => p.mul(p.add(a, like(a, -0)), like(a, 1)),
  (a) => p.add(p.mul(a, like(a, 0)), like(a, 2)),
  (a, _, n) => p.sum(a, axesOf(a, n), keeps(n)),
  (a, _, n) => p.mean(a, axesOf(a, n), keeps(n >> 3)),
  (a, _, n) => p.max(a, axesOf(a, n), keeps(n >> 3)),
  (a, _, n) => p.min(a, axesOf(a, n), keeps(n >> 3)),
  (a, _, n) => p.sub(a, p.mean(a, axesOf(a, n), true)),
  (a, _, n) => p.transpose(a, rotated(a, n)),
  (a) => p.reshape(a, [a.size]),
  (a) => p.reshape(a, [1, a.size]),
  (a) => p.reshape(a, [...a.shape, 1]),
  (a) => p.broadcastTo(a, [3, ...a.shape]),
  (a, b) => p.broadcastTo(a, b.shape),
  (a, _, n) =>
    p.slice(
      a,
      a.shape.map((length) => Math.min(length, n % 2)),
      a.shape.map((length) => length),
    ),
  (a, _, n) =>
    p.slice(
      a,
      a.shape.map(() => 0),
      a.shape.map((length) => length),
      a.shape.map(() => 1 + (n % 3)),
    ),
  (a, _, n) =>
    p.pad(
      a,
      a.shape.map(() => n % 3),
      a.shape.map(() => n % 2),
      0.5,
    ),
  (a, b, n) => p.concat([a, b], lastAxis(a, n)),
  (a, _, n) => p.flip(a, [lastAxis(a, n)]),
  (a, _, n) => p.cumsum(a, lastAxis(a, n)),
  (a) => p.softmax(a),
  (a) => p.logSoftmax(a),
  (a) => p.causalSoftmax(a),
  (a) => p.tanh(p.matmulTril(a, a)),
  (a, b, n) => p.tanh(p.trilMatmul(a, b, { transpose: n % 2 === 0 })),
  (a) => p.layerNorm(a, 1e-3),
  (a) => p.tanh(p.matmul(a, a, { transposeB: true })),
  (a, b) => p.tanh(p.matmul(a, b)),
  (a, b) => p.tanh(p.matmul(p.transpose(a), b)),
  (a, _, n) => takeSome(a, lastAxis(a, n), n),
  (a) => p.add(a, p.iota(a.shape, 0, a.dtype)),
  (a) => p.argmax(a, 0),
  (a, b) => p.mul(p.cast(p.sign(a), "int32"), p.add(p.cast(b, "int32"), p.scalar(3, "int32"))),
  (a) => p.oneHot(p.cast(p.minimum(p.abs(a), like(a, 2)), "int32"), 3, a.dtype),
  (a, b, n) =>
    p.tanh(
      p.conv2d(asImages(a, 2), asImages(b, 2), {
        stride: [1 + (n % 2), 1],
        padding: [
          [n % 3, 1],
          [1, 1],
        ],
      }),
    ),
  (a, _, n) => p.maxPool2d(asImages(a, 1), { window: [2, 1 + (n % 2)], stride: [1, 1], padding: NO_PADDING }),
  (a) => p.avgPool2d(asImages(a, 1), { window: [1, 2], stride: [1, 1], padding: NO_PADDING }),
  (a, _, n) =>
    p.mul(
      a,
      p.uniform(
        p.foldIn(p.slice(p.splitKey(keyOf(n), 3), [1, 0], [2, 2]), p.scalar(n % 5, "int32")),
        a.shape,
        a.dtype as FloatDType,
      ),
    ),
  (a) => p.barrier(a),
  (a) => stopGradient(a),
];

/** Inputs of a program, always the same for a seed. Quarters: many ties, signs and zeros. */
export function inputsOf({ dtype, shapes, seed }: RandomProgram): AnyTensor[] {
  return shapes.map((own, i) => {
    const size = sizeOf(own);
    const steps = p.mul(p.iota([size, 1], 0, dtype), p.scalar(1 + ((seed + i) % 97) / 7, dtype));
    const waves = p.floor(p.mul(p.sin(p.add(steps, p.scalar(seed % 31, dtype))), p.scalar(8, dtype)));
    return p.reshape(p.div(waves, p.scalar(4, dtype)), own);
  });
}

/** Largest tensor that a program may make. */
const MAX_SIZE = 20_000;

/**
 * The program as a function: one output per step, then the inputs' own sum. Steps that do not fit the shapes (the primitive refuses them) are left out;
 * shapes decide that, so it is the same in every evaluation.
 */
export function evaluateProgram({ steps }: RandomProgram, inputs: readonly AnyTensor[]): AnyTensor[] {
  const values = [...inputs];
  for (const { operation, a, b, number } of steps) {
    const compute = OPERATIONS[operation % OPERATIONS.length];
    const first = values.at(-1 - (a % values.length));
    const second = values.at(-1 - (b % values.length));
    if (compute === undefined || first === undefined || second === undefined) continue;
    try {
      const value = compute(first, second, number);
      if (value.size <= MAX_SIZE) values.push(value);
    } catch (error) {
      if (!(error instanceof TrainlogError) || !/^(shape|dtype)\//.test(error.code)) throw error;
    }
  }
  return values.slice(inputs.length);
}

/** One number from all results: what a gradient is taken of. */
export function totalOf(outputs: readonly AnyTensor[], dtype: FloatDType): AnyTensor {
  const parts = outputs
    .filter((output) => isFloat(output.dtype))
    .map((output) => p.mean(p.tanh(p.reshape(output, [output.size, 1])), [0]));
  return parts.reduce((total, part) => p.add(total, p.sum(part)), p.scalar(0, dtype));
}
