import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import { add, floor, mul, square, sum } from "../ops/index.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { customVjp, grad, jvp, stopGradient, vmap } from "./transforms.ts";

type Number64 = Tensor<[], "f64">;
const number = (value: number): Number64 => tensor(value, { dtype: "f64" });

/** x² with three times its gradient. */
const tripled = customVjp(
  (x: Number64) => square(x),
  (g, [x]) => [mul(g, mul(x, 6))],
);

describe("customVjp", () => {
  it("replaces the derivative, in all transforms", () => {
    expect(tripled(number(2)).item()).toBe(4);
    expect(grad(tripled)(number(2)).item()).toBe(12);
    expect(jvp(tripled, number(2), number(1)).tangent.item()).toBe(12);
    // The rule itself is differentiated: d/dx 6x.
    expect(grad((x: Number64) => grad(tripled)(x))(number(2)).item()).toBe(6);
  });

  it("stays in place through vmap and compile, with the gradient inside or outside", () => {
    const xs: Tensor<[number], "f64"> = tensor([1, 2, 3], { dtype: "f64" });
    expect(vmap(grad(tripled))(xs).toArray()).toEqual([6, 12, 18]);
    const outside = grad((v: Tensor<[number], "f64">) => sum(vmap(tripled)(v)));
    expect(outside(xs).toArray()).toEqual([6, 12, 18]);
    expect(compile(outside)(xs).toArray()).toEqual([6, 12, 18]);
    const pair = grad((v: Tensor<[number], "f64">) => sum(vmap((x: Number64) => grad(tripled)(x))(v)));
    expect(pair(xs).toArray()).toEqual([6, 6, 6]);
  });

  it("gives each argument its own gradient, or none; shared ones get the sum over examples", () => {
    const product = customVjp(
      (a: Number64, b: Number64) => mul(a, b),
      (g, [, b]) => [mul(g, b), undefined],
    );
    const both = grad(({ a, b }: { a: Number64; b: Number64 }) => product(a, b))({ a: number(2), b: number(5) });
    expect([both.a.item(), both.b.item()]).toEqual([5, 0]);
    const shared = grad((a: Number64) =>
      sum(vmap((b: Number64) => product(a, b))(tensor([1, 2, 3], { dtype: "f64" }))),
    );
    expect(shared(number(2)).item()).toBe(6);
  });

  it("makes a straight-through estimator", () => {
    const round = customVjp(
      (x: Tensor<[3]>) => floor(add(x, 0.5)),
      (g) => [g],
    );
    expect(grad((x: Tensor<[3]>) => sum(square(round(x))))(tensor([0.2, 0.6, 1.7])).toArray()).toEqual([0, 2, 4]);
  });

  it("refuses tracked tensors from outside and cotangents unlike the argument", () => {
    const closed = (w: Number64): Number64 =>
      customVjp(
        (x: Number64) => mul(x, w),
        (g) => [g],
      )(w);
    expect(() => grad(closed)(number(1))).toThrow(
      "pass the tensor as an argument, or stop its gradient with stopGradient",
    );
    const stopped = (w: Number64): Number64 =>
      customVjp(
        (x: Number64) => mul(x, stopGradient(w)),
        (g) => [g],
      )(w);
    expect(grad(stopped)(number(1)).item()).toBe(1);
    const wrong = customVjp(
      (x: Tensor<[2]>) => sum(x),
      (g) => [g],
    );
    expect(() => grad(wrong)(tensor([1, 2]))).toThrow("expected float[2], got float[]");
  });
});
