import { describe, expect, it } from "vitest";
import { grad, vjp } from "../autograd/transforms.ts";
import { trace } from "../ir/trace.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as p from "./index.ts";
import { byReference } from "./test-golden.ts";

const f64 = (...values: number[]): AnyTensor => fromNumbers([values.length], values, "f64");
const int32 = (...values: number[]): AnyTensor => fromNumbers([values.length], values, "int32");
const gradient = (f: (x: AnyTensor) => AnyTensor, x: AnyTensor): number[] => [
  ...(grad((at: AnyTensor) => p.sum(f(at)) as never)(x) as AnyTensor).data(),
];

describe("fill, scalar, iota", () => {
  it("make what they say, in every dtype", () => {
    expect(p.fill([2, 2], -1.5, "f64").toArray()).toEqual([
      [-1.5, -1.5],
      [-1.5, -1.5],
    ]);
    expect(p.scalar(7, "int32").item()).toBe(7);
    expect(p.iota([2, 3], 1, "int32").toArray()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(p.iota([2, 1, 2], -3, "float").toArray()).toEqual([[[0, 0]], [[1, 1]]]);
    expect(p.iota([0], 0, "float").toArray()).toEqual([]);
  });
});

describe("what changes nothing", () => {
  const x = p.iota([2, 3], 1, "float");

  it("gives the tensor itself", () => {
    expect(p.reshape(x, [2, 3])).toBe(x);
    expect(p.broadcastTo(x, [2, 3])).toBe(x);
    expect(p.transpose(x, [0, 1])).toBe(x);
    expect(p.slice(x, [0, 0], [2, 3])).toBe(x);
    expect(p.pad(x, [0, 0], [0, 0], 1)).toBe(x);
    expect(p.concat([x], 0)).toBe(x);
    expect(p.cast(x, "float")).toBe(x);
  });
});

describe("gradients at kinks and poles", () => {
  it("of powers are 0 and not NaN where the exponent or the base is 0", () => {
    expect(gradient((x) => p.pow(x, p.scalar(0, "f64")), f64(0, 2))).toEqual([0, 0]);
    expect(gradient((x) => p.pow(p.scalar(0, "f64"), x), f64(0, 2))).toEqual([0, 0]);
    expect(gradient((x) => p.pow(x, p.scalar(2, "f64")), f64(0, -3))).toEqual([0, -6]);
  });

  it("of powers stay finite in second order", () => {
    const slope = (x: AnyTensor): AnyTensor =>
      vjp((at: AnyTensor) => p.pow(at, p.scalar(2, "f64")), x).pullback(p.fill([2], 1, "f64"));
    expect(gradient(slope, f64(0, -3))).toEqual([2, 2]);
    const byExponent = (x: AnyTensor): AnyTensor =>
      vjp((at: AnyTensor) => p.pow(p.scalar(0, "f64"), at), x).pullback(p.fill([2], 1, "f64"));
    expect(gradient(byExponent, f64(1, 2))).toEqual([0, 0]);
  });

  it("of relu and abs are 0 at 0, of sqrt Infinity", () => {
    expect(gradient(p.relu, f64(0, -0))).toEqual([0, 0]);
    expect(gradient(p.abs, f64(0))).toEqual([0]);
    expect(gradient(p.sqrt, f64(0))).toEqual([Number.POSITIVE_INFINITY]);
  });

  it("of an element that where leaves out are 0, whatever it would have been", () => {
    const safeLog = (x: AnyTensor): AnyTensor => p.where(p.less(p.scalar(0, "f64"), x), p.log(x), p.scalar(0, "f64"));
    expect(
      gradient((x) => p.where(int32(0, 1), p.square(x), p.scalar(0, "f64")), f64(Number.POSITIVE_INFINITY, 3))[1],
    ).toBe(6);
    expect(gradient(safeLog, f64(4))).toEqual([0.25]);
  });

  it("do not flow through int32, comparisons, sign and floor", () => {
    expect(gradient((x) => p.cast(p.cast(x, "int32"), "f64"), f64(1.5))).toEqual([0]);
    expect(gradient((x) => p.add(p.sign(x), p.add(p.floor(x), p.less(x, p.scalar(1, "f64")))), f64(1.5))).toEqual([0]);
  });
});

describe("cast to int32", () => {
  it("cuts towards 0, saturates, and takes NaN for 0", () => {
    const x = f64(2.9, -2.9, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY);
    const expected = [2, -2, 2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1];
    expect([...p.cast(x, "int32").data()]).toEqual(expected);
    expect([...p.cast(p.cast(x, "float"), "int32").data()].slice(0, 2)).toEqual([2, -2]);
    expect([...byReference(([at]) => p.cast(at!, "int32"), [x]).data()]).toEqual(expected);
  });
});

describe("cast between floats", () => {
  it("rounds forwards, and gives the gradient in the element type of its input", () => {
    const x = f64(1 / 3, 1e300);
    expect([...p.cast(x, "float").data()]).toEqual([Math.fround(1 / 3), Number.POSITIVE_INFINITY]);
    const slope = grad((at: AnyTensor) => p.sum(p.square(p.cast(at, "float"))) as never)(f64(0.5, 3)) as AnyTensor;
    expect(slope.dtype).toBe("f64");
    expect([...slope.data()]).toEqual([1, 6]);
  });
});

describe("empty tensors", () => {
  it("go through every kind of operation", () => {
    const none = p.fill([0, 3], 1, "float");
    expect(p.sum(none).item()).toBe(0);
    expect(p.exp(none).shape).toEqual([0, 3]);
    expect(p.add(none, p.fill([1, 3], 1, "float")).shape).toEqual([0, 3]);
    expect(p.max(none, 1).shape).toEqual([0]);
    expect(p.argmax(none, 1).shape).toEqual([0]);
    expect(p.softmax(none).shape).toEqual([0, 3]);
    expect(p.layerNorm(p.fill([2, 0], 1, "float"), 1e-5).shape).toEqual([2, 0]);
    expect(p.matmul(p.fill([2, 0], 1, "float"), p.fill([0, 2], 1, "float")).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(p.take(p.fill([2, 0], 1, "float"), int32(1), 0).shape).toEqual([1, 0]);
    expect(p.conv2d(p.fill([0, 1, 3, 3], 1, "float"), p.fill([2, 1, 2, 2], 1, "float")).shape).toEqual([0, 2, 2, 2]);
    expect(gradient((x) => p.matmul(x, p.fill([0, 2], 1, "f64")), p.fill([2, 0], 1, "f64"))).toEqual([]);
  });

  it("have a mean of NaN, as in NumPy", () => {
    expect(p.mean(p.fill([0], 1, "float")).item()).toBeNaN();
  });
});

describe("scalars", () => {
  it("are reduced and shifted like every other tensor", () => {
    const x = p.scalar(3, "f64");
    expect(p.sum(x).item()).toBe(3);
    expect(p.max(x).item()).toBe(3);
    expect(p.transpose(x).item()).toBe(3);
    expect(p.slice(x, [], []).item()).toBe(3);
    expect(p.reshape(x, [1, 1]).toArray()).toEqual([[3]]);
    expect(p.variance(x).item()).toBe(0);
  });
});

describe("sums", () => {
  it("of f32 are rounded once by the reference", () => {
    const x = fromNumbers([3], [2 ** 24, 1, 1], "float");
    expect(byReference(([at]) => p.sum(at!), [x]).item()).toBe(2 ** 24 + 2);
  });

  it("of int32 wrap around", () => {
    expect(p.sum(int32(2 ** 31 - 1, 1)).item()).toBe(-(2 ** 31));
    expect([...p.cumsum(int32(2 ** 31 - 1, 1), 0).data()]).toEqual([2 ** 31 - 1, -(2 ** 31)]);
  });
});

describe("the largest element", () => {
  it("shares its gradient among equals, over one axis and over all", () => {
    const x = f64(2, 5, 5, 1);
    expect(gradient((at) => p.max(at), x)).toEqual([0, 0.5, 0.5, 0]);
    expect(gradient((at) => p.max(p.reshape(at, [2, 2])), x)).toEqual([0, 0.5, 0.5, 0]);
    expect(gradient((at) => p.max(p.reshape(at, [2, 2]), 0), x)).toEqual([0, 1, 1, 0]);
  });
});

describe("oneHot", () => {
  it("leaves the row of an index outside empty", () => {
    expect(p.oneHot(int32(1, -100, 2), 2, "float").toArray()).toEqual([
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("erf", () => {
  it("is odd and goes to ±1, NaN for NaN", () => {
    const x = f64(-40, -3, 0, 1e-300, 3, 6, Number.POSITIVE_INFINITY);
    expect([...p.erf(p.neg(x)).data()]).toEqual([...p.neg(p.erf(x)).data()]);
    expect([...p.erf(x).data()].slice(-2)).toEqual([1, 1]);
    expect(p.erf(f64(Number.NaN)).item()).toBeNaN();
    // erfc(5) and erfc(5.5), of which doubles near 1 keep 3 digits and 1.
    expect(1 - p.erf(f64(5)).item()).toBeCloseTo(1.5375e-12, 15);
    expect(1 - p.erf(f64(5.5)).item()).toBeCloseTo(7.4e-15, 15);
    // 1e-300 · 2/√π: no digit is lost to subtraction.
    expect(p.erf(f64(1e-300)).item()).toBeCloseTo(1.1283791670955126e-300, 310);
  });
});

describe("a traced function", () => {
  it("has instructions whose attributes are plain data", () => {
    const graph = trace([{ shape: [1, 2, 4, 4], dtype: "float" }], ([x]) => [
      p.mean(
        p.maxPool2d(p.pad(p.transpose(p.flip(x!, -1), [0, 1, 3, 2]), [0, 1, 0, 0], [0, 0, 1, 0], 0), {
          window: [2, 2],
          stride: [1, 1],
          padding: [
            [0, 0],
            [0, 0],
          ],
        }),
        [-1],
      ),
    ]);
    for (const { attributes } of graph.instructions) {
      if (attributes !== undefined) expect(JSON.parse(JSON.stringify(attributes))).toEqual(attributes);
    }
    expect(graph.instructions.map(({ primitive }) => primitive.name)).toEqual([
      "flip",
      "transpose",
      "pad",
      "maxPool2d",
      "sum",
      "fill",
      "div",
    ]);
  });
});

describe("primitiveList", () => {
  it("has every name once", () => {
    const names = p.primitiveList.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[a-z][A-Za-z0-9]*$/.test(name))).toBe(true);
  });
});
