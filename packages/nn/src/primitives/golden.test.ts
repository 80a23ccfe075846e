import { describe, expect, it } from "vitest";
import { grad, vjp } from "../autograd/transforms.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, mul, sum } from "./index.ts";
import { byReference, difference, functionOf, type GoldenCase, goldenCases, tensorOf, titleOf } from "./test-golden.ts";

const cases = goldenCases();
const differentiable = cases.filter(({ gradients }) => gradients !== undefined);
const twice = cases.filter(({ seconds }) => seconds !== undefined);

/** Rounding that this case's arithmetic lets through: numbers far from 0 lose digits when their mean is subtracted. */
function tolerance(dtype: FloatDType, { op, note }: GoldenCase): number {
  const digits = op === "layerNorm" && note === "far from 0" ? 1e3 : 1;
  return (dtype === "float" ? 4e-6 : 1e-13) * digits;
}

/** The inputs of floats put in among those of whole numbers. */
function withFloats({ inputs }: GoldenCase, floats: readonly AnyTensor[]): AnyTensor[] {
  let next = 0;
  return inputs.map((input) => {
    if (input.dtype === "int32") return tensorOf(input, "f64");
    next += 1;
    return floats[next - 1]!;
  });
}

/** Cotangents of the inputs of floats. */
function cotangents(golden: GoldenCase, floats: AnyTensor[], g: AnyTensor): AnyTensor[] {
  const f = functionOf(golden);
  return vjp((xs: AnyTensor[]) => f(withFloats(golden, xs)), floats).pullback(g);
}

function floatsOf(golden: GoldenCase, dtype: FloatDType): AnyTensor[] {
  return golden.inputs.filter((input) => input.dtype !== "int32").map((input) => tensorOf(input, dtype));
}

describe.each(["float", "f64"] as const)("values in %s are PyTorch's", (dtype) => {
  it.each(cases.map((golden) => [titleOf(golden), golden] as const))("%s", (_, golden) => {
    const inputs = golden.inputs.map((input) => tensorOf(input, dtype));
    const f = functionOf(golden);
    expect(difference(f(inputs), golden.output)).toBeLessThanOrEqual(tolerance(dtype, golden));
    expect(difference(byReference(f, inputs), golden.output)).toBeLessThanOrEqual(tolerance(dtype, golden));
  });
});

describe.each(["float", "f64"] as const)("gradients in %s are PyTorch's", (dtype) => {
  it.each(differentiable.map((golden) => [titleOf(golden), golden] as const))("%s", (_, golden) => {
    const found = cotangents(golden, floatsOf(golden, dtype), tensorOf(golden.cotangent!, dtype));
    found.forEach((gradient, i) => {
      expect(difference(gradient, golden.gradients![i]!)).toBeLessThanOrEqual(4 * tolerance(dtype, golden));
    });
  });
});

describe("second derivatives in f64 are PyTorch's", () => {
  it.each(twice.map((golden) => [titleOf(golden), golden] as const))("%s", (_, golden) => {
    const vectors = golden.vectors!.map((v) => tensorOf(v, "f64"));
    const product = (all: AnyTensor[]): AnyTensor => {
      const found = cotangents(golden, all.slice(0, -1), all.at(-1)!);
      return found.map((gradient, i) => sum(mul(gradient, vectors[i]!))).reduce(add);
    };
    const found = grad(product as never)([
      ...floatsOf(golden, "f64"),
      tensorOf(golden.cotangent!, "f64"),
    ]) as AnyTensor[];
    found.forEach((second, i) => {
      expect(difference(second, golden.seconds![i]!)).toBeLessThanOrEqual(20 * tolerance("f64", golden));
    });
  });
});
