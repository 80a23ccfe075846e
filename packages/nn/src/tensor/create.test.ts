import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import { TrainlogError } from "../error.ts";
import { mul, reshape } from "../ops/index.ts";
import { Shape } from "../shape/shape.ts";
import { arange, eye, full, linspace, ones, onesLike, tensor, tensorND, zeros, zerosLike } from "./create.ts";
import type { NestedNumbers } from "./format.ts";
import { type AnyTensor, Tensor } from "./tensor.ts";
import { tensorpack } from "./tensorpack.ts";

function codeOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return error instanceof TrainlogError ? error.code : String(error);
  }
  return "no error";
}

describe("tensor", () => {
  it("reads numbers, nested arrays and typed arrays", () => {
    expect(tensor(3).item()).toBe(3);
    expect(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "int32" },
      ).data(),
    ).toEqual(Int32Array.of(1, 2, 3, 4));
    expect(tensor(Float64Array.of(1, 2))).toMatchObject({ dtype: "f64", shape: [2] });
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it("gives back what it was made of", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, (sizes) => {
        const size = sizes.reduce((product, length) => product * length, 1);
        const made = tensorND(
          sizes,
          Float64Array.from({ length: size }, (_, i) => i / 3),
        );
        const nested = made.toArray() as NestedNumbers;
        const again: AnyTensor = tensor<NestedNumbers, "f64">(nested, { dtype: "f64" });
        expect(again.shape).toEqual(sizes);
        expect(again.data()).toEqual(made.data());
      }),
    );
  });

  it.each([
    [[[1, 2], [3]], "[1] has 1 element, [0] has 2"],
    [[[1, 2], 3], "[1] is 3, [0] has 2"],
    [[1, [2]], "[1] is an array of 1, [0] is a number"],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      "[1][1] has 2 elements, [0][0] has 1",
    ],
    [[[], [1]], "[1] has 1 element, [0] has 0"],
  ])("names the place where %j is ragged", (ragged, place) => {
    expect(() => tensor(ragged as NestedNumbers)).toThrow(`tensor: the array is ragged: ${place}`);
    expect(codeOf(() => tensor(ragged as NestedNumbers))).toBe("tensor/ragged");
  });

  it("refuses what no element can be", () => {
    expect(() => tensor([1, "2"] as never)).toThrow('tensor: [1] is "2", not a number');
    expect(() => tensor([1, 1.5], { dtype: "int32" })).toThrow("value 1 is 1.5, not a whole number from -2^31");
    expect(() => tensor([2 ** 31], { dtype: "int32" })).toThrow("value 0 is 2147483648");
    expect(codeOf(() => tensor([Number.NaN], { dtype: "int32" }))).toBe("tensor/bad-value");
    expect(codeOf(() => full([2], 0.5, { dtype: "int32" }))).toBe("tensor/bad-value");
    expect(tensor([Number.NaN, Infinity]).data()).toEqual(Float32Array.of(Number.NaN, Infinity));
  });
});

describe("tensors by rule", () => {
  it("have the shape and element type that was asked for", () => {
    expect(zeros(Shape.mat(2, 3)).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(ones([2], { dtype: "int32" }).data()).toEqual(Int32Array.of(1, 1));
    expect(eye(2, { columns: 3 }).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(arange(2, 8, { step: 2 }).data()).toEqual(Int32Array.of(2, 4, 6));
    expect(arange(3, 0, { step: -1 }).data()).toEqual(Int32Array.of(3, 2, 1));
    expect(arange(5, 2).size).toBe(0);
    expect(arange(0, 1, { step: 0.25, dtype: "float" }).data()).toEqual(Float32Array.of(0, 0.25, 0.5, 0.75));
    expect(linspace(-1, 1, 5).data()).toEqual(Float32Array.of(-1, -0.5, 0, 0.5, 1));
    expect(linspace(0, 0.7, 8, { dtype: "f64" }).data().at(-1)).toBe(0.7);
    expect([linspace(3, 9, 1).item(), linspace(3, 9, 0).size]).toEqual([3, 0]);
    const like = zeros([2, 2], { dtype: "f64" });
    expect([zerosLike(like).data(), onesLike(like).data()]).toEqual([new Float64Array(4), new Float64Array(4).fill(1)]);
  });

  it("refuse sizes and steps that make no tensor", () => {
    expect(codeOf(() => zeros([-1]))).toBe("shape/bad-size");
    expect(codeOf(() => zeros([1.5]))).toBe("shape/bad-size");
    expect(codeOf(() => linspace(0, 1, -1))).toBe("shape/bad-size");
    expect(codeOf(() => arange(0, 1, { step: 0 }))).toBe("tensor/bad-value");
    expect(codeOf(() => arange(Number.POSITIVE_INFINITY))).toBe("tensor/bad-value");
    expect(codeOf(() => tensorND([2, 2], [1, 2] as number[]))).toBe("shape/mismatch");
    expect(codeOf(() => Shape.vec(-2))).toBe("shape/bad-size");
  });
});

describe("Shape", () => {
  it("makes frozen shapes", () => {
    expect([Shape.scalar, Shape.vec(2), Shape.mat(2, 3), Shape.image(3, 4, 5), Shape.of(1, 2, 3, 4)]).toEqual([
      [],
      [2],
      [2, 3],
      [3, 4, 5],
      [1, 2, 3, 4],
    ]);
    expect(Object.isFrozen(Shape.of(1, 2))).toBe(true);
  });
});

describe("tensorpack", () => {
  it("makes tensors of literals and keeps tensors", () => {
    const kept = tensor([1]);
    const pack = tensorpack({ w: [[1, 2]], deep: { b: 3, kept, ints: Int32Array.of(1) } });
    expect(pack.w.toArray()).toEqual([[1, 2]]);
    expect(pack.deep.b.shape).toEqual([]);
    expect(pack.deep.kept).toBe(kept);
    expect(pack.deep.ints.dtype).toBe("int32");
    expect(() => tensorpack({ w: [[1], [2, 3]] } as never)).toThrow("ragged");
  });
});

describe("what is no tensor", () => {
  it.each([
    [
      () => tensorpack({ a: null } as never),
      'tensorpack: "a" is null; a pack is written with numbers, arrays of numbers',
    ],
    [() => tensorpack({ a: { b: "x" } } as never), 'tensorpack: "a.b" is "x"; a pack is written with'],
    [() => tensorpack({ a: { b: [1, null] } } as never), 'tensorpack: "a.b": tensor: [1] is null, not a number'],
    [() => tensorpack(undefined as never), "tensorpack: the pack is undefined"],
    [() => zeros(3 as never), "a shape is an array of sizes, such as [2, 3]; got 3"],
    [() => reshape(zeros([4]), 4 as never), "a shape is an array of sizes, such as [2, 3]; got 4"],
  ])("is named (%#)", (make, words) => {
    expect(make).toThrow(TrainlogError);
    expect(make).toThrow(words);
  });
});

describe("a tensor as text", () => {
  it("is aligned, with as many decimals as needed", () => {
    expect(String(tensor([0.25, -0.75]))).toBe("Tensor float[2] [ 0.25, -0.75]");
    expect(String(tensor(3))).toBe("Tensor float[] 3");
    expect(String(tensor([0.1]))).toBe("Tensor float[1] [0.1]");
    expect(
      String(
        tensor(
          [
            [1, -20],
            [3, 4],
          ],
          { dtype: "int32" },
        ),
      ),
    ).toBe("Tensor int32[2, 2]\n[[  1, -20],\n [  3,   4]]");
    expect(String(tensor([1 / 3, 2], { dtype: "f64" }))).toBe("Tensor f64[2] [0.33333333, 2.00000000]");
    expect(String(tensor([1e-9, Number.NaN, -1.5]))).toBe("Tensor float[3] [ 1.0e-9,     NaN, -1.5e+0]");
    expect(String(zeros([2, 0]))).toBe("Tensor float[2, 0]\n[[],\n []]");
    expect(
      String(
        tensor([
          [[1], [2]],
          [[3], [4]],
        ]),
      ),
    ).toBe("Tensor float[2, 2, 1]\n[[[1],\n  [2]],\n\n [[3],\n  [4]]]");
  });

  it("is abbreviated when large, and broken into lines", () => {
    expect(String(arange(2000))).toBe("Tensor int32[2000] [   0,    1,    2, …, 1997, 1998, 1999]");
    expect(String(zeros([40, 40])).split("\n")).toHaveLength(8);
    const lines = String(arange(60)).split("\n");
    expect(lines).toHaveLength(4);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(101);
  });

  it("says why there are no numbers", () => {
    const x = tensor([1]);
    x.dispose();
    expect(String(x)).toBe("Tensor float[1] (freed)");
    let seen = "";
    compile((y: Tensor<[1]>) => {
      seen = String(y);
      return mul(y, 2);
    })(tensor([1]));
    expect(seen).toBe("Tensor float[1] (being compiled)");
  });

  it("is what Node's console shows", () => {
    const inspect: unknown = Reflect.get(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"));
    expect(typeof inspect === "function" && Reflect.apply(inspect, tensor([1]), [])).toBe("Tensor float[1] [1]");
  });
});
