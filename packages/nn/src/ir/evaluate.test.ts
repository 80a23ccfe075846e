import { describe, expect, it } from "vitest";
import { grad } from "../autograd/transforms.ts";
import { add } from "../primitives/binary.ts";
import { fill } from "../primitives/create.ts";
import { evaluateGraph } from "./evaluate.ts";
import { showGraph } from "./show.ts";
import { trace } from "./trace.ts";

const pair = { shape: [2], dtype: "float" } as const;
const doubled = trace([pair], ([x]) => [add(x as never, x as never)]);

describe("evaluateGraph", () => {
  it("computes what the traced function computes, constants included", () => {
    const constant = fill([2], 10, "float");
    const graph = trace([pair], ([x]) => [add(x as never, constant), x as never]);
    const [sum, same] = evaluateGraph(graph, [fill([2], 3, "float")]);
    expect(sum?.toArray()).toEqual([13, 13]);
    expect(same?.toArray()).toEqual([3, 3]);
  });

  it("is differentiated through", () => {
    const scalar = trace([{ shape: [], dtype: "float" }], ([x]) => [add(x as never, x as never)]);
    const slope = grad((x: never) => evaluateGraph(scalar, [x])[0] as never)(fill([], 3, "float") as never) as never;
    expect((slope as { item(): number }).item()).toBe(2);
  });

  it("emits the instructions again inside of a trace", () => {
    const again = trace([pair], (inputs) => evaluateGraph(doubled, inputs));
    expect(showGraph(again)).toBe(showGraph(doubled));
  });

  it("refuses inputs of other shapes, and names both", () => {
    expect(() => evaluateGraph(doubled, [fill([3], 0, "float")])).toThrow("inputs float[2]; got float[3]");
    expect(() => evaluateGraph(doubled, [])).toThrow("inputs float[2]; got none");
  });
});

describe("showGraph", () => {
  it("shows inputs, constants, instructions and outputs", () => {
    const constant = fill([2], 10, "float");
    const graph = trace([pair], ([x]) => [add(add(x as never, constant), fill([2], -0, "float"))]);
    expect(showGraph(graph)).toBe(
      [
        "(%0: float[2]) {",
        "  %1: float[2] = constant",
        "  %2: float[2] = add(%0, %1)",
        '  %3: float[2] = fill() {shape: [2], value: -0, dtype: "float"}',
        "  %4: float[2] = add(%2, %3)",
        "  return %4",
        "}",
      ].join("\n"),
    );
  });
});
