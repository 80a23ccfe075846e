import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import { mul, reshape, square, sum } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { anyFunction, anyNumbers, difference, LENGTH, numericJacobian, type Vector, vector } from "./test-function.ts";
import { checkpoint, grad, hessian, jacobian, jacobianForward, jvp, scope, vjp, vmap } from "./transforms.ts";

type Rows = Tensor<[number, number], "f64">;

const numbers = (x: { data(): ArrayLike<number> }): number[] => Array.from(x.data());
const loss =
  (fn: (x: Vector) => Vector) =>
  (x: Vector): Tensor<[], "f64"> =>
    sum(square(fn(x)));

/** Runs a law on random functions and places. */
function law(check: (fn: (x: Vector) => Vector, x: number[], u: number[], v: number[]) => void, numRuns = 40): void {
  fc.assert(
    fc.property(anyFunction, anyNumbers, anyNumbers, anyNumbers, (fn, x, u, v) => scope(() => check(fn, x, u, v))),
    { numRuns },
  );
}

describe("transforms of random functions", () => {
  it("grad is the numeric derivative", () => {
    law((fn, x) => {
      const [expected = []] = numericJacobian((at) => [loss(fn)(vector(at)).item()], x);
      expect(difference(numbers(grad(loss(fn))(vector(x))), expected)).toBeLessThan(1e-6);
    });
  });

  it("jvp is the numeric derivative along a tangent, and vjp is its transpose", () => {
    law((fn, x, u, v) => {
      const along = (t: readonly number[]): number[] =>
        numbers(fn(vector(x.map((value, i) => value + (t[0] ?? 0) * (v[i] ?? 0)))));
      const expected = numericJacobian(along, [0]).map(([derivative]) => derivative ?? Number.NaN);
      const { tangent } = jvp(fn, vector(x), vector(v));
      expect(difference(numbers(tangent), expected)).toBeLessThan(1e-6);
      const cotangent = vjp(fn, vector(x)).pullback(vector(u));
      expect(sum(mul(cotangent, vector(v))).item()).toBeCloseTo(sum(mul(tangent, vector(u))).item(), 9);
    });
  });

  it("Jacobians of both modes are the numeric one", () => {
    law((fn, x) => {
      const expected = numericJacobian((at) => numbers(fn(vector(at))), x).flat();
      expect(difference(numbers(jacobian(fn)(vector(x))), expected)).toBeLessThan(1e-6);
      expect(difference(numbers(jacobianForward(fn)(vector(x))), expected)).toBeLessThan(1e-6);
    });
  });

  it("the Hessian is the numeric derivative of the gradient", () => {
    law((fn, x) => {
      const expected = numericJacobian((at) => numbers(grad(loss(fn))(vector(at))), x).flat();
      expect(difference(numbers(hessian(loss(fn))(vector(x))), expected)).toBeLessThan(1e-5);
    });
  });

  it("third derivatives are numeric derivatives of second ones", () => {
    const directional = (fn: (x: Vector) => Tensor<[], "f64">, v: Vector) => (x: Vector) => sum(mul(grad(fn)(x), v));
    law((fn, x, u, v) => {
      const second = directional(directional(loss(fn), vector(u)), vector(v));
      const [expected = []] = numericJacobian((at) => [second(vector(at)).item()], x);
      expect(difference(numbers(grad(second)(vector(x))), expected)).toBeLessThan(1e-4);
    }, 20);
  });

  it("forward over reverse and reverse over forward agree", () => {
    law((fn, x, _, v) => {
      const forwardOverReverse = jvp(grad(loss(fn)), vector(x), vector(v)).tangent;
      const reverseOverForward = grad((at: Vector) => jvp(loss(fn), at, vector(v)).tangent)(vector(x));
      expect(difference(numbers(forwardOverReverse), numbers(reverseOverForward))).toBeLessThan(1e-9);
    });
  });

  it("vmap computes what one example after the other gives, with gradients inside and outside", () => {
    law((fn, x, u, v) => {
      const rows = [x, u, v];
      const matrix = rowsOf(rows);
      const perExample = vmap(grad(loss(fn)))(matrix);
      const expected = rows.flatMap((row) => numbers(grad(loss(fn))(vector(row))));
      expect(difference(numbers(perExample), expected)).toBeLessThan(1e-12);
      const total = grad((m: Rows) => sum(vmap(loss(fn))(m)))(matrix);
      expect(difference(numbers(total), expected)).toBeLessThan(1e-12);
      // grad of vmap of grad: the sum of squared gradients.
      const penalty = (row: Vector): Tensor<[], "f64"> => sum(square(grad(loss(fn))(row)));
      const nested = grad((m: Rows) => sum(vmap(penalty)(m)))(matrix);
      const nestedExpected = rows.flatMap((row) => numbers(grad(penalty)(vector(row))));
      expect(difference(numbers(nested), nestedExpected)).toBeLessThan(1e-12);
    }, 25);
  });

  it("checkpoint changes no bit of any derivative", () => {
    law((fn, x, _, v) => {
      const again = checkpoint(fn);
      expect(numbers(grad(loss(again))(vector(x)))).toEqual(numbers(grad(loss(fn))(vector(x))));
      const second = (f: (at: Vector) => Vector): number[] => numbers(hessian(loss(f))(vector(x)));
      expect(difference(second(again), second(fn))).toBeLessThan(1e-13);
      const tangent = (f: (at: Vector) => Vector): number[] => numbers(jvp(f, vector(x), vector(v)).tangent);
      expect(difference(tangent(again), tangent(fn))).toBeLessThan(1e-13);
    }, 25);
  });

  it("compiled transforms compute what eager ones do", () => {
    law((fn, x, u, v) => {
      const rows = rowsOf([x, u, v]);
      const all = (m: Rows) => ({
        gradients: vmap(grad(loss(checkpoint(fn))))(m),
        hessians: vmap(hessian(loss(fn)))(m),
        outer: grad((n: Rows) => sum(vmap((row: Vector) => jvp(fn, row, row).tangent)(n)))(m),
      });
      const eager = all(rows);
      using compiled = compile(all);
      const found = compiled(rows);
      for (const name of ["gradients", "hessians", "outer"] as const) {
        expect(difference(numbers(found[name]), numbers(eager[name]))).toBeLessThan(1e-11);
      }
    }, 15);
  });
});

/** Vectors below each other. */
function rowsOf(rows: readonly (readonly number[])[]): Rows {
  return reshape(vector(rows.flat()), [-1, LENGTH]);
}
