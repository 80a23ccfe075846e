import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import { engine } from "../engine/engine.ts";
import { add, matmul, mul, square, sum } from "../ops/index.ts";
import { fromNumbers, tensor, zeros } from "../tensor/create.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { grad, scope, stopGradient, vmap } from "./transforms.ts";

type Vector = Tensor<[number]>;

describe("vmap", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  it("maps the first axis of all arguments unless told otherwise", () => {
    expect(vmap((row: Tensor<[3]>) => sum(row))(x).toArray()).toEqual([6, 15]);
    expect(vmap((a: Vector, b: Vector) => sum(mul(a, b)))(x, x).toArray()).toEqual([14, 77]);
    expect(
      vmap(({ a, b }: { a: Vector; b: Tensor<[]> }) => [mul(a, b), b])({ a: x, b: tensor([10, 100]) }).map(String),
    ).toEqual([
      String(
        tensor([
          [10, 20, 30],
          [400, 500, 600],
        ]),
      ),
      String(tensor([10, 100])),
    ]);
  });

  it("takes other axes, and arguments that are the same for all examples", () => {
    const dot = (a: Vector, b: Vector): Tensor<[]> => sum(mul(a, b));
    expect(vmap(dot, { inAxes: [1, null] })(x, tensor([1, 10])).data()).toEqual(Float32Array.of(41, 52, 63));
    expect(vmap((row: Vector) => mul(row, 2), { inAxes: -2, outAxes: 1 })(x).data()).toEqual(
      Float32Array.of(2, 8, 4, 10, 6, 12),
    );
    expect(vmap(dot, { inAxes: [0, null] })(x, x.shape.length === 2 ? tensor([1, 0, 0]) : x).data()).toEqual(
      Float32Array.of(1, 4),
    );
  });

  it("repeats results that do not depend on the example, and takes one tensor twice", () => {
    expect(vmap((_: Vector) => tensor([7]))(x).toArray()).toEqual([[7], [7]]);
    expect(
      vmap((a: Tensor<[]>, all: AnyTensor) => mul(a, sum(all)), { inAxes: [0, null] })(
        tensor([1, 2]),
        tensor([1, 2]),
      ).data(),
    ).toEqual(Float32Array.of(3, 6));
  });

  it("nests, also over what the outer one maps", () => {
    const outer = vmap((a: Tensor<[]>) => vmap((b: Tensor<[]>) => mul(a, b))(tensor([1, 10])))(tensor([1, 2, 3]));
    expect(outer.toArray()).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    const products = vmap((row: Vector) =>
      vmap((column: Vector) => sum(mul(row, column)), { inAxes: 1 })(zerosPlus(x)),
    )(x);
    expect(products.shape).toEqual([2, 3]);
  });

  it("differentiates through what the function takes from outside", () => {
    const w = tensor([1, 2, 3]);
    const loss = (v: Tensor<[3]>): Tensor<[]> => {
      const doubled = mul(v, 2);
      return sum(vmap((row: Vector) => add(sum(mul(row, doubled)), sum(square(v))))(x));
    };
    expect(grad(loss)(w).toArray()).toEqual([10 + 4, 14 + 8, 18 + 12]);
  });

  it("keeps the ends of gradients: stopGradient of an argument, and of a tensor from outside that is used both ways", () => {
    const ofArgument = grad((v: Vector) => sum(vmap((e: Tensor<[]>) => mul(e, stopGradient(e)))(v)));
    expect(ofArgument(tensor([3, 4])).toArray()).toEqual([3, 4]);
    const ofOutside = grad((w: Tensor<[]>) =>
      sum(vmap((e: Tensor<[]>) => mul(mul(e, w), stopGradient(w)))(tensor([1, 2]))),
    );
    expect(ofOutside(tensor(5)).item()).toBe(15);
  });

  it("is part of a compiled function, with tensors of that function from outside", () => {
    const fn = (v: Tensor<[3]>): Tensor<[number, number]> => vmap((row: Vector) => mul(row, v))(x);
    using compiled = compile(fn);
    expect(compiled(tensor([1, 10, 100])).toArray()).toEqual(fn(tensor([1, 10, 100])).toArray());
  });

  it("gives memory back: constants that the function made belong to the scope around", () => {
    const before = engine().allocator.usedBytes();
    scope(() => vmap((row: Vector) => scope(() => mul(row, tensor([1, 2, 3]))))(x).data());
    expect(engine().allocator.usedBytes()).toBe(before);
  });

  it("says what does not fit", () => {
    expect(() => vmap((a: Vector, b: Vector) => add(sum(a), sum(b)))(x, zeros([3, 3]))).toThrow(
      "vmap: all mapped axes must have one size: expected 2 along axis 0, got [3, 3]",
    );
    expect(() => vmap((a: Vector) => a, { inAxes: [null] })(x)).toThrow(
      "none of the arguments has a tensor with an axis of examples",
    );
    expect(() => vmap((a: Vector) => a, { inAxes: 2 })(x)).toThrow(
      "vmap: there is no axis 2: expected an axis from -2 to 1, got [2, 3]",
    );
    expect(() => vmap((a: Vector) => mul(a, a.data()[0] ?? 0))(x)).toThrow("there are only shapes now");
    expect(() => vmap((a: Vector) => matmul(a, zeros([2, 2])))(x)).toThrow("matmul: the inner sizes must be equal");
  });
});

function zerosPlus(x: AnyTensor): Tensor<[number, number]> {
  return fromNumbers([3, 3], [...x.data(), 7, 8, 9], "float") as AnyTensor as Tensor<[number, number]>;
}
