import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply } from "../engine/apply.ts";
import { evaluateGraph } from "../ir/evaluate.ts";
import type { Instruction } from "../ir/graph.ts";
import { trace } from "../ir/trace.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { moveAxis } from "./batching.ts";
import { conv2dPrimitive } from "./convolution.ts";
import {
  argmax,
  concat,
  equal,
  fill,
  floor,
  foldIn,
  iota,
  less,
  oneHot,
  primitiveList,
  randomBits,
  reshape,
  scatterAdd,
  scatterAlong,
  sign,
  splitKey,
  take,
  takeAlong,
  uniform,
} from "./index.ts";
import { maxPool2dPrimitive } from "./max-pool.ts";
import { inputsFor, programOrGradient } from "./test-programs.ts";

const EXAMPLES = 3;

/** Examples of one input, one behind the other along a new axis; without an axis the one that all share. */
interface Input {
  readonly examples: readonly AnyTensor[];
  readonly axis: number | undefined;
}

function stacked({ examples, axis }: Input): AnyTensor {
  const [first] = examples;
  if (axis === undefined) return first!;
  const rows = examples.map((example) => reshape(example, [1, ...example.shape]));
  return moveAxis(concat(rows, 0), 0, axis);
}

/** What the batch rules make of a function of one example, one result behind the other. */
function batched(f: (xs: readonly AnyTensor[]) => AnyTensor, inputs: readonly Input[]): AnyTensor {
  const axes = new Map<AnyTensor, number>();
  const tensors = inputs.map((input) => {
    const tensor = stacked(input);
    if (input.axis !== undefined) axes.set(tensor, input.axis);
    return tensor;
  });
  const run = ({ primitive, attributes }: Instruction, xs: readonly AnyTensor[]): AnyTensor => {
    if (!xs.some((x) => axes.has(x))) return apply(primitive, xs, attributes);
    const { output, axis } = primitive.batch!(
      xs.map((tensor) => ({ tensor, axis: axes.get(tensor) })),
      attributes,
    );
    axes.set(output, axis);
    return output;
  };
  const one = trace(
    inputs.map(({ examples }) => examples[0]!),
    (xs) => [f(xs)],
  );
  // The rules take tensors with one more axis, which the check of a graph's inputs would refuse.
  const graph = { ...one, inputs: one.inputs.map((value, i) => ({ ...value, shape: tensors[i]!.shape })) };
  const output = evaluateGraph(graph, tensors, run)[0]!;
  const axis = axes.get(output);
  // A result that depends on no batched input is the same for all.
  return axis === undefined ? stacked({ examples: [output, output, output], axis: 0 }) : moveAxis(output, axis, 0);
}

function expectLikeOneByOne(f: (xs: readonly AnyTensor[]) => AnyTensor, inputs: readonly Input[]): void {
  const one = (at: number): AnyTensor => f(inputs.map(({ examples, axis }) => examples[axis === undefined ? 0 : at]!));
  const expected = stacked({ examples: [one(0), one(1), one(2)], axis: 0 });
  const got = batched(f, inputs);
  expect(got.shape).toEqual(expected.shape);
  expect(got.dtype).toBe(expected.dtype);
  const [a, b] = [got.data(), expected.data()];
  for (let i = 0; i < a.length; i += 1)
    expect(Math.abs(a[i]! - b[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(b[i]!)));
}

/** Where each input has its batch axis, if it has one; at least one has. */
function axesFor(ranks: readonly number[]): fc.Arbitrary<(number | undefined)[]> {
  const each = ranks.map((rank) => fc.option(fc.nat({ max: rank }), { nil: undefined }));
  return fc.tuple(...each).filter((axes) => axes.some((axis) => axis !== undefined));
}

describe("the batch rule of every primitive", () => {
  it("computes what one example after the other gives, wherever the batch axis is", () => {
    const programs = programOrGradient.chain((program) =>
      fc.tuple(fc.constant(program), axesFor(program.shapes.map((shape) => shape.length)), fc.nat({ max: 1_000_000 })),
    );
    fc.assert(
      fc.property(programs, ([program, axes, seed]) => {
        const examples = [0, 1, 2].map((example) => inputsFor(program, "f64", seed + example));
        const inputs = axes.map((axis, i) => ({ examples: examples.map((xs) => xs[i]!), axis }));
        expectLikeOneByOne(program.run, inputs);
      }),
      { numRuns: 600 },
    );
  });

  it("exists for every primitive that has an input", () => {
    const without = primitiveList.filter(({ batch }) => batch === undefined).map(({ name }) => name);
    expect(without).toEqual(["fill", "iota"]);
  });
});

/** Inputs of whole numbers: one list per example, all of the same shape. */
function whole(shape: readonly number[], axis: number | undefined, ...lists: number[][]): Input {
  const examples = Array.from({ length: EXAMPLES }, (_, i) => fromNumbers(shape, lists[i % lists.length]!, "int32"));
  return { examples, axis };
}

function floats(shape: readonly number[], axis: number | undefined): Input {
  const examples = [1, 2, 3].map((seed) => uniform(fromNumbers([2], [3, seed], "int32"), shape, "f64"));
  return { examples, axis };
}

describe("the batch rule of convolution", () => {
  it("makes a larger batch when the examples share the weight, and groups when each has its own", () => {
    const shapeOf = (weightAxis: number | undefined): readonly number[] => {
      const inputs = [floats([2, 1, 3, 3], 0), floats([4, 1, 2, 2], weightAxis)];
      const [x, w] = inputs.map((input) => ({ tensor: stacked(input), axis: input.axis }));
      const graph = trace([x!.tensor, w!.tensor], ([a, b]) => {
        const operands = [
          { tensor: a!, axis: x!.axis },
          { tensor: b!, axis: w!.axis },
        ];
        const attributes = {
          stride: [1, 1],
          padding: [
            [0, 0],
            [0, 0],
          ],
          dilation: [1, 1],
          groups: 1,
        } as const;
        return [conv2dPrimitive.batch!(operands, attributes).output];
      });
      return graph.instructions.find(({ primitive }) => primitive.name === "conv2d")!.output.shape;
    };
    expect(shapeOf(undefined)).toEqual([2 * EXAMPLES, 4, 2, 2]);
    expect(shapeOf(0)).toEqual([2, 4 * EXAMPLES, 2, 2]);
  });
});

describe("no examples at all", () => {
  it("give nothing, of the right shape", () => {
    const none = { tensor: fill([0, 2, 1, 3, 3], 1, "f64"), axis: 0 };
    const frame = [
      [0, 0],
      [0, 0],
    ] as const;
    const weight = { tensor: fill([4, 1, 2, 2], 1, "f64"), axis: undefined };
    const convolution = { stride: [1, 1], padding: frame, dilation: [1, 1], groups: 1 } as const;
    expect(conv2dPrimitive.batch!([none, weight], convolution).output.shape).toEqual([0, 2, 4, 2, 2]);
    const pool = { window: [2, 2], stride: [1, 1], padding: frame } as const;
    expect(maxPool2dPrimitive.batch!([none], pool).output.shape).toEqual([0, 2, 1, 2, 2]);
  });
});

describe("batch rules for whole numbers", () => {
  const both = [0, 1, undefined];

  it.each(both)("take and scatterAdd: indices of each example its own, the tensor batched along %s", (axis) => {
    const rows = whole([2], 1, [0, 2], [1, 1], [2, 0]);
    expectLikeOneByOne(([x, i]) => take(x!, i!, 1), [floats([2, 3, 2], axis), rows]);
    expectLikeOneByOne(([i, u]) => scatterAdd([2, 3, 2], i!, u!, 1), [rows, floats([2, 2, 2], axis)]);
  });

  it.each(both)(
    "takeAlong and scatterAlong: indices of each example their own, the tensor batched along %s",
    (axis) => {
      const rows = whole([2, 1], 0, [0, 2], [1, 1], [2, 0]);
      expectLikeOneByOne(([x, i]) => takeAlong(x!, i!, 1), [floats([2, 3], axis), rows]);
      expectLikeOneByOne(([i, u]) => scatterAlong([2, 3], i!, u!, 1), [rows, floats([2, 1], axis)]);
    },
  );

  it("an index outside of one example never reaches the next one", () => {
    const rows = whole([1], 0, [3]);
    expect(() => batched(([x, i]) => take(x!, i!, 0), [floats([3], 0), rows])).toThrow("there is no index 3");
  });

  it("oneHot, argmax, comparisons, sign, floor", () => {
    expectLikeOneByOne(([i]) => oneHot(i!, 3, "f64"), [whole([2], 1, [0, 5], [1, 1], [2, 0])]);
    expectLikeOneByOne(([x]) => argmax(x!, 0), [floats([3, 2], 2)]);
    expectLikeOneByOne(([x]) => sign(x!), [floats([3, 2], 2)]);
    expectLikeOneByOne(([x]) => floor(x!), [floats([3, 2], 1)]);
    expectLikeOneByOne(([a, b]) => less(a!, b!), [floats([3, 2], 2), floats([2], 0)]);
    expectLikeOneByOne(([a, b]) => equal(a!, b!), [whole([2], 1, [0, 5], [1, 1]), whole([3, 1], undefined, [1, 5, 0])]);
    expectLikeOneByOne(([a]) => less(a!, iota([2], 0, "int32")), [whole([2], 1, [0, 5], [1, 1])]);
  });

  it("random numbers: each example its own key", () => {
    const keys = whole([2], 1, [0, 1], [7, 7], [-3, 12]);
    expectLikeOneByOne(([key]) => randomBits(key!, [2, 2]), [keys]);
    expectLikeOneByOne(([key]) => uniform(key!, [3], "f64"), [keys]);
    expectLikeOneByOne(([key]) => splitKey(key!, 2), [keys]);
    for (const [key, number] of [
      [keys, whole([], undefined, [5])],
      [whole([2], undefined, [1, 2]), whole([], 0, [5], [6], [7])],
      [keys, whole([], 0, [5], [6], [7])],
    ] as const) {
      expectLikeOneByOne(([k, n]) => foldIn(k!, n!), [key, number]);
    }
  });
});
