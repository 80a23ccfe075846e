/** @file Random programs of one primitive each, with random shapes and attributes, for the laws that every primitive obeys. */
import fc from "fast-check";
import { vjp } from "../autograd/transforms.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as p from "./index.ts";

/** A differentiable function of float tensors. */
export interface Program {
  readonly name: string;
  /** Shapes of its inputs. */
  readonly shapes: readonly Shape[];
  /** Where its inputs lie: "positive" for logarithms and the like. Default anywhere around 0. */
  readonly domain?: "positive";
  readonly run: (xs: readonly AnyTensor[]) => AnyTensor;
}

const size = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const shape = fc.array(size, { maxLength: 3 });
const shapeWithAxis = fc.array(size, { minLength: 1, maxLength: 3 });
const pair = (least: number, most: number): fc.Arbitrary<[number, number]> => {
  const one = fc.integer({ min: least, max: most });
  return fc.tuple(one, one);
};

/** Any shape that broadcasts to this one. */
function stretchesTo(target: Shape): fc.Arbitrary<Shape> {
  const ones = fc.array(fc.boolean(), { minLength: target.length, maxLength: target.length });
  return fc.tuple(fc.nat({ max: target.length }), ones).map(([dropped, isOne]) => {
    const isWhole = target.slice(0, dropped).every((length) => length === 1 || length > 0);
    return target.map((length, axis) => (isOne[axis] === true ? 1 : length)).slice(isWhole ? dropped : 0);
  });
}

function axisOf(of: Shape): fc.Arbitrary<number> {
  return fc.integer({ min: -of.length, max: of.length - 1 });
}

function indices(count: number, below: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat({ max: below - 1 }), { minLength: count, maxLength: count });
}

function int32(of: Shape, values: readonly number[]): AnyTensor {
  return fromNumbers(of, values, "int32");
}

const anywhere = {
  neg: p.neg,
  exp: p.exp,
  expm1: p.expm1,
  square: p.square,
  tanh: p.tanh,
  sigmoid: p.sigmoid,
  sin: p.sin,
  cos: p.cos,
  erf: p.erf,
  relu: p.relu,
  abs: p.abs,
  barrier: p.barrier,
};
const positive = { log: p.log, log1p: p.log1p, sqrt: p.sqrt, rsqrt: p.rsqrt, reciprocal: p.reciprocal };
const binary = { add: p.add, sub: p.sub, mul: p.mul, maximum: p.maximum, minimum: p.minimum };
const binaryPositive = { div: p.div, pow: p.pow };
const reductions = { sum: p.sum, mean: p.mean, variance: p.variance, max: p.max, min: p.min };
const rows = {
  softmax: p.softmax,
  logSoftmax: p.logSoftmax,
  layerNorm: (x: AnyTensor): AnyTensor => p.layerNorm(x, 0.1),
};

/** A function and its name. */
function named<F>(...functions: readonly Readonly<Record<string, F>>[]): fc.Arbitrary<[string, F]> {
  return fc.constantFrom(...functions.flatMap((record) => Object.entries(record)));
}

/** The domain of a function, as a part of a program. */
function domainOf(name: string): Pick<Program, "domain"> {
  return name in positive || name in binaryPositive ? { domain: "positive" } : {};
}

const unaryProgram = fc.tuple(shape, named(anywhere, positive)).map(([of, [name, f]]): Program => {
  return { name, shapes: [of], run: ([x]) => f(x!), ...domainOf(name) };
});

const binaryProgram = shape
  .chain((of) => fc.tuple(stretchesTo(of), stretchesTo(of), named(binary, binaryPositive)))
  .map(([a, b, [name, f]]): Program => ({ name, shapes: [a, b], run: ([x, y]) => f(x!, y!), ...domainOf(name) }));

const whereProgram = shape
  .chain((of) =>
    fc.tuple(
      stretchesTo(of),
      stretchesTo(of),
      fc.array(fc.nat({ max: 1 }), { minLength: sizeOf(of), maxLength: sizeOf(of) }),
      fc.constant(of),
    ),
  )
  .map(([a, b, bits, of]): Program => {
    const condition = int32(of, bits);
    return { name: "where", shapes: [a, b], run: ([x, y]) => p.where(condition, x!, y!) };
  });

const layoutProgram = shape.chain((of) => {
  const perm = fc.shuffledSubarray(
    of.map((_, axis) => axis),
    { minLength: of.length },
  );
  const axes = fc.subarray(of.map((_, axis) => axis));
  return fc.oneof(
    perm.map((order): Program => ({ name: `transpose ${order}`, shapes: [of], run: ([x]) => p.transpose(x!, order) })),
    axes.map((chosen): Program => ({ name: `flip ${chosen}`, shapes: [of], run: ([x]) => p.flip(x!, chosen) })),
    perm.map((order): Program => {
      const to = order.map((axis) => of[axis] ?? 1);
      return { name: `reshape ${to}`, shapes: [of], run: ([x]) => p.reshape(x!, to) };
    }),
    stretchesTo(of).map((from): Program => {
      return { name: `broadcastTo ${of}`, shapes: [from], run: ([x]) => p.broadcastTo(x!, of) };
    }),
  );
});

const sliceProgram = shape
  .chain((of) =>
    fc.tuple(
      fc.constant(of),
      ...of.map((length) => fc.tuple(fc.nat({ max: length }), fc.nat({ max: length }), fc.integer({ min: 1, max: 3 }))),
    ),
  )
  .map(([of, ...ranges]): Program => {
    const starts = ranges.map(([a, b]) => Math.min(a, b));
    const ends = ranges.map(([a, b]) => Math.max(a, b));
    const strides = ranges.map(([, , stride]) => stride);
    return { name: `slice ${JSON.stringify(ranges)}`, shapes: [of], run: ([x]) => p.slice(x!, starts, ends, strides) };
  });

const padProgram = shape
  .chain((of) => fc.tuple(fc.constant(of), ...of.map(() => pair(0, 2))))
  .map(([of, ...widths]): Program => {
    const before = widths.map(([width]) => width);
    const after = widths.map(([, width]) => width);
    return { name: `pad ${JSON.stringify(widths)}`, shapes: [of], run: ([x]) => p.pad(x!, before, after, 7) };
  });

const concatProgram = shapeWithAxis
  .chain((of) => fc.tuple(fc.constant(of), axisOf(of), fc.array(size, { minLength: 1, maxLength: 3 })))
  .map(([of, axis, lengths]): Program => {
    const shapes = lengths.map((length) => of.with(axis, length));
    return { name: `concat ${axis}`, shapes, run: (xs) => p.concat(xs, axis) };
  });

const reduceProgram = shape
  .chain((of) => fc.tuple(fc.constant(of), fc.subarray(of.map((_, axis) => axis)), fc.boolean(), named(reductions)))
  .map(([of, axes, keepDims, [name, f]]): Program => {
    // Nothing has no extremes and no mean.
    const safe = name === "sum" ? of : of.map((length) => Math.max(length, 1));
    return { name: `${name} ${axes} ${keepDims}`, shapes: [safe], run: ([x]) => f(x!, axes, keepDims) };
  });

const cumsumProgram = shapeWithAxis
  .chain((of) => fc.tuple(fc.constant(of), axisOf(of)))
  .map(([of, axis]): Program => ({ name: `cumsum ${axis}`, shapes: [of], run: ([x]) => p.cumsum(x!, axis) }));

const takeProgram = fc
  .tuple(shapeWithAxis, shape)
  .chain(([of, to]) => fc.tuple(fc.constant(of), axisOf(of), fc.constant(to)))
  .chain(([of, axis, to]) => {
    const places = of.with(axis, Math.max(of.at(axis) ?? 1, 1));
    const at = axis < 0 ? axis + of.length : axis;
    return indices(sizeOf(to), places[at] ?? 1).map((list): Program[] => {
      const rows = int32(to, list);
      const updates = places.toSpliced(at, 1, ...to);
      return [
        { name: `take ${axis}`, shapes: [places], run: ([x]) => p.take(x!, rows, axis) },
        { name: `scatterAdd ${axis}`, shapes: [updates], run: ([u]) => p.scatterAdd(places, rows, u!, axis) },
      ];
    });
  })
  .chain((programs) => fc.constantFrom(...programs));

const takeAlongProgram = shapeWithAxis
  .chain((of) => fc.tuple(fc.constant(of), axisOf(of), size))
  .chain(([of, axis, length]) => {
    const places = of.with(axis, Math.max(of.at(axis) ?? 1, 1));
    const to = of.with(axis, length);
    return indices(sizeOf(to), places.at(axis) ?? 1).map((list): Program[] => {
      const rows = int32(to, list);
      return [
        { name: `takeAlong ${axis}`, shapes: [places], run: ([x]) => p.takeAlong(x!, rows, axis) },
        { name: `scatterAlong ${axis}`, shapes: [to], run: ([u]) => p.scatterAlong(places, rows, u!, axis) },
      ];
    });
  })
  .chain((programs) => fc.constantFrom(...programs));

const matmulProgram = fc
  .tuple(fc.array(size, { maxLength: 2 }), size, size, size, fc.boolean(), fc.boolean())
  .chain(([lead, m, k, n, transposeA, transposeB]) =>
    fc.tuple(stretchesTo(lead), stretchesTo(lead)).map(([leadA, leadB]): Program => {
      const a = [...leadA, ...(transposeA ? [k, m] : [m, k])];
      const b = [...leadB, ...(transposeB ? [n, k] : [k, n])];
      const run: Program["run"] = ([x, y]) => p.matmul(x!, y!, { transposeA, transposeB });
      return { name: `matmul ${transposeA} ${transposeB}`, shapes: [a, b], run };
    }),
  );

const triangleProgram = fc
  .tuple(fc.array(size, { maxLength: 1 }), size, size, size, fc.constantFrom("result", "first", "transposed", "rows"))
  .chain(([lead, m, k, n, which]) =>
    fc.tuple(stretchesTo(lead), stretchesTo(lead)).map(([leadA, leadB]): Program => {
      if (which === "rows")
        return { name: "causalSoftmax", shapes: [[...lead, m, n]], run: ([x]) => p.causalSoftmax(x!) };
      const a = [...leadA, m, k];
      if (which === "result")
        return { name: "matmulTril", shapes: [a, [...leadB, n, k]], run: ([x, y]) => p.matmulTril(x!, y!) };
      const transpose = which === "transposed";
      const run: Program["run"] = ([t, x]) => p.trilMatmul(t!, x!, { transpose });
      return { name: `trilMatmul ${transpose}`, shapes: [a, [...leadB, transpose ? m : k, n]], run };
    }),
  );

const convolutionProgram = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    groups: fc.integer({ min: 1, max: 2 }),
    channels: pair(1, 2),
    kernel: pair(1, 3),
    stride: pair(1, 2),
    dilation: pair(1, 2),
    padding: fc.tuple(pair(0, 2), pair(0, 2)),
    room: pair(0, 3),
  })
  .map(({ batch, groups, channels, kernel, stride, dilation, padding, room }): Program => {
    // As large as the kernel needs, and some more.
    const length = (axis: 0 | 1): number =>
      Math.max(dilation[axis] * (kernel[axis] - 1) + 1 - padding[axis][0] - padding[axis][1], 1) + room[axis];
    const image = [batch, channels[0] * groups, length(0), length(1)];
    const weight = [channels[1] * groups, channels[0], ...kernel];
    const attributes = { stride, padding, dilation, groups };
    const run: Program["run"] = ([x, w]) => p.conv2d(x!, w!, attributes);
    return { name: `conv2d ${JSON.stringify(attributes)}`, shapes: [image, weight], run };
  });

const poolProgram = fc
  .record({
    window: pair(1, 3),
    stride: pair(1, 3),
    before: pair(0, 2),
    after: pair(0, 2),
    room: pair(0, 3),
    countPadding: fc.boolean(),
    isMax: fc.boolean(),
  })
  .map(({ window, stride, before, after, room, countPadding, isMax }): Program => {
    const frame = (axis: 0 | 1): [number, number] => [
      Math.min(before[axis], window[axis] - 1),
      Math.min(after[axis], window[axis] - 1),
    ];
    const attributes = { window, stride, padding: [frame(0), frame(1)] as const, countPadding };
    const image = [2, 1, window[0] + room[0], window[1] + room[1]];
    const run: Program["run"] = ([x]) => (isMax ? p.maxPool2d(x!, attributes) : p.avgPool2d(x!, attributes));
    return { name: `${isMax ? "max" : "avg"}Pool2d ${JSON.stringify(attributes)}`, shapes: [image], run };
  });

const rowProgram = fc.tuple(shapeWithAxis, named(rows)).map(([of, [name, f]]): Program => {
  return { name, shapes: [of], run: ([x]) => f(x!) };
});

/** Any program that only moves numbers, adds them up or chooses among them, so that it is exact in every element type. */
export const exactProgram: fc.Arbitrary<Program> = fc.oneof(
  layoutProgram,
  sliceProgram,
  padProgram,
  concatProgram,
  cumsumProgram,
  takeProgram,
  takeAlongProgram,
  whereProgram,
  matmulProgram,
  triangleProgram.filter(({ name }) => name !== "causalSoftmax"),
  reduceProgram.filter(({ name }) => !/^(mean|variance)/.test(name)),
  binaryProgram.filter(({ domain }) => domain === undefined),
);

/** Any program of one differentiable operation. */
export const program: fc.Arbitrary<Program> = fc.oneof(
  unaryProgram,
  binaryProgram,
  whereProgram,
  layoutProgram,
  sliceProgram,
  padProgram,
  concatProgram,
  reduceProgram,
  cumsumProgram,
  takeProgram,
  takeAlongProgram,
  matmulProgram,
  triangleProgram,
  convolutionProgram,
  poolProgram,
  rowProgram,
);

/** The gradient of a program by one of its inputs, as a program of the same inputs and the cotangent. */
export function gradientOf({ name, shapes, domain, run }: Program, by: number): Program {
  const values = shapes.map((of) => fromNumbers(of, new Array<number>(sizeOf(of)).fill(1), "f64"));
  return {
    name: `gradient ${by} of ${name}`,
    shapes: [...shapes, run(values).shape],
    ...(domain && { domain }),
    run: (all) => vjp((xs: AnyTensor[]) => run(xs), all.slice(0, -1)).pullback(all.at(-1)!)[by]!,
  };
}

/** A program, or the gradient of one. */
export const programOrGradient: fc.Arbitrary<Program> = fc
  .tuple(program, fc.nat(), fc.boolean())
  .map(([plain, by, isGradient]) => (isGradient ? gradientOf(plain, by % plain.shapes.length) : plain));

/**
 * Inputs for a program: all numbers differ by more than numeric differentiation moves them, and none is near 0, so that no maximum changes its place and
 * no kink is crossed.
 */
export function inputsFor({ shapes, domain }: Program, dtype: FloatDType, seed: number): AnyTensor[] {
  const count = shapes.reduce((total, of) => total + sizeOf(of), 0);
  const order = p.uniform(fromNumbers([2], [0, seed], "int32"), [count], "f64").data();
  const ranks = Array.from(order, (_, i) => i).sort((a, b) => order[a]! - order[b]!);
  const place = new Array<number>(count);
  ranks.forEach((i, rank) => {
    const unit = (rank + 0.5 + 0.25 * order[i]!) / (count + 1);
    place[i] = domain === "positive" ? 0.5 + unit : unit < 0.5 ? 3 * unit - 2 : 3 * unit - 1;
  });
  let next = 0;
  return shapes.map((of) => {
    next += sizeOf(of);
    return fromNumbers(of, place.slice(next - sizeOf(of), next), dtype);
  });
}
