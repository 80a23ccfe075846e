import { describe, expect, it } from "vitest";
import { arange, eye, full, linspace, ones, tensor, tensorND, zeros } from "../tensor/create.ts";
import * as ops from "./index.ts";

const x = zeros([2, 3]);
const images = zeros([1, 1, 4, 4]);
/** What no type lets pass, as JavaScript would give it. */
const wrong = { kepDims: true } as object as never;

describe("an option that there is not", () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    tensor: () => tensor([1], wrong),
    tensorND: () => tensorND([1], [1], wrong),
    full: () => full([1], 1, wrong),
    eye: () => eye(2, wrong),
    arange: () => arange(2, wrong),
    linspace: () => linspace(0, 1, 3, wrong),
    sum: () => ops.sum(x, 0, wrong),
    mean: () => ops.mean(x, 0, wrong),
    variance: () => ops.variance(x, 0, wrong),
    std: () => ops.std(x, 0, wrong),
    max: () => ops.max(x, 0, wrong),
    min: () => ops.min(x, 0, wrong),
    logsumexp: () => ops.logsumexp(x, 0, wrong),
    norm: () => ops.norm(x, 0, wrong),
    gelu: () => ops.gelu(x, wrong),
    conv2d: () => ops.conv2d(images, zeros([1, 1, 3, 3]), wrong),
    maxPool2d: () => ops.maxPool2d(images, 2, wrong),
    avgPool2d: () => ops.avgPool2d(images, 2, wrong),
  };

  it.each(Object.entries(calls))("is refused by %s", (name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: "tensor/unknown-option" }));
    expect(call).toThrow(`${name}: unknown option "kepDims"; `);
  });

  it("is told the name that it resembles", () => {
    expect(() => ops.sum(x, 0, wrong)).toThrow('sum: unknown option "kepDims"; did you mean "keepDims"?');
  });
});

describe("an element type that there is not", () => {
  it.each([() => tensor([1], { dtype: "f16" as never }), () => ones([1], { dtype: "f16" as never })])(
    "is refused before memory is asked for: %#",
    (call) => {
      expect(call).toThrow(/dtype must be "float" or "f64" or "int32", got "f16"/);
      expect(tensor([1, 2]).toArray()).toEqual([1, 2]);
    },
  );
});
