import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combinedPrimitives, primitiveList } from "../../primitives/index.ts";
import type { DType } from "../../tensor/dtype.ts";
import { kernelLowerings, lowerings } from "../lowerings.ts";
import { bothWays, largestDifference, TestNumbers, type TestOperand } from "./test-operands.ts";

/** What one run of a law tries. */
type Case = readonly [inputs: readonly TestOperand[], attributes?: unknown];

/** The kernel must run, and give what the reference gives. */
function expectSame(name: string, tolerance: number, [inputs, attributes]: Case): void {
  const { kernel, reference } = bothWays(name, inputs, attributes);
  const what = `${name} of ${inputs.map(({ shape, dtype }) => `${dtype}[${shape}]`).join(", ")}, ${JSON.stringify(attributes)}`;
  expect(kernel, `${what}: no kernel ran`).toBeDefined();
  expect(largestDifference(kernel ?? [], reference), what).toBeLessThanOrEqual(tolerance);
}

/** For many seeds. */
function law(name: string, makeCase: (numbers: TestNumbers) => Case, { tolerance = 3e-6, runs = 60 } = {}): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => expectSame(name, tolerance, makeCase(new TestNumbers(seed)))),
    { numRuns: runs },
  );
}

const UNARY =
  "neg exp log log1p expm1 sqrt rsqrt reciprocal square tanh sigmoid relu sin cos abs sign erf floor barrier".split(
    " ",
  );
const BINARY = "add sub mul div maximum minimum equal notEqual less lessEqual pow".split(" ");
const NEEDS_POSITIVE: ReadonlySet<string> = new Set(["log", "log1p", "sqrt", "rsqrt"]);

/** A shape that broadcasts to the given one: leading axes missing, others of length 1. */
function narrowed(shape: readonly number[], numbers: TestNumbers): number[] {
  return shape.slice(numbers.whole(0, shape.length)).map((length) => (numbers.next() < 0.4 ? 1 : length));
}

describe("elementwise kernels", () => {
  it.each(UNARY)("%s is its reference", (name) => {
    const positive = NEEDS_POSITIVE.has(name);
    law(name, (n) => [[n.operand(n.shape(0, 4), "float", () => n.next() * 4 - (positive ? -0.01 : 2))]]);
  });

  it.each(BINARY)("%s is its reference, however operands broadcast", (name) => {
    const dtypes: DType[] = name === "div" || name === "pow" ? ["float", "f64"] : ["float", "f64", "int32"];
    for (const dtype of dtypes) {
      law(name, (n) => {
        // Quarters: equal often enough for comparisons.
        const element = (): number =>
          dtype === "int32" ? n.whole(-3, 3) : n.whole(-8, 8) / 4 + (name === "pow" ? 3 : 0);
        const shape = n.shape(0, 5, 5);
        const whole = n.operand(shape, dtype, element);
        const other = n.operand(n.next() < 0.3 ? shape : narrowed(shape, n), dtype, element);
        return [n.next() < 0.5 ? [whole, other] : [other, whole]];
      });
    }
  });

  it("pow has C's special cases", () => {
    const n = new TestNumbers(1);
    const base = { ...n.operand([6]), data: Float32Array.of(1, -1, -1, 0, 2, -8) };
    const exponent = { ...n.operand([6]), data: Float32Array.of(Number.NaN, Infinity, -Infinity, 0, Number.NaN, 3) };
    expectSame("pow", 0, [[base, exponent]]);
  });

  it("maxima and minima of NaN, and of both zeros, are the reference's", () => {
    const n = new TestNumbers(1);
    const a = { ...n.operand([5]), data: Float32Array.of(Number.NaN, 1, Infinity, -Infinity, 0) };
    const b = { ...n.operand([5]), data: Float32Array.of(1, Number.NaN, 1, 1, 0) };
    for (const name of ["maximum", "minimum", "less", "equal", "notEqual", "lessEqual"]) expectSame(name, 0, [[a, b]]);
  });

  it("where is its reference, however operands broadcast", () => {
    for (const conditionType of ["float", "int32"] as const) {
      law("where", (n) => {
        const shape = n.shape(0, 5, 5);
        const condition = n.operand(narrowed(shape, n), conditionType, () => n.whole(-1, 1));
        return [[condition, n.operand(narrowed(shape, n)), n.operand(shape)]];
      });
    }
  });

  it.each([
    ["float", "int32"],
    ["int32", "float"],
    ["float", "f64"],
    ["f64", "float"],
  ] as const)("cast from %s to %s is its reference", (from, dtype) => {
    law("cast", (n) => [
      [n.operand(n.shape(0, 3), from, () => n.whole(-300, 300) / (from === "int32" ? 1 : 7))],
      { dtype },
    ]);
  });
});

describe("kernels of reductions and rows", () => {
  it.each(["sum", "max", "min"])("%s is its reference over any axes", (name) => {
    law(name, (n) => {
      const shape = n.shape(1, 5, 9).map((length) => Math.max(1, length));
      const axes = shape.map((_, axis) => axis).filter(() => n.next() < 0.5);
      return [[n.operand(shape)], { axes, keepDims: n.next() < 0.5 }];
    });
  });

  it.each(["sum", "max", "min"])("%s is its reference over rows of many columns", (name) => {
    const shapeOf = (n: TestNumbers): number[] => [n.whole(1, 1100), n.whole(1, 40)];
    // Positive numbers: nothing cancels, so the relative error is that of the sum.
    law(name, (n) => [[n.operand(shapeOf(n), "float", () => n.next())], { axes: [0], keepDims: false }], { runs: 12 });
  });

  it("sums keep their digits over a million elements", () => {
    const n = new TestNumbers(3);
    for (const [shape, axes] of [
      [[1_000_003], [0]],
      [[200_001, 5], [0]],
    ] as const) {
      expectSame("sum", 1e-6, [[n.operand(shape, "float", () => n.next())], { axes, keepDims: false }]);
    }
  });

  it.each(["softmax", "logSoftmax"])("%s and its gradient are their references", (name) => {
    law(name, (n) => [[n.operand(n.shape(1, 3, 40), "float", () => n.next() * 60 - 30)]], { tolerance: 1e-5 });
    law(
      `${name}Grad`,
      (n) => {
        const shape = n.shape(1, 3, 40);
        return [[n.operand(shape), n.operand(shape)]];
      },
      { tolerance: 5e-5 },
    );
  });

  it("softmax under the diagonal is its reference, whatever lies above", () => {
    const element = (n: TestNumbers) => () => (n.next() < 0.05 ? 1e30 : n.next() * 60 - 30);
    law("causalSoftmax", (n) => [[n.operand(n.shape(2, 4, 40), "float", element(n))]], { tolerance: 1e-5 });
  });

  it("softmax of rows with infinities and NaN is its reference", () => {
    const n = new TestNumbers(1);
    const data = Float32Array.of(-Infinity, 0, 1, Number.NaN, 0, 1, Infinity, 0, 1, 1e30, -1e30, 0);
    for (const name of ["softmax", "logSoftmax"]) expectSame(name, 1e-6, [[{ ...n.operand([4, 3]), data }]]);
  });

  it("layerNorm and its gradient are their references", () => {
    const shapeOf = (n: TestNumbers): number[] => [n.whole(1, 5), n.whole(2, 70)];
    law("layerNorm", (n) => [[n.operand(shapeOf(n))], { eps: 1e-5 }], { tolerance: 3e-5 });
    law(
      "layerNormGrad",
      (n) => {
        const shape = shapeOf(n);
        return [[n.operand(shape), n.operand(shape)], { eps: 1e-2 }];
      },
      { tolerance: 1e-4 },
    );
  });
});

describe("kernels of layout", () => {
  const dtypes: DType[] = ["float", "f64", "int32"];

  it.each(dtypes)("of %s are their references", (dtype) => {
    const of = (n: TestNumbers, shape: readonly number[]): TestOperand => n.operand(shape, dtype, () => n.whole(0, 99));
    law("transpose", (n) => {
      const shape = n.shape(1, 6, 6);
      const perm = shape.map((_, axis) => axis).sort(() => n.next() - 0.5);
      return [[of(n, shape)], { perm }];
    });
    law("flip", (n) => {
      const shape = n.shape(1, 6, 5);
      return [[of(n, shape)], { axes: shape.map((_, axis) => axis).filter(() => n.next() < 0.5) }];
    });
    law("broadcastTo", (n) => {
      const shape = n.shape(1, 6, 4);
      return [[of(n, narrowed(shape, n))], { shape }];
    });
    law("pad", (n) => {
      const shape = n.shape(1, 4, 5);
      const frame = (): number[] => shape.map(() => n.whole(0, 2));
      return [[of(n, shape)], { before: frame(), after: frame(), value: 7 }];
    });
    law("concat", (n) => {
      const shape = n.shape(1, 4, 5);
      const axis = n.whole(0, shape.length - 1);
      return [[shape, shape.with(axis, 3), shape].map((own) => of(n, own)), { axis }];
    });
    law("slice", (n) => {
      const shape = n.shape(1, 5, 6).map((length) => Math.max(1, length));
      const starts = shape.map((length) => n.whole(0, length - 1));
      const ends = shape.map((length, axis) => n.whole(starts[axis] ?? 0, length));
      return [[of(n, shape)], { starts, ends, strides: shape.map(() => n.whole(1, 3)) }];
    });
    law("unslice", (n) => {
      const lengths = n.shape(1, 4, 4).map((length) => Math.max(1, length));
      const starts = lengths.map(() => n.whole(0, 2));
      const strides = lengths.map(() => n.whole(1, 3));
      const shape = lengths.map(
        (length, axis) => (starts[axis] ?? 0) + (length - 1) * (strides[axis] ?? 1) + n.whole(1, 3),
      );
      return [[of(n, lengths)], { shape, starts, strides }];
    });
    law("fill", (n) => [[], { shape: n.shape(0, 3), value: n.whole(-9, 9), dtype }]);
    law("reshape", (n) => [[of(n, [4, 6])], { shape: [3, 8] }]);
  });

  it("transpose copies big matrices", () => {
    law("transpose", (n) => [[n.operand([n.whole(1, 70), n.whole(1, 70)])], { perm: [1, 0] }]);
  });
});

describe("kernels of lookups", () => {
  const around = (n: TestNumbers): { shape: number[]; axis: number; index: () => number } => {
    const shape = n.shape(1, 4, 6).map((length) => Math.max(1, length));
    const axis = n.whole(0, shape.length - 1);
    return { shape, axis, index: () => n.whole(0, (shape[axis] ?? 1) - 1) };
  };

  it("take and scatterAdd are their references", () => {
    law("take", (n) => {
      const { shape, axis, index } = around(n);
      return [[n.operand(shape), n.operand(n.shape(0, 2), "int32", index)], { axis }];
    });
    law("scatterAdd", (n) => {
      const { shape, axis, index } = around(n);
      const indices = n.operand(n.shape(0, 2), "int32", index);
      return [[indices, n.operand(shape.toSpliced(axis, 1, ...indices.shape))], { shape, axis }];
    });
  });

  it("takeAlong and scatterAlong are their references", () => {
    law("takeAlong", (n) => {
      const { shape, axis, index } = around(n);
      return [[n.operand(shape), n.operand(shape.with(axis, 3), "int32", index)], { axis }];
    });
    law("scatterAlong", (n) => {
      const { shape, axis, index } = around(n);
      const indices = n.operand(shape.with(axis, 3), "int32", index);
      return [[indices, n.operand(indices.shape)], { shape, axis }];
    });
  });

  it("oneHot is its reference, bad labels included", () => {
    law("oneHot", (n) => [[n.operand(n.shape(0, 2), "int32", () => n.whole(-2, 6))], { depth: 5, dtype: "float" }]);
  });

  it("leave an index outside of the axis to the reference, which names the place", () => {
    const n = new TestNumbers(1);
    for (const index of [5, -1]) {
      const indices = n.operand([1], "int32", () => index);
      expect(() => bothWays("take", [n.operand([5, 2]), indices], { axis: 0 })).toThrowError(
        expect.objectContaining({ code: "shape/bad-index", message: expect.stringContaining(`index ${index}`) }),
      );
    }
  });
});

describe("matmul", () => {
  it("is its reference for all layouts, sizes and leading axes", () => {
    for (const dtype of ["float", "f64"] as const) {
      law(
        "matmul",
        (n) => {
          const [m, k, l] = [n.whole(0, 40), n.whole(0, 40), n.whole(0, 40)];
          const [transposeA, transposeB] = [n.next() < 0.5, n.next() < 0.5];
          const lead = n.shape(0, 2, 3);
          const a = [...(n.next() < 0.5 ? lead : narrowed(lead, n)), ...(transposeA ? [k, m] : [m, k])];
          const b = [...(n.next() < 0.5 ? lead : narrowed(lead, n)), ...(transposeB ? [l, k] : [k, l])];
          return [[n.operand(a, dtype), n.operand(b, dtype)], { transposeA, transposeB }];
        },
        { tolerance: 2e-5, runs: 100 },
      );
    }
  });

  it("is its reference where blocks of all three sizes end", () => {
    const n = new TestNumbers(5);
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const a = n.operand(transposeA ? [259, 103] : [103, 259]);
      const b = n.operand(transposeB ? [517, 259] : [259, 517]);
      expectSame("matmul", 5e-5, [[a, b], { transposeA, transposeB }]);
    }
  });
});

describe("products with triangles", () => {
  /** Numbers of which some are NaN: those above the diagonal must not be read. */
  const above = (n: TestNumbers, shape: readonly number[]): TestOperand => {
    const operand = n.operand(shape);
    const [rows = 1, columns = 1] = shape.slice(-2);
    operand.data.forEach((_, i) => {
      if (i % columns > Math.floor(i / columns) % rows) operand.data[i] = Number.NaN;
    });
    return operand;
  };

  it("are their references for all sizes and leading axes", () => {
    for (const which of ["matmulTril", "trilMatmul", "transposed"]) {
      const name = which === "transposed" ? "trilMatmul" : which;
      law(
        name,
        (n) => {
          const [m, k, l] = [n.whole(1, 40), n.whole(1, 40), n.whole(1, 40)];
          const lead = n.shape(0, 2, 3);
          const [leadA, leadB] = [narrowed(lead, n), lead];
          if (which === "matmulTril") return [[n.operand([...leadA, m, k]), n.operand([...leadB, l, k])]];
          const transpose = which === "transposed";
          const x = n.operand([...leadB, transpose ? m : k, l]);
          return [[above(n, [...leadA, m, k]), x], { transpose }];
        },
        { tolerance: 2e-5, runs: 100 },
      );
    }
  });

  it("are their references where blocks of all three sizes end", () => {
    const n = new TestNumbers(5);
    for (const [rows, columns] of [
      [103, 530],
      [530, 103],
      [530, 530],
    ] as const) {
      const triangle = above(n, [rows, columns]);
      expectSame("matmulTril", 5e-5, [[n.operand([rows, 259]), n.operand([columns, 259])]]);
      expectSame("trilMatmul", 5e-5, [[triangle, n.operand([columns, 517])], { transpose: false }]);
      expectSame("trilMatmul", 5e-5, [[triangle, n.operand([rows, 517])], { transpose: true }]);
    }
  });
});

describe("convolution", () => {
  const windowOf = (n: TestNumbers) => {
    const groups = n.whole(1, 3);
    const [c, o] = [groups * n.whole(1, 3), groups * n.whole(1, 8)];
    const kernel = [n.whole(1, 3), n.whole(1, 4)] as const;
    const dilation = [n.whole(1, 2), n.whole(1, 3)] as const;
    const pads = (): [number, number] => [n.whole(0, 3), n.whole(0, 2)];
    const attributes = { stride: [n.whole(1, 3), n.whole(1, 3)], dilation, padding: [pads(), pads()], groups };
    const [h, w] = [0, 1].map((axis) => n.whole(1, 19) + ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1));
    return { x: [n.whole(1, 3), c, h ?? 1, w ?? 1], weight: [o, c / groups, ...kernel], attributes };
  };
  const resultShape = (x: TestOperand, weight: TestOperand, attributes: unknown): readonly number[] =>
    bothWays("conv2d", [x, weight], attributes).shape;

  it("and its gradients are their references for all strides, paddings, dilations and groups", () => {
    law(
      "conv2d",
      (n) => {
        const { x, weight, attributes } = windowOf(n);
        return [[n.operand(x), n.operand(weight)], attributes];
      },
      { tolerance: 2e-5 },
    );
    law(
      "conv2dInputGrad",
      (n) => {
        const { x, weight, attributes } = windowOf(n);
        const y = resultShape(n.operand(x), n.operand(weight), attributes);
        return [[n.operand(y), n.operand(weight)], { ...attributes, inputSize: x.slice(2) }];
      },
      { tolerance: 2e-5 },
    );
    law(
      "conv2dWeightGrad",
      (n) => {
        const { x, weight, attributes } = windowOf(n);
        const y = resultShape(n.operand(x), n.operand(weight), attributes);
        return [[n.operand(x), n.operand(y)], { ...attributes, kernelSize: weight.slice(2) }];
      },
      { tolerance: 1e-4 },
    );
  });

  it("with a window of one element is a matrix product", () => {
    const attributes = {
      stride: [1, 1],
      dilation: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
      groups: 1,
    };
    law("conv2d", (n) => [[n.operand([3, 5, 4, 6]), n.operand([7, 5, 1, 1])], attributes], {
      tolerance: 1e-5,
      runs: 5,
    });
    const ofInput = { ...attributes, inputSize: [4, 6] };
    law("conv2dInputGrad", (n) => [[n.operand([3, 7, 4, 6]), n.operand([7, 5, 1, 1])], ofInput], {
      tolerance: 1e-5,
      runs: 5,
    });
  });
});

describe("pooling", () => {
  const windows = (n: TestNumbers, halving: boolean) => {
    const window = halving ? [2, 2] : [n.whole(1, 3), n.whole(1, 4)];
    const stride = halving ? [2, 2] : [n.whole(1, 3), n.whole(1, 3)];
    const padding = window.map((size) => (halving ? [0, 0] : [n.whole(0, size - 1), n.whole(0, size - 1)]));
    // Ties are frequent, NaN is rare.
    const element = (): number => (n.next() < 0.03 ? Number.NaN : n.whole(-3, 3));
    const x = n.operand([n.whole(1, 2), n.whole(1, 3), n.whole(4, 19), n.whole(4, 19)], "float", element);
    return { x, attributes: { window, stride, padding } };
  };

  it.each([true, false])("by maxima and its gradients are their references (halving: %s)", (halving) => {
    law("maxPool2d", (n) => {
      const { x, attributes } = windows(n, halving);
      return [[x], attributes];
    });
    law("maxPool2dGrad", (n) => {
      const { x, attributes } = windows(n, halving);
      return [[x, n.operand(bothWays("maxPool2d", [x], attributes).shape)], attributes];
    });
    law("maxPool2dPick", (n) => {
      const { x, attributes } = windows(n, halving);
      return [[x, n.operand(x.shape)], attributes];
    });
  });

  it.each([true, false])("by means and its gradient are their references (counting padding: %s)", (countPadding) => {
    law("avgPool2d", (n) => {
      const { x, attributes } = windows(n, false);
      return [[n.operand(x.shape)], { ...attributes, countPadding }];
    });
    law("avgPool2dGrad", (n) => {
      const { x, attributes } = windows(n, false);
      const pooled = bothWays("maxPool2d", [x], attributes).shape;
      return [[n.operand(pooled)], { ...attributes, countPadding, inputSize: x.shape.slice(2) }];
    });
  });
});

describe("random numbers", () => {
  const key = (n: TestNumbers, ...lead: number[]): TestOperand =>
    n.operand([...lead, 2], "int32", () => n.whole(-(2 ** 31), 2 ** 31 - 1));

  it("are the reference's to the bit", () => {
    const exact = { tolerance: 0 };
    law("randomBits", (n) => [[key(n, ...n.shape(0, 1))], { shape: n.shape(0, 3) }], exact);
    law("uniform", (n) => [[key(n)], { shape: n.shape(0, 3), dtype: "float" }], exact);
    law("splitKey", (n) => [[key(n, ...n.shape(0, 1))], { count: n.whole(1, 9) }], exact);
    law("foldIn", (n) => [[key(n), n.operand([], "int32", () => n.whole(-9, 1e9))]], exact);
  });
});

describe("lowerings", () => {
  it("belong to primitives, by their names", () => {
    const names = new Set([...primitiveList, ...combinedPrimitives].map(({ name }) => name));
    expect(Object.keys(kernelLowerings).filter((name) => !names.has(name))).toEqual([]);
  });

  it("pass names and arguments of kernels to a receiver, in the order of the kernels' parameters", () => {
    const calls: (readonly (string | number)[])[] = [];
    const receiver = {
      call: (...call: [string, ...number[]]) => void calls.push(call),
      scratch: () => 640,
    };
    const at = (ptr: number, ...shape: number[]) => ({ ptr, shape, dtype: "float" as const });
    const matmul = lowerings["matmul"];
    expect(
      matmul?.(receiver, at(64, 2, 4), [at(128, 2, 3), at(256, 3, 4)], { transposeA: false, transposeB: false }),
    ).toBe(true);
    expect(calls).toEqual([["matmul_f32", 64, 128, 256, 2, 4, 3, 0, 0, 1, 0, 0]]);
    calls.length = 0;
    lowerings["sum"]?.(receiver, at(64, 3), [at(128, 2, 3, 4)], { axes: [0, 2], keepDims: false });
    expect(calls).toEqual([
      ["reduce_f32", 0, 640, 128, 6, 4, 1],
      ["reduce_f32", 0, 64, 640, 1, 2, 3],
    ]);
  });
});
