import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad, vmap } from "../autograd/transforms.ts";
import { arange, eye, ones, tensor, zeros } from "../tensor/create.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import * as t from "./index.ts";

const f64 = { dtype: "f64" } as const;
const rounded = (x: AnyTensor, digits = 6): number[] => Array.from(x.data(), (value) => Number(value.toFixed(digits)));

describe("arithmetic", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  it("broadcasts and takes numbers on either side", () => {
    expect(t.add(x, tensor([10, 20, 30])).toArray()).toEqual([
      [11, 22, 33],
      [14, 25, 36],
    ]);
    expect(t.sub(10, x).toArray()).toEqual([
      [9, 8, 7],
      [6, 5, 4],
    ]);
    expect(t.div(x, tensor([[1], [2]])).toArray()).toEqual([
      [1, 2, 3],
      [2, 2.5, 3],
    ]);
    expect(t.pow(x, 2).data()).toEqual(Float32Array.of(1, 4, 9, 16, 25, 36));
    expect(t.mul(tensor([2, 3], { dtype: "int32" }), 4).toArray()).toEqual([8, 12]);
  });

  it("refuses a fraction beside int32, and what is no number", () => {
    expect(() => t.mul(tensor([2], { dtype: "int32" }), 0.5)).toThrow(
      "mul: expected a tensor or a number that int32 holds, got 0.5",
    );
    expect(() => t.mul(tensor([2]), "3" as never)).toThrow('got "3"');
  });

  it("compares", () => {
    const y = tensor([1, 5, 3]);
    expect(t.equal(tensor([1, 2, 3]), y).toArray()).toEqual([1, 0, 1]);
    expect(t.notEqual(tensor([1, 2, 3]), y).toArray()).toEqual([0, 1, 0]);
    expect(t.less(tensor([1, 2, 3]), y).toArray()).toEqual([0, 1, 0]);
    expect(t.lessEqual(tensor([1, 2, 3]), y).toArray()).toEqual([1, 1, 1]);
    expect(t.greater(tensor([1, 2, 4]), y).toArray()).toEqual([0, 0, 1]);
    expect(t.greaterEqual(tensor([1, 2, 4]), y).toArray()).toEqual([1, 0, 1]);
    expect(t.where(t.greater(x, 3), x, 0).toArray()).toEqual([
      [0, 0, 0],
      [4, 5, 6],
    ]);
  });

  it("clips, with half of the gradient at the limits", () => {
    expect(t.clip(tensor([-2, 0.5, 3]), -1, 1).toArray()).toEqual([-1, 0.5, 1]);
    expect(t.clip(tensor([-2, 0.5, 3]), undefined, tensor([0, 0, 9])).toArray()).toEqual([-2, 0, 3]);
    expect(grad((v: Tensor<[4]>) => t.sum(t.clip(v, -1, 1)))(tensor([-2, -1, 0, 5])).toArray()).toEqual([0, 0.5, 1, 0]);
  });
});

describe("activations", () => {
  // torch.nn.functional of [-1000, -3, -0.5, 0, 0.5, 3, 1000], double precision.
  const x = tensor([-1000, -3, -0.5, 0, 0.5, 3, 1000], f64);
  const EXPECTED = {
    gelu: [-0, -0.00405, -0.154269, 0, 0.345731, 2.99595, 1000],
    geluTanh: [-0, -0.003637, -0.154286, 0, 0.345714, 2.996363, 1000],
    silu: [-0, -0.142278, -0.18877, 0, 0.31123, 2.857722, 1000],
    softplus: [0, 0.048587, 0.474077, Number(Math.LN2.toFixed(6)), 0.974077, 3.048587, 1000],
    leakyRelu: [-10, -0.03, -0.005, 0, 0.5, 3, 1000],
    elu: [-1, -0.950213, -0.393469, 0, 0.5, 3, 1000],
  };
  const FUNCTIONS = {
    gelu: (v: Tensor<[7], "f64">) => t.gelu(v),
    geluTanh: (v: Tensor<[7], "f64">) => t.gelu(v, { approximate: "tanh" }),
    silu: (v: Tensor<[7], "f64">) => t.silu(v),
    softplus: (v: Tensor<[7], "f64">) => t.softplus(v),
    leakyRelu: (v: Tensor<[7], "f64">) => t.leakyRelu(v),
    elu: (v: Tensor<[7], "f64">) => t.elu(v),
  };

  it.each(Object.keys(EXPECTED) as (keyof typeof EXPECTED)[])(
    "%s has PyTorch's values and finite gradients",
    (name) => {
      expect(rounded(FUNCTIONS[name](x)).map((value) => value + 0)).toEqual(EXPECTED[name].map((value) => value + 0));
      expect(
        Array.from(grad((v: Tensor<[7], "f64">) => t.sum(FUNCTIONS[name](v)))(x).data()).every(Number.isFinite),
      ).toBe(true);
    },
  );
});

describe("reductions", () => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, 5, 9],
    ],
    f64,
  );

  it("reduce one axis, several or all", () => {
    expect(t.sum(x).item()).toBe(24);
    expect(t.mean(x, 0).toArray()).toEqual([2.5, 3.5, 6]);
    expect(t.max(x, [0, -1], { keepDims: true }).toArray()).toEqual([[9]]);
    expect(t.min(x, -1).toArray()).toEqual([1, 4]);
    expect(t.argmax(x, 1).toArray()).toEqual([2, 2]);
    expect(
      t
        .argmin(
          tensor(
            [
              [5, -2147483648],
              [1, 1],
            ],
            { dtype: "int32" },
          ),
          1,
        )
        .toArray(),
    ).toEqual([1, 0]);
    expect(t.argmin(x, 0).toArray()).toEqual([0, 0, 0]);
    expect(t.cumsum(x, 1).toArray()).toEqual([
      [1, 3, 6],
      [4, 9, 18],
    ]);
  });

  it("spread as NumPy does, and unbiased when asked", () => {
    expect(t.variance(x, 1).toArray()).toEqual([2 / 3, 14 / 3]);
    expect(rounded(t.std(x, 1, { correction: 1 }))).toEqual([1, 2.645751]);
  });

  it("logsumexp overflows nowhere", () => {
    expect(t.logsumexp(tensor([1000, 1000], f64)).item()).toBeCloseTo(1000 + Math.LN2, 10);
    expect(
      t
        .logsumexp(
          tensor(
            [
              [-Infinity, -Infinity],
              [0, Infinity],
            ],
            f64,
          ),
          1,
        )
        .toArray(),
    ).toEqual([-Infinity, Infinity]);
    expect(t.logsumexp(zeros([0])).item()).toBe(-Infinity);
    expect(rounded(grad((v: Tensor<[2], "f64">) => t.logsumexp(v))(tensor([1000, 1001], f64)))).toEqual([
      0.268941, 0.731059,
    ]);
    expect(t.logsumexp(x, 0, { keepDims: true }).shape).toEqual([1, 3]);
  });

  it("norms of every order", () => {
    const v = tensor([3, -4], f64);
    expect([
      t.norm(v).item(),
      t.norm(v, 0, { order: 1 }).item(),
      t.norm(v, 0, { order: Number.POSITIVE_INFINITY }).item(),
    ]).toEqual([5, 7, 4]);
    expect(t.norm(v, undefined, { order: 3 }).item()).toBeCloseTo(91 ** (1 / 3), 12);
  });
});

describe("layout", () => {
  const x = t.reshape(arange(24), [2, 3, 4]);

  it("reshapes, permutes, squeezes", () => {
    expect(t.reshape(x, [-1, 12]).shape).toEqual([2, 12]);
    expect(t.at(t.permute(x, [2, 0, 1]), 3, 1, 2).item()).toBe(23);
    expect(t.at(t.transpose(x), 3, 2, 1).item()).toBe(23);
    expect(t.at(t.swapAxes(x, 0, -1), 3, 2, 1).item()).toBe(23);
    expect(t.squeeze(t.unsqueeze(x, 1), 1).shape).toEqual([2, 3, 4]);
    expect(t.flatten(x, 1).shape).toEqual([2, 12]);
    expect(
      t
        .flip(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        )
        .toArray(),
    ).toEqual([
      [4, 3],
      [2, 1],
    ]);
  });

  it("tiles and broadcasts", () => {
    expect(
      t
        .tile(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          [2, 2],
        )
        .toArray(),
    ).toEqual([
      [1, 2, 1, 2],
      [3, 4, 3, 4],
      [1, 2, 1, 2],
      [3, 4, 3, 4],
    ]);
    expect(t.broadcastTo(tensor([[1], [2]]), [2, 2]).toArray()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(() => t.tile(tensor([1]), [-1])).toThrow("sizes are whole numbers");
  });

  it("joins and splits back", () => {
    const parts = t.split(x, 2, -1);
    expect(parts).toHaveLength(2);
    expect(t.concat([...parts], -1).toArray()).toEqual(x.toArray());
    expect(t.stack([tensor([1, 2]), tensor([3, 4])], 1).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(() => t.concat([tensor([1]), tensor([1], f64)], 0)).toThrow("the dtypes must be equal");
  });

  it("slices, picks, pads", () => {
    expect(t.slice(x, null, [0, 3, 2], [-2, 4]).toArray()).toEqual([
      [
        [2, 3],
        [10, 11],
      ],
      [
        [14, 15],
        [22, 23],
      ],
    ]);
    expect(t.at(x, -1, 0).toArray()).toEqual([12, 13, 14, 15]);
    expect(t.take(tensor([10, 20, 30]), tensor([[2, 0]], { dtype: "int32" })).toArray()).toEqual([[30, 10]]);
    expect(
      t
        .takeAlong(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          tensor([[1], [0]], { dtype: "int32" }),
          -1,
        )
        .toArray(),
    ).toEqual([[2], [3]]);
    expect(t.scatterAdd([3], tensor([0, 2, 0], { dtype: "int32" }), tensor([1, 2, 3])).toArray()).toEqual([4, 0, 2]);
    expect(t.oneHot(tensor([2, 0], { dtype: "int32" }), 3).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(t.pad(tensor([1, 2]), [[1, 2]], 9).toArray()).toEqual([9, 1, 2, 9, 9]);
    expect(t.tril(ones([3, 3])).toArray()).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
    expect(t.triu(ones([3, 3]), 1).toArray()).toEqual([
      [0, 1, 1],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(() => t.tril(ones([3]))).toThrow(
      "tril: a triangle needs rows and columns: expected at least 2 axes, got [3]",
    );
  });
});

describe("products", () => {
  it("of vectors and matrices", () => {
    const a = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(t.matmul(a, tensor([1, 10])).toArray()).toEqual([21, 43, 65]);
    expect(t.matmul(tensor([1, 10, 100]), a).toArray()).toEqual([531, 642]);
    expect(t.matmul(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
    expect(t.dot(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
    expect(t.outer(tensor([1, 2]), tensor([3, 4])).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
  });

  it("pairwiseDistances are exact for near points, with gradient 0 at distance 0", () => {
    const points = tensor([
      [1e4, 0],
      [1e4 + 1, 0],
    ]);
    expect(t.pairwiseDistances(points, points).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(grad((p: Tensor<[2, 2]>) => t.sum(t.pairwiseDistances(p, p)))(points).toArray()).toEqual([
      [-2, 0],
      [2, 0],
    ]);
  });

  it("conv2d and pooling take pairs or one number", () => {
    const image = ones([1, 1, 4, 6]);
    expect(t.at(t.conv2d(image, ones([1, 1, 3, 3]), { padding: [1, 0], stride: [1, 2] }), 0, 0).toArray()).toEqual([
      [6, 6],
      [9, 9],
      [9, 9],
      [6, 6],
    ]);
    expect(t.avgPool2d(image, [2, 3]).shape).toEqual([1, 1, 2, 2]);
    expect(t.maxPool2d(image, 2, { stride: 1 }).shape).toEqual([1, 1, 3, 5]);
  });
});

describe("einsum", () => {
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    f64,
  );
  const b = tensor(
    [
      [5, 6],
      [7, 8],
    ],
    f64,
  );

  it("computes the textbook formulas", () => {
    expect(t.einsum("ij,jk->ik", a, b).toArray()).toEqual(t.matmul(a, b).toArray());
    expect(t.einsum("ij->ji", a).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(t.einsum("ii->", a).item()).toBe(5);
    expect(t.einsum("ii->i", a).toArray()).toEqual([1, 4]);
    expect(t.einsum("i,j->ij", tensor([1, 2]), tensor([3, 4])).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
    expect(t.einsum("ij,ij->", a, b).item()).toBe(70);
    expect(t.einsum("ba", a).data()).toEqual(Float64Array.of(1, 3, 2, 4));
    expect(t.einsum("ij,jk", a, b).data()).toEqual(Float64Array.of(19, 22, 43, 50));
    expect(t.einsum("->", tensor(3)).item()).toBe(3);
    expect(t.einsum("iji,i->j", t.cast(t.reshape(arange(8), [2, 2, 2]), "f64"), tensor([1, 10], f64)).data()).toEqual(
      Float64Array.of(50, 72),
    );
  });

  it("is what the definition says, for random formulas", () => {
    const letters = fc.array(fc.constantFrom("i", "j", "k"), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(fc.constantFrom("i", "j", "k")),
        (terms, wanted) => {
          const result = wanted.filter((letter) => terms.some((term) => term.includes(letter)));
          const sizes: Record<string, number> = { i: 2, j: 3, k: 2 };
          const tensors = terms.map((term, n) =>
            numbered(
              term.map((letter) => sizes[letter] ?? 1),
              n + 1,
            ),
          );
          const formula = `${terms.map((term) => term.join("")).join(",")}->${result.join("")}`;
          expect(Array.from(t.einsum(formula, ...tensors).data())).toEqual(byDefinition(terms, result, sizes, tensors));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("differentiates and maps", () => {
    const loss = (x: Tensor<[2, 2], "f64">): Tensor<[], "f64"> => t.einsum("ij,jk,ki->", x, b, x);
    const expected = t.add(t.transpose(t.matmul(b, a)), t.transpose(t.matmul(a, b)));
    expect(grad(loss)(a).toArray()).toEqual(expected.toArray());
    expect(vmap((row: Tensor<[2], "f64">) => t.einsum("i,i->", row, row))(a).toArray()).toEqual([5, 25]);
  });

  it("says what is wrong with a formula", () => {
    expect(() => t.einsum("i1->i" as string, a)).toThrow('einsum: cannot read the formula "i1->i"');
    expect(() => t.einsum("ij->ii" as string, a)).toThrow('a letter stands twice in the result of "ij->ii"');
    expect(() => t.einsum("ij,jk->ik" as string, a)).toThrow(
      "einsum: there must be one term per tensor: expected tensors for ij,jk->ik, got 1",
    );
    expect(() => t.einsum("ij,jk->ik" as string, a, eye(3, f64))).toThrow(
      "einsum: axis j has two sizes: expected size 2 in jk, got [3, 3]",
    );
  });
});

/** A tensor of whole numbers. */
function numbered(shape: readonly number[], seed: number): Tensor<readonly number[], "f64"> {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, (_, i) => ((i * 7 + seed * 3) % 11) - 5);
  return t.reshape(tensor(values), shape);
}

/** Einstein's sum by the loop over all places that defines it. */
function byDefinition(
  terms: readonly (readonly string[])[],
  result: readonly string[],
  sizes: Readonly<Record<string, number>>,
  tensors: readonly AnyTensor[],
): number[] {
  const names = ["i", "j", "k"].filter((letter) => terms.some((term) => term.includes(letter)));
  const place = (letters: readonly string[], at: Readonly<Record<string, number>>): number =>
    letters.reduce((offset, letter) => offset * (sizes[letter] ?? 1) + (at[letter] ?? 0), 0);
  const output = new Array<number>(result.reduce((product, letter) => product * (sizes[letter] ?? 1), 1)).fill(0);
  const data = tensors.map((x) => x.data());
  const visit = (rest: readonly string[], at: Readonly<Record<string, number>>): void => {
    const [letter, ...others] = rest;
    if (letter === undefined) {
      const product = terms.reduce((value, term, n) => value * (data[n]?.[place(term, at)] ?? Number.NaN), 1);
      output[place(result, at)] = (output[place(result, at)] ?? 0) + product;
      return;
    }
    for (let index = 0; index < (sizes[letter] ?? 1); index += 1) visit(others, { ...at, [letter]: index });
  };
  visit(names, {});
  return output;
}

describe("casts", () => {
  it("convert and say so in the type", () => {
    const x: Tensor<[3], "int32"> = t.cast(tensor([1.9, -1.9, 3e10]), "int32");
    expect(x.toArray()).toEqual([1, -1, 2 ** 31 - 1]);
    expect(x).toBeInstanceOf(Tensor);
    expect(
      t
        .ceil(tensor([1.2, -1.2]))
        .toArray()
        .map((value) => value + 0),
    ).toEqual([2, -1]);
  });
});
