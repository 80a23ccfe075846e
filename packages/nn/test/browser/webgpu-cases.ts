/** @file Small programs that together use every primitive, for the comparison of backends. */
import { vjp } from "../../src/autograd/transforms.ts";
import { apply } from "../../src/engine/apply.ts";
import * as p from "../../src/primitives/index.ts";
import { type Shape, sizeOf } from "../../src/shape/shape.ts";
import { fromNumbers } from "../../src/tensor/create.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";

/** A function of tensors, and what it is applied to. */
export interface GpuCase {
  readonly name: string;
  readonly inputs: () => readonly AnyTensor[];
  readonly run: (xs: readonly AnyTensor[]) => readonly AnyTensor[];
}

/** Numbers that look random, between −2 and 2. */
function waves(shape: Shape, seed = 1): AnyTensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) * seed + seed));
  return fromNumbers(shape, values, "float");
}

function positive(shape: Shape, seed = 1): AnyTensor {
  return p.add(p.abs(waves(shape, seed)), p.scalar(0.1, "float"));
}

function ints(shape: Shape, below: number, seed = 7): AnyTensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (i * seed + 3) % below);
  return fromNumbers(shape, values, "int32");
}

const ODD = fromNumbers(
  [12],
  [0, -0, 1, -1, 0.5, -0.5, 1e-8, 30, -30, 100, Number.NaN, Number.POSITIVE_INFINITY],
  "float",
);

/** A function and its gradients by all float inputs. */
function withGradients(fn: (xs: readonly AnyTensor[]) => AnyTensor): GpuCase["run"] {
  return (xs) => {
    const floats = xs.filter(({ dtype }) => dtype === "float");
    const { value, pullback } = vjp((given: readonly AnyTensor[]) => {
      let next = 0;
      return fn(xs.map((x) => (x.dtype === "float" ? (given[next++] as AnyTensor) : x))); // as many as there are floats
    }, floats);
    const g = p.sin(p.reshape(p.iota([value.size], 0, "float"), value.shape));
    return [value, ...pullback(g)];
  };
}

const differentiated = (
  name: string,
  inputs: GpuCase["inputs"],
  fn: (...xs: [AnyTensor, AnyTensor, AnyTensor]) => AnyTensor,
): GpuCase => ({
  name,
  inputs,
  // As many as the function takes.
  run: withGradients((xs) => fn(...(xs as [AnyTensor, AnyTensor, AnyTensor]))),
});

const plain = (
  name: string,
  inputs: GpuCase["inputs"],
  fn: (...xs: [AnyTensor, AnyTensor, AnyTensor]) => AnyTensor | readonly AnyTensor[],
): GpuCase => ({
  name,
  inputs,
  run: (xs) => {
    const result = fn(...(xs as [AnyTensor, AnyTensor, AnyTensor])); // as many as it takes
    return "shape" in result ? [result] : result;
  },
});

/** Functions by name. */
const F = { ...p };

const ANYWHERE = ["neg", "exp", "expm1", "square", "tanh", "sigmoid", "relu", "sin", "cos", "abs", "erf"] as const;
const POSITIVE = ["log", "log1p", "sqrt", "rsqrt", "reciprocal"] as const;
const UNDIFFERENTIATED = ["sign", "floor"] as const;
const BINARY = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;
const COMPARISONS = ["equal", "notEqual", "less", "lessEqual"] as const;
const REDUCTIONS = ["sum", "mean", "max", "min", "variance"] as const;

const FULL = {
  stride: [2, 1],
  padding: [
    [1, 2],
    [0, 1],
  ],
} as const;

const elementwise: readonly GpuCase[] = [
  ...ANYWHERE.flatMap((name) => [
    differentiated(name, () => [waves([5, 7])], F[name]),
    plain(`${name} of odd numbers`, () => [ODD], F[name]),
  ]),
  ...POSITIVE.flatMap((name) => [
    differentiated(name, () => [positive([5, 7])], F[name]),
    plain(`${name} of odd numbers`, () => [ODD], F[name]),
  ]),
  ...UNDIFFERENTIATED.map((name) => plain(name, () => [ODD], F[name])),
  ...["sin", "cos"].map((name) =>
    plain(`${name} far from 0`, () => [p.mul(waves([50]), p.scalar(500, "float"))], name === "sin" ? p.sin : p.cos),
  ),
  ...BINARY.map((name) => differentiated(name, () => [waves([4, 1, 5]), positive([3, 5])], F[name])),
  differentiated("pow", () => [positive([4, 5]), waves([5])], p.pow),
  plain(
    "pow at the edges",
    () => [
      fromNumbers([8], [0, 0, -2, -2, 1, -8, 0, 3], "float"),
      fromNumbers([8], [0, 2, 3, 2, Number.NaN, 0.5, -1, 0], "float"),
    ],
    p.pow,
  ),
  ...COMPARISONS.map((name) => plain(name, () => [ODD, p.flip(ODD, 0)], F[name])),
  ...(["add", "sub", "mul", "maximum", "minimum", "less", "equal"] as const).map((name) =>
    plain(`${name} of int32`, () => [ints([4, 5], 9), ints([5], 11)], F[name]),
  ),
  ...(["neg", "abs", "sign", "square", "relu", "floor"] as const).map((name) =>
    plain(`${name} of int32`, () => [p.sub(ints([20], 9), p.scalar(4, "int32"))], F[name]),
  ),
  differentiated("where", () => [waves([4, 5]), waves([4, 1], 2), waves([5], 3)], p.where),
  plain(
    "cast",
    () => [ODD, ints([9], 100)],
    (x, n) => [p.cast(x, "int32"), p.cast(n, "float")],
  ),
  plain(
    "barrier",
    () => [waves([6])],
    (x) => p.add(p.barrier(p.neg(x)), p.neg(x)),
  ),
  plain(
    "a chain",
    () => [waves([33, 65]), waves([65], 4)],
    (x, b) => {
      const y = p.tanh(p.add(p.mul(x, p.scalar(0.7, "float")), b));
      return [y, p.sum(p.mul(y, x)), p.max(p.square(y), [0]), p.transpose(p.sub(y, b))];
    },
  ),
];

const layout: readonly GpuCase[] = [
  differentiated(
    "reshape",
    () => [waves([4, 6])],
    (x) => p.reshape(p.neg(x), [3, 8]),
  ),
  differentiated(
    "transpose",
    () => [waves([3, 4, 5])],
    (x) => p.transpose(x, [2, 0, 1]),
  ),
  differentiated(
    "transpose of a large matrix",
    () => [waves([90, 70])],
    (x) => p.transpose(x),
  ),
  differentiated(
    "broadcastTo",
    () => [waves([3, 1])],
    (x) => p.broadcastTo(x, [2, 3, 4]),
  ),
  differentiated(
    "flip",
    () => [waves([3, 4, 5])],
    (x) => p.flip(x, [0, 2]),
  ),
  differentiated(
    "slice",
    () => [waves([6, 7])],
    (x) => p.slice(x, [1, 2], [5, 7]),
  ),
  differentiated(
    "slice with strides",
    () => [waves([6, 7])],
    (x) => p.slice(x, [1, 0], [6, 7], [2, 3]),
  ),
  differentiated(
    "pad",
    () => [waves([2, 3])],
    (x) => p.pad(x, [1, 0], [2, 3], 0.5),
  ),
  differentiated(
    "concat",
    () => [waves([2, 3]), waves([2, 1], 2), waves([2, 4], 3)],
    (...xs) => p.concat(xs, 1),
  ),
  plain(
    "iota and fill",
    () => [],
    () => [p.iota([3, 4], 1, "float"), p.iota([3, 4], 0, "int32"), p.fill([5], 2.5, "float")],
  ),
];

const reductions: readonly GpuCase[] = [
  ...REDUCTIONS.flatMap((name) =>
    [undefined, 0, [0, 2], [1, 2]].map((axes) =>
      differentiated(
        `${name} over ${axes}`,
        () => [waves([4, 5, 40])],
        (x) => F[name](x, axes),
      ),
    ),
  ),
  plain(
    "max of odd numbers",
    () => [ODD],
    (x) => [p.max(x), p.min(x)],
  ),
  plain(
    "int32 reductions",
    () => [ints([40, 3], 91)],
    (x) => [p.sum(x), p.max(x, 0), p.min(x, 1)],
  ),
  differentiated(
    "cumsum",
    () => [waves([3, 6, 2])],
    (x) => p.cumsum(x, 1),
  ),
  plain(
    "argmax",
    () => [waves([4, 9]), ODD],
    (x, odd) => [p.argmax(x, 1), p.argmax(x, 0), p.argmax(odd, 0)],
  ),
];

const indexing: readonly GpuCase[] = [
  differentiated(
    "take",
    () => [waves([5, 6, 2]), ints([2, 4], 6)],
    (x, i) => p.take(x, i, 1),
  ),
  differentiated(
    "scatterAdd",
    () => [ints([7], 5), waves([3, 7, 2])],
    (i, x) => p.scatterAdd([3, 5, 2], i, x, 1),
  ),
  differentiated(
    "takeAlong",
    () => [waves([4, 6]), ints([4, 3], 6)],
    (x, i) => p.takeAlong(x, i, 1),
  ),
  differentiated(
    "scatterAlong",
    () => [ints([4, 3], 6), waves([4, 3])],
    (i, x) => p.scatterAlong([4, 6], i, x, 1),
  ),
  plain(
    "oneHot",
    () => [ints([2, 5], 4)],
    (i) => [p.oneHot(i, 3, "float"), p.oneHot(i, 4, "int32")],
  ),
];

/** A primitive that has no function of its own. */
function direct(name: string, inputs: readonly AnyTensor[], attributes: unknown): AnyTensor {
  const primitive = p.primitiveList.find((candidate) => candidate.name === name);
  if (primitive === undefined) throw new RangeError(`there is no primitive ${name}`);
  return apply(primitive, inputs, attributes);
}

const pooling = { window: [3, 2], ...FULL } as const;

const linear: readonly GpuCase[] = [
  ...[
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ].map(([transposeA = false, transposeB = false]) =>
    differentiated(
      `matmul ${transposeA} ${transposeB}`,
      () => [waves(transposeA ? [37, 20] : [20, 37]), waves(transposeB ? [45, 37] : [37, 45], 2)],
      (a, b) => p.matmul(a, b, { transposeA, transposeB }),
    ),
  ),
  differentiated(
    "matmul of stacks",
    () => [waves([2, 1, 5, 6]), waves([3, 6, 4], 2)],
    (a, b) => p.matmul(a, b),
  ),
  differentiated(
    "matmul by a matrix",
    () => [waves([3, 5, 6]), waves([6, 1], 2)],
    (a, b) => p.matmul(a, b),
  ),
  plain(
    "matmul of int32",
    () => [ints([20, 5], 9), ints([5, 18], 7)],
    (a, b) => p.matmul(a, b),
  ),
  ...[1, 2].map((groups) =>
    differentiated(
      `conv2d in ${groups} groups`,
      () => [waves([2, 4, 7, 6]), waves([6, 4 / groups, 3, 2], 2)],
      (x, w) => p.conv2d(x, w, { ...FULL, dilation: [1, 2], groups }),
    ),
  ),
  differentiated(
    "maxPool2d",
    () => [waves([2, 3, 7, 6])],
    (x) => p.maxPool2d(x, pooling),
  ),
  plain(
    "maxPool2dPick",
    () => [waves([2, 3, 7, 6]), waves([2, 3, 7, 6], 2)],
    (x, u) => direct("maxPool2dPick", [x, u], pooling),
  ),
  ...[true, false].map((countPadding) =>
    differentiated(
      `avgPool2d ${countPadding}`,
      () => [waves([2, 3, 7, 6])],
      (x) => p.avgPool2d(x, { ...pooling, countPadding }),
    ),
  ),
  differentiated(
    "softmax",
    () => [waves([5, 70])],
    (x) => p.softmax(x),
  ),
  differentiated(
    "causalSoftmax",
    () => [waves([2, 5, 70])],
    (x) => p.causalSoftmax(x),
  ),
  differentiated(
    "matmulTril",
    () => [waves([2, 20, 5]), waves([18, 5], 2)],
    (a, b) => p.matmulTril(a, b),
  ),
  ...[true, false].map((transpose) =>
    differentiated(
      `trilMatmul ${transpose}`,
      () => [waves([3, 20, 18]), waves([1, transpose ? 20 : 18, 5], 2)],
      (t, x) => p.trilMatmul(t, x, { transpose }),
    ),
  ),
  differentiated(
    "logSoftmax",
    () => [waves([5, 70])],
    (x) => p.logSoftmax(x),
  ),
  differentiated(
    "layerNorm",
    () => [waves([5, 70])],
    (x) => p.layerNorm(x, 1e-5),
  ),
];

const random: readonly GpuCase[] = [
  plain(
    "random",
    () => [fromNumbers([2], [17, -5], "int32")],
    (key) => {
      const keys = p.splitKey(key, 3);
      const folded = p.foldIn(keys, fromNumbers([3], [1, 2, -3], "int32"));
      return [keys, folded, p.randomBits(folded, [5]), p.uniform(key, [4, 9], "float")];
    },
  ),
];

/** Programs that together use every primitive. */
export const CASES: readonly GpuCase[] = [...elementwise, ...layout, ...reductions, ...indexing, ...linear, ...random];
