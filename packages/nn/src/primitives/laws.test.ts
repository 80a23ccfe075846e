import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad, vjp } from "../autograd/transforms.ts";
import { sizeOf } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { expectClose } from "../tensor/test-close.ts";
import { add, cast, floor, mul, scalar, sum, uniform } from "./index.ts";
import { byReference } from "./test-golden.ts";
import { exactProgram, inputsFor, type Program, programOrGradient } from "./test-programs.ts";

const seeds = fc.integer({ min: 0, max: 1_000_000 });
/** Step of central differences: the error of the difference grows with its square, that of rounding with its inverse. */
const STEP = 1e-5;

function randomLike(shape: readonly number[], seed: number): AnyTensor {
  return add(uniform(fromNumbers([2], [1, seed], "int32"), shape, "f64"), scalar(-0.5, "f64"));
}

/** Whole numbers from −50 to 50. */
function round(x: AnyTensor): AnyTensor {
  return floor(mul(x, scalar(100, "f64")));
}

function dot(a: AnyTensor, b: AnyTensor): AnyTensor {
  return sum(mul(a, b));
}

function pullback({ run }: Program, xs: AnyTensor[], g: AnyTensor): AnyTensor[] {
  return vjp((inputs: AnyTensor[]) => run(inputs), xs).pullback(g);
}

/** The directional derivative J·v, by differentiating the pullback (which is linear) by its cotangent. */
function push(program: Program, xs: AnyTensor[], vs: AnyTensor[], like: AnyTensor): AnyTensor {
  const along = (g: AnyTensor): AnyTensor =>
    pullback(program, xs, g)
      .map((dx, i) => dot(dx, vs[i]!))
      .reduce(add);
  return grad(along as never)(mul(like, scalar(0, "f64")) as never) as AnyTensor;
}

/** The directional derivative by central differences. */
function measured({ run }: Program, xs: AnyTensor[], vs: AnyTensor[]): number[] {
  const moved = (by: number): Float64Array =>
    run(xs.map((x, i) => add(x, mul(vs[i]!, scalar(by, "f64"))))).data() as Float64Array;
  const [after, before] = [moved(STEP), moved(-STEP)];
  return Array.from(after, (value, i) => (value - before[i]!) / (2 * STEP));
}

describe("every primitive, and every gradient of one", () => {
  it("has the derivative that differences show, in both directions", () => {
    fc.assert(
      fc.property(programOrGradient, seeds, (program, seed) => {
        const xs = inputsFor(program, "f64", seed);
        const vs = xs.map(({ shape }, i) => randomLike(shape, seed + i));
        const y = program.run(xs);
        const pushed = push(program, xs, vs, y);
        expectClose(pushed.data(), measured(program, xs, vs), { within: 1e-7, of: "largest" });
        const g = randomLike(y.shape, seed + 7);
        const pulled = pullback(program, xs, g)
          .map((dx, i) => dot(dx, vs[i]!))
          .reduce(add);
        expectClose([pulled.item()], [dot(pushed, g).item()], { within: 1e-11, of: "largest" });
      }),
      { numRuns: 600 },
    );
  });

  it("has a gradient that is linear in the cotangent", () => {
    fc.assert(
      fc.property(programOrGradient, seeds, fc.double({ min: -2, max: 2, noNaN: true }), (program, seed, factor) => {
        const xs = inputsFor(program, "f64", seed);
        const { shape } = program.run(xs);
        const [g, h] = [randomLike(shape, seed), randomLike(shape, seed + 1)];
        const together = pullback(program, xs, add(g, mul(h, scalar(factor, "f64"))));
        const [ofG, ofH] = [pullback(program, xs, g), pullback(program, xs, h)];
        together.forEach((dx, i) => {
          expectClose(dx.data(), add(ofG[i]!, mul(ofH[i]!, scalar(factor, "f64"))).data(), {
            within: 1e-12,
            of: "largest",
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it("is computed by kernels as by its reference", () => {
    fc.assert(
      fc.property(
        programOrGradient,
        seeds,
        fc.constantFrom("float" as const, "f64" as const),
        (program, seed, dtype) => {
          const xs = inputsFor(program, dtype, seed);
          const y = program.run(xs);
          const expected = byReference((inputs) => program.run(inputs), xs);
          expect(y.shape).toEqual(expected.shape);
          expect(y.size).toBe(sizeOf(y.shape));
          expectClose(y.data(), expected.data(), { within: dtype === "float" ? 4e-6 : 1e-13, of: "largest" });
        },
      ),
      { numRuns: 400 },
    );
  });

  it("gives the same whole numbers in every element type", () => {
    fc.assert(
      fc.property(exactProgram, seeds, (program, seed) => {
        const whole = (dtype: DType) =>
          program.shapes.map((shape, i) => cast(round(randomLike(shape, seed + i)), dtype));
        // Only floats have a −0, which adding 0 makes 0.
        const plain = (y: AnyTensor): unknown => add(cast(y, "f64"), scalar(0, "f64")).toArray();
        const expected = plain(program.run(whole("f64")));
        for (const dtype of ["float", "int32"] as const) {
          const got = program.run(whole(dtype));
          expect(got.dtype).toBe(dtype);
          expect(plain(got)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});
