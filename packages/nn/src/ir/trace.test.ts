import { describe, expect, it } from "vitest";
import * as p from "../primitives/index.ts";
import { trace } from "./trace.ts";

describe("trace", () => {
  it("makes a number once for each element type, and tells −0 from 0", () => {
    const numbers = [2, 0, -0, 2, Number.NaN, -0, Number.NaN, 0];
    const { outputs, instructions } = trace([], () => [
      ...numbers.map((number) => p.scalar(number, "float")),
      p.scalar(2, "f64"),
      p.fill([1], 2, "float"),
    ]);
    const madeBy = new Map(instructions.map(({ output, attributes }) => [output, attributes]));
    expect(outputs.map((output) => madeBy.get(output))).toEqual([
      ...numbers.map((value) => ({ shape: [], value, dtype: "float" })),
      { shape: [], value: 2, dtype: "f64" },
      { shape: [1], value: 2, dtype: "float" },
    ]);
    // −0 is made each time.
    expect(instructions).toHaveLength(3 + 2 + 1 + 1);
  });
});
