import { describe, expect, it } from "vitest";
import { vjp } from "../autograd/transforms.ts";
import { compile } from "../compile/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { difference, functionOf, goldenCases, tensorOf, titleOf } from "./test-golden.ts";

// Compiled chains round f32 at other places than eager kernels do, and their exponential is another polynomial.
const TOLERANCE = 1e-5;
const cases = goldenCases().filter(({ note }) => note !== "far from 0");

describe("compiled in float, values and gradients are PyTorch's", () => {
  it.each(cases.map((golden) => [titleOf(golden), golden] as const))("%s", (_, golden) => {
    const f = functionOf(golden);
    const inputs = golden.inputs.map((input) => tensorOf(input, "float"));
    if (golden.cotangent === undefined || inputs.some((x) => x.dtype === "int32")) {
      expect(difference(compile((xs: AnyTensor[]) => f(xs))(inputs), golden.output)).toBeLessThanOrEqual(TOLERANCE);
      return;
    }
    const both = compile((xs: AnyTensor[], g: AnyTensor) => {
      const { value, pullback } = vjp((at: AnyTensor[]) => f(at), xs);
      return { value, gradients: pullback(g) };
    });
    const { value, gradients } = both(inputs, tensorOf(golden.cotangent, "float"));
    expect(difference(value, golden.output)).toBeLessThanOrEqual(TOLERANCE);
    gradients.forEach((gradient, i) => {
      expect(difference(gradient, golden.gradients![i]!)).toBeLessThanOrEqual(4 * TOLERANCE);
    });
  });
});
