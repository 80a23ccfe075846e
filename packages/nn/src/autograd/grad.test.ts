import { describe, expect, it } from "vitest";
import { engine } from "../engine/engine.ts";
import { add, at, exp, mul, sin, square, sum } from "../ops/index.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tape } from "./tape.ts";
import {
  checkpoint,
  customVjp,
  grad,
  hessian,
  jacobian,
  jacobianForward,
  jvp,
  type Scalar,
  scope,
  stopGradient,
  valueAndGrad,
  valueGradAux,
  vjp,
  vmap,
} from "./transforms.ts";

type Number64 = Tensor<[], "f64">;

const number = (value: number): Number64 => tensor(value, { dtype: "f64" });

describe("grad", () => {
  it("differentiates by the first argument, a pack of any structure", () => {
    const fn = ({ w, b }: { w: Tensor<[2]>; b: readonly [Tensor<[]>] }, x: Tensor<[2]>): Scalar =>
      add(sum(mul(mul(w, w), x)), b[0]);
    const found = grad(fn)({ w: tensor([1, 2]), b: [tensor(5)] }, tensor([3, 4]));
    expect(found.w.toArray()).toEqual([6, 16]);
    expect(found.b[0].item()).toBe(1);
  });

  it("gives zeros for what the result does not depend on", () => {
    const found = grad(({ a }: { a: Tensor<[]>; unused: Tensor<[2]> }) => mul(a, a))({
      a: tensor(3),
      unused: tensor([1, 1]),
    });
    expect(found.unused.toArray()).toEqual([0, 0]);
    expect(grad((_: Tensor<[2]>) => tensor(1))(tensor([1, 2])).toArray()).toEqual([0, 0]);
  });

  it("gives the value, and what else is returned, beside the gradient", () => {
    const {
      value,
      grad: gradient,
      aux,
    } = valueGradAux((x: Tensor<[2]>) => ({ value: sum(square(x)), aux: { doubled: mul(x, 2), note: "seen" } }))(
      tensor([1, 2]),
    );
    expect([value.item(), gradient.toArray(), aux.doubled.toArray(), aux.note]).toEqual([5, [2, 4], [2, 4], "seen"]);
    expect(valueAndGrad((x: Tensor<[]>) => square(x))(tensor(3)).value.item()).toBe(9);
  });

  it("uses the same tensor twice, and a result that is the argument itself", () => {
    expect(grad((x: Tensor<[]>) => x)(tensor(3)).item()).toBe(1);
    const x = tensor(3);
    const { a, b } = grad(({ a, b }: { a: Tensor<[]>; b: Tensor<[]> }) => mul(a, square(b)))({ a: x, b: x });
    expect([a.item(), b.item()]).toEqual([9, 18]);
  });
});

describe("nested derivatives", () => {
  it("do not mix: d/dx x·(d/dy (x + y)) is 1 (perturbation confusion, Siskind & Pearlmutter 2005)", () => {
    const fn = (x: Number64): Number64 => mul(x, grad((y: Number64) => add(x, y))(number(1)));
    expect(grad(fn)(number(1)).item()).toBe(1);
    const forward = (x: Number64): Number64 => mul(x, jvp((y: Number64) => add(x, y), number(1), number(1)).tangent);
    expect(jvp(forward, number(1), number(1)).tangent.item()).toBe(1);
    expect(grad(forward)(number(1)).item()).toBe(1);
  });

  it("flow through what the inner function takes from outside", () => {
    // d/dx [d/dy x·y² at y = 3] = 6, and d/dx [d/dy (xy)² at y = x] = d/dx 2x³ = 6x².
    expect(grad((x: Number64) => grad((y: Number64) => mul(x, square(y)))(number(3)))(number(5)).item()).toBe(6);
    expect(grad((x: Number64) => grad((y: Number64) => square(mul(x, y)))(x))(number(2)).item()).toBe(24);
  });

  it("work in every order", () => {
    const third = grad((x: Number64) => grad((y: Number64) => grad((z: Number64) => exp(mul(z, 2)))(y))(x));
    expect(third(number(0)).item()).toBeCloseTo(8, 12);
    let derivative = (x: Number64): Number64 => sin(x);
    for (let order = 0; order < 5; order += 1) {
      const before = derivative;
      derivative = (x) => grad(before)(x);
    }
    expect(derivative(number(1)).item()).toBeCloseTo(Math.cos(1), 12);
  });

  it("differentiate through a pullback that was made outside, and one that is called later", () => {
    const { pullback } = vjp((x: Number64) => mul(x, square(x)), number(2));
    expect(grad((c: Number64) => square(pullback(c)))(number(1)).item()).toBe(2 * 12 * 12);
    expect(
      grad((x: Number64) => vjp((y: Number64) => mul(y, square(y)), x).pullback(number(1)))(number(2)).item(),
    ).toBe(12);
  });
});

describe("stopGradient", () => {
  it("makes a constant of a value", () => {
    expect(grad((x: Number64) => mul(x, stopGradient(x)))(number(3)).item()).toBe(3);
    expect(grad((x: Number64) => grad((y: Number64) => mul(stopGradient(y), mul(x, y)))(x))(number(3)).item()).toBe(3);
  });
});

describe("vjp", () => {
  it("can pull back again and again", () => {
    const { value, pullback } = vjp((x: Tensor<[2]>) => ({ s: sum(x), q: square(x) }), tensor([1, 2]));
    expect(value.s.item()).toBe(3);
    const of = (s: number, q: [number, number]): number[] =>
      Array.from(pullback({ s: tensor(s), q: tensor(q) }).data());
    expect([of(1, [0, 0]), of(0, [1, 1]), of(1, [1, 0])]).toEqual([
      [1, 1],
      [2, 4],
      [3, 1],
    ]);
  });

  it("refuses cotangents unlike the value", () => {
    const { pullback } = vjp((x: Tensor<[2]>) => square(x), tensor([1, 2]));
    expect(() => pullback(tensor([1, 2, 3]) as never)).toThrow(
      "the cotangent must have the shape of the value: expected [2], got [3]",
    );
    expect(() => pullback(tensor([1, 2], { dtype: "f64" }) as never)).toThrow("expected float, got f64");
    expect(() => jvp((x: Tensor<[2]>) => x, tensor([1, 2]), tensor([1]) as never)).toThrow(
      "the tangent must have the shape",
    );
  });
});

describe("what cannot be differentiated", () => {
  it("is refused at once when it is no function", () => {
    const makers = { grad, valueAndGrad, valueGradAux, jacobian, jacobianForward, hessian, checkpoint, vmap };
    for (const [name, maker] of Object.entries<(fn: never) => unknown>(makers)) {
      const error = expect.objectContaining({ code: "tensor/not-a-function" });
      expect(() => maker(5 as never)).toThrow(error);
      expect(() => maker(5 as never)).toThrow(
        `${name} takes a function of tensors, such as (x) => sum(mul(x, x)); got 5`,
      );
    }
    expect(() => customVjp((x: Number64) => x, 5 as never)).toThrow("the rule of customVjp takes a function");
    expect(() => vjp(5 as never, number(1))).toThrow("vjp takes a function");
    expect(() => jvp(5 as never, number(1), number(1))).toThrow("jvp takes a function");
  });

  it("is refused with the way out", () => {
    const vectorResult = (x: Tensor<[2]>) => x as unknown as Scalar;
    expect(() => grad(vectorResult)(tensor([1, 2]))).toThrow(
      "returned shape [2], dtype float. Reduce it with sum or mean, or use vjp",
    );
    expect(() => grad(() => 3 as unknown as Scalar)(tensor(1))).toThrow("this one returned 3");
    expect(() =>
      grad((x: Tensor<[2], "int32">) => sum(x) as unknown as Scalar)(tensor([1, 2], { dtype: "int32" })),
    ).toThrow("no gradient flows");
  });

  it("leaves the tape as it was, also after errors", () => {
    const fail = (_: Number64): Scalar => {
      throw new Error("from the function");
    };
    expect(() => grad((x: Number64) => grad(fail)(x))(number(1))).toThrow("from the function");
    expect({ ...tape, nodes: tape.nodes.length }).toEqual({ nodes: 0, level: 0, recording: true });
    expect(grad((x: Number64) => square(x))(number(2)).item()).toBe(4);
  });
});

describe("memory", () => {
  it("of everything but the results is free when the outermost transform ends", () => {
    const x = tensor([1, 2, 3, 4]);
    const before = engine().allocator.usedBytes();
    const gradient = grad((v: Tensor<[4]>) => sum(square(grad((w: Tensor<[4]>) => sum(exp(w)))(v))))(x);
    expect(engine().allocator.usedBytes() - before).toBe(64);
    gradient.dispose();
    expect(engine().allocator.usedBytes()).toBe(before);
    expect(scope(() => at(mul(x, 2), 1).item())).toBe(4);
    expect(engine().allocator.usedBytes()).toBe(before);
  });

  it("that leaks out of a closed transform is an error that says what to do", () => {
    let leaked: Tensor<[]> | undefined;
    grad((x: Tensor<[]>) => {
      leaked = mul(x, 2);
      return square(leaked);
    })(tensor(3));
    expect(() => leaked?.item()).toThrow("this tensor was freed");
    expect(() => leaked && mul(leaked, 2)).toThrow("valueGradAux returns more than the scalar");
    expect(String(leaked)).toBe("Tensor float[] (freed)");
  });
});
