import { describe, expect, it } from "vitest";
import { TrainlogError } from "../error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as p from "./index.ts";

const of = (shape: readonly number[], dtype: DType = "float"): AnyTensor => p.fill(shape, 1, dtype);
const frame = [
  [0, 0],
  [0, 0],
] as const;
const convolve =
  (x: number[], w: number[], options: p.ConvolutionOptions = {}) =>
  (): AnyTensor =>
    p.conv2d(of(x), of(w), options);
const pool = (
  x: number[],
  window: [number, number],
  padding: readonly [readonly [number, number], readonly [number, number]] = frame,
) => {
  return (): AnyTensor => p.maxPool2d(of(x), { window, stride: [1, 1], padding });
};

/** What is asked for, the code of the error, and what its message must say. */
const REFUSED: [what: string, run: () => AnyTensor, code: string, ...words: string[]][] = [
  ["shapes that do not broadcast", () => p.add(of([2, 3]), of([4])), "shape/mismatch", "add", "[2, 3] and [4]"],
  [
    "shapes that do not broadcast, in where",
    () => p.where(of([2]), of([3]), of([])),
    "shape/mismatch",
    "where",
    "[2] and [3]",
  ],
  ["two dtypes", () => p.mul(of([2]), of([2], "f64")), "dtype/mismatch", "mul", "float and f64", "cast("],
  ["two dtypes to choose from", () => p.where(of([2]), of([2], "int32"), of([2])), "dtype/mismatch", "int32 and float"],
  ["the logarithm of whole numbers", () => p.log(of([2], "int32")), "dtype/mismatch", "log", "int32", "cast("],
  ["the quotient of whole numbers", () => p.div(of([2], "int32"), of([2], "int32")), "dtype/mismatch", "div", "int32"],
  ["the mean of whole numbers", () => p.mean(of([2], "int32")), "dtype/mismatch", "mean"],
  ["a negative size", () => p.fill([2, -1], 0, "float"), "shape/bad-size", "axis 1", "-1"],
  ["half a size", () => p.iota([1.5], 0, "float"), "shape/bad-size", "1.5"],
  ["an axis that is not there", () => p.iota([2], 1, "float"), "shape/bad-axis", "iota", "axis 1", "[2]"],
  [
    "another number of elements",
    () => p.reshape(of([2, 3]), [4]),
    "shape/mismatch",
    "reshape",
    "6 elements of [2, 3]",
    "[4]",
  ],
  ["an order that leaves axes out", () => p.transpose(of([2, 3]), [0]), "shape/bad-axis", "transpose", "[2, 3]"],
  ["an order that names an axis twice", () => p.transpose(of([2, 3]), [0, 0]), "shape/bad-axis", "twice"],
  [
    "a shape that does not stretch",
    () => p.broadcastTo(of([2, 3]), [3, 3]),
    "shape/mismatch",
    "broadcastTo",
    "[3, 3]",
    "[2, 3]",
  ],
  ["a shape of fewer axes", () => p.broadcastTo(of([1, 3]), [3]), "shape/mismatch", "broadcastTo"],
  ["a slice with too few numbers", () => p.slice(of([2, 3]), [0], [1]), "shape/bad-axis", "slice", "starts", "[2, 3]"],
  [
    "a slice beyond the end",
    () => p.slice(of([2, 3]), [0, 0], [2, 4]),
    "shape/bad-slice",
    "place 4",
    "axis 1",
    "[2, 3]",
  ],
  ["a slice before the start", () => p.slice(of([3]), [-4], [1]), "shape/bad-slice", "place -4"],
  ["a slice with a negative stride", () => p.slice(of([3]), [0], [3], [-1]), "shape/bad-slice", "stride", "-1", "flip"],
  ["a negative frame", () => p.pad(of([3]), [0], [-1], 0), "shape/bad-size", "pad", "-1"],
  ["nothing to join", () => p.concat([], 0), "shape/mismatch", "concat"],
  [
    "tensors that do not fit side by side",
    () => p.concat([of([2, 3]), of([2, 4])], 0),
    "shape/mismatch",
    "concat",
    "[2, 3] and [2, 4]",
  ],
  ["dtypes side by side", () => p.concat([of([2]), of([2], "f64")], 0), "dtype/mismatch", "concat"],
  ["a sum over an axis that is not there", () => p.sum(of([2, 3]), [2]), "shape/bad-axis", "sum", "axis 2", "[2, 3]"],
  ["a sum over an axis twice", () => p.sum(of([2, 3]), [1, -1]), "shape/bad-axis", "sum", "twice"],
  ["the largest of nothing", () => p.max(of([2, 0]), 1), "shape/bad-size", "max", "[2, 0]"],
  ["the place of the largest of nothing", () => p.argmax(of([2, 0]), 1), "shape/bad-size", "argmax"],
  ["the running sum of a scalar", () => p.cumsum(of([]), 0), "shape/bad-axis", "cumsum"],
  ["indices of floats", () => p.take(of([2]), of([2]), 0), "dtype/mismatch", "take", "indices", "float"],
  [
    "an index beyond the end",
    () => p.take(of([1, 1]), of([2], "int32"), 1),
    "shape/bad-index",
    "take",
    "index 1",
    "axis 1",
    "[1, 1]",
  ],
  ["a negative index", () => p.take(of([2]), p.fill([1], -1, "int32"), 0), "shape/bad-index", "index -1"],
  ["an index into nothing", () => p.take(of([0]), of([1], "int32"), 0), "shape/bad-index", "not empty"],
  [
    "a place to add to beyond the end",
    () => p.scatterAdd([1], of([2], "int32"), of([2]), 0),
    "shape/bad-index",
    "scatterAdd",
  ],
  [
    "updates of another shape",
    () => p.scatterAdd([3, 2], of([2], "int32"), of([3, 2]), 0),
    "shape/mismatch",
    "[2, 2]",
    "[3, 2]",
  ],
  [
    "indices along an axis of another shape",
    () => p.takeAlong(of([2, 3]), of([3, 3], "int32"), 1),
    "shape/mismatch",
    "[2, 3]",
    "[3, 3]",
  ],
  [
    "an index along an axis beyond the end",
    () => p.takeAlong(of([1, 1]), of([1, 1], "int32"), 1),
    "shape/bad-index",
    "takeAlong",
  ],
  ["a product of vectors", () => p.matmul(of([3]), of([3, 2])), "shape/mismatch", "matmul", "[3] and [3, 2]"],
  [
    "inner sizes that differ",
    () => p.matmul(of([2, 3]), of([4, 2])),
    "shape/mismatch",
    "inner sizes",
    "[2, 3] and [3, 2]",
    "[2, 3] and [4, 2]",
  ],
  [
    "inner sizes that differ, transposed",
    () => p.matmul(of([2, 3]), of([2, 4]), { transposeB: true }),
    "shape/mismatch",
    "the second transposed",
    "[2, 3] and [2, 3]",
  ],
  [
    "leading axes that do not broadcast",
    () => p.matmul(of([2, 1, 1]), of([3, 1, 1])),
    "shape/mismatch",
    "leading axes",
    "[2, 1, 1] and [3, 1, 1]",
  ],
  ["a product of two dtypes", () => p.matmul(of([1, 1]), of([1, 1], "f64")), "dtype/mismatch", "matmul"],
  [
    "images without channels",
    convolve([1, 3, 3], [1, 1, 2, 2]),
    "shape/mismatch",
    "[batch, channels, height, width]",
    "[1, 3, 3]",
  ],
  [
    "filters for other channels",
    convolve([1, 3, 3, 3], [1, 2, 2, 2]),
    "shape/mismatch",
    "3 channels in 1 group",
    "[1, 2, 2, 2]",
  ],
  ["groups that do not divide", convolve([1, 4, 3, 3], [3, 2, 2, 2], { groups: 2 }), "shape/mismatch", "multiple of 2"],
  ["no groups", convolve([1, 4, 3, 3], [3, 2, 2, 2], { groups: 0 }), "shape/bad-size", "groups"],
  [
    "a filter larger than the image",
    convolve([1, 1, 2, 5], [1, 1, 3, 3]),
    "shape/mismatch",
    "conv2d",
    "at least 3",
    "got 2",
  ],
  ["a stride of 0", convolve([1, 1, 5, 5], [1, 1, 3, 3], { stride: [0, 1] }), "shape/bad-size", "stride", "0"],
  [
    "negative padding",
    convolve([1, 1, 5, 5], [1, 1, 3, 3], {
      padding: [
        [0, 0],
        [-1, 0],
      ],
    }),
    "shape/bad-size",
    "padding",
    "-1",
  ],
  [
    "convolved whole numbers",
    () => p.conv2d(of([1, 1, 1, 1], "int32"), of([1, 1, 1, 1], "int32")),
    "dtype/mismatch",
    "conv2d",
  ],
  ["a window larger than the image", pool([1, 1, 2, 2], [3, 1]), "shape/mismatch", "maxPool2d"],
  [
    "a window in the padding alone",
    pool(
      [1, 1, 2, 2],
      [2, 2],
      [
        [0, 0],
        [0, 2],
      ],
    ),
    "shape/bad-size",
    "smaller than the window",
  ],
  [
    "the causal softmax of a row",
    () => p.causalSoftmax(of([3])),
    "shape/bad-axis",
    "causalSoftmax",
    "at least two axes",
  ],
  ["the softmax of a scalar", () => p.softmax(of([])), "shape/bad-axis", "softmax", "last axis"],
  ["the norm of whole numbers", () => p.layerNorm(of([2], "int32"), 0), "dtype/mismatch", "layerNorm"],
];

describe("refused", () => {
  it.each(REFUSED.map(([what, ...rest]) => [what, rest] as const))("%s", (_, [run, code, ...words]) => {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof TrainlogError)) throw thrown ?? new Error("nothing was thrown");
    expect(thrown.code).toBe(code);
    for (const word of words) expect(thrown.message).toContain(word);
  });
});
