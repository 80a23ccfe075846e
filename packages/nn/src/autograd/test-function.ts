/** @file Random smooth functions of a vector, for laws of transforms. */
import fc from "fast-check";
import * as p from "../primitives/index.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** A vector in double precision. */
export type Vector = Tensor<[number], "f64">;

/** Length of the vectors. */
export const LENGTH = 3;

/** A vector of these numbers. */
export function vector(values: readonly number[]): Vector {
  return fromNumbers([values.length], values, "f64") as AnyTensor as Vector;
}

/** Numbers that are neither large nor near a kink of the functions below. */
export const anyNumbers: fc.Arbitrary<number[]> = fc.array(
  fc.integer({ min: -12, max: 12 }).map((step) => step / 10 + 0.05),
  { minLength: LENGTH, maxLength: LENGTH },
);

const UNARY: readonly ((x: AnyTensor) => AnyTensor)[] = [
  p.tanh,
  p.sin,
  p.cos,
  p.sigmoid,
  p.square,
  (x) => p.exp(p.tanh(x)),
  (x) => p.log1p(p.square(x)),
  (x) => p.softmax(x),
  (x) => p.cumsum(x, 0),
  (x) => p.flip(x, 0),
  (x) => p.reshape(p.matmul(p.reshape(x, [1, LENGTH]), matrix), [LENGTH]),
  (x) => p.concat([p.slice(x, [1], [LENGTH]), p.slice(x, [0], [1])], 0),
];

const BINARY: readonly ((a: AnyTensor, b: AnyTensor) => AnyTensor)[] = [
  p.add,
  p.sub,
  p.mul,
  (a, b) => p.div(a, p.add(p.square(b), p.scalar(1, "f64"))),
  (a, b) => p.mul(a, p.sum(b)),
];

const matrix = fromNumbers(
  [LENGTH, LENGTH],
  Array.from({ length: LENGTH ** 2 }, (_, i) => Math.sin(i)),
  "f64",
);

/** Steps of a function: each makes a value of two earlier ones. */
export const anyFunction: fc.Arbitrary<(x: Vector) => Vector> = fc
  .array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 50 }), fc.nat({ max: 50 })), { minLength: 1, maxLength: 5 })
  .map((steps) => (x: Vector) => {
    const values: AnyTensor[] = [x];
    for (const [kind, first, second] of steps) {
      const a = values[first % values.length] ?? x;
      const b = values[second % values.length] ?? x;
      const unary = UNARY[kind % (UNARY.length + BINARY.length)];
      values.push(unary === undefined ? (BINARY[kind % BINARY.length]?.(a, b) ?? a) : unary(a));
    }
    return values.at(-1) as AnyTensor as Vector;
  });

/** Central differences of a function of numbers: ∂fn(x)ⱼ/∂xᵢ as `[j][i]`. */
export function numericJacobian(fn: (x: readonly number[]) => readonly number[], x: readonly number[]): number[][] {
  const step = 1e-5;
  const columns = x.map((value, i) => {
    const above = fn(x.with(i, value + step));
    const below = fn(x.with(i, value - step));
    return above.map((up, j) => (up - (below[j] ?? Number.NaN)) / (2 * step));
  });
  return (columns[0] ?? []).map((_, j) => columns.map((column) => column[j] ?? Number.NaN));
}

/** The largest difference, relative to the size of the expected numbers (at least 1). */
export function difference(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(0, ...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)))) / scale;
}
