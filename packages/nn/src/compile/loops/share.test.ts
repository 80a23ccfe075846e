import { describe, expect, it } from "vitest";
import { tanh } from "../../primitives/index.ts";
import { tensor } from "../../tensor/create.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { compile } from "../compile.ts";
import type { LoopProgram } from "./program.ts";
import { shareLoop } from "./share.ts";

/** c + x, read from one place and written to another. */
function sumWith(value: number, from: number, to: number): LoopProgram {
  const access = { strides: [1], dtype: "float" } as const;
  return {
    shape: [8],
    values: [
      { kind: "constant", value, dtype: "float" },
      { kind: "load", access: { ptr: from, ...access } },
      { kind: "compute", name: "add", inputs: [0, 1], dtype: "float" },
    ],
    stores: [{ value: 2, access: { ptr: to, ...access } }],
    reductions: [],
  };
}

describe("shareLoop", () => {
  it("gives one key to loops that differ in their places", () => {
    const [one, other] = [shareLoop(sumWith(1, 64, 128)), shareLoop(sumWith(1, 640, 0))];
    expect(other.key).toBe(one.key);
    expect([one.places, other.places]).toEqual([
      [{ ptr: 64 }, { ptr: 128 }],
      [{ ptr: 640 }, { ptr: 0 }],
    ]);
  });

  it("tells numbers apart that are one in JSON", () => {
    const keys = [0, -0, Number.NaN, Infinity, -Infinity].map((value) => shareLoop(sumWith(value, 64, 128)).key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("keeps apart what is updated in place and what is not", () => {
    const inPlace = shareLoop(sumWith(1, 64, 64));
    expect(inPlace.places).toHaveLength(1);
    expect(inPlace.key).not.toBe(shareLoop(sumWith(1, 64, 128)).key);
  });
});

describe("loops of a plan", () => {
  const codeBytes = (count: number): number => {
    const inputs = Array.from({ length: count }, (_, i) => tensor([i, i + 0.5, -i]));
    const compiled = compile((xs: AnyTensor[]) => xs.map((x) => tanh(x)));
    expect(compiled(inputs).map((y) => y.toArray())).toEqual(inputs.map((x) => tanh(x).toArray()));
    return compiled.plans()[0]?.plan.figures.codeBytes ?? 0;
  };

  it("are one function when they are alike", () => {
    // A call takes some 30 bytes, its loop some 80.
    expect(codeBytes(9) - codeBytes(2)).toBeLessThan(7 * 40);
  });
});
