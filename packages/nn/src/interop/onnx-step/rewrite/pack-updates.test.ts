import { describe, expect, it } from "vitest";
import { evaluateGraph } from "../../../ir/evaluate.ts";
import { trace } from "../../../ir/trace.ts";
import { add, mul, scalar, square, sub, sum } from "../../../primitives/index.ts";
import { tensorFromData } from "../../../tensor/from-data.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { packUpdates } from "./pack-updates.ts";

const LENGTHS = [3, 5, 3, 1, 5000, 2];
const row = (length: number, seed: number): AnyTensor =>
  tensorFromData(
    Array.from({ length }, (_, i) => Math.sin(i * 1.7 + seed)),
    [length],
    "float",
  );
const rows = LENGTHS.map(row);
const shared = row(3, 9);

/** Each row minus a part of its square and itself; the two rows of length 3 meet a third one besides. */
function updated(given: readonly AnyTensor[]): readonly AnyTensor[] {
  const factor = mul(sum(given[0] ?? shared), scalar(0.1, "float"));
  return given.slice(0, LENGTHS.length).map((x) => {
    const next = sub(x, mul(add(square(x), x), factor));
    return x.shape[0] === 3 ? add(next, given.at(-1) ?? shared) : next;
  });
}

describe("packUpdates", () => {
  const inputs = [...rows, shared];
  const graph = trace(inputs, updated);
  const packed = packUpdates(graph);
  const count = (name: string, { instructions } = packed): number =>
    instructions.filter(({ primitive }) => primitive.name === name).length;

  it("gives the same numbers", () => {
    const of = (which: typeof graph): Float32Array[] =>
      evaluateGraph(which, inputs).map((tensor) => Float32Array.from(tensor.data()));
    expect(of(packed)).toEqual(of(graph));
  });

  it("does to short rows at once what is alike, and leaves long ones alone", () => {
    expect([count("square", graph), count("sub", graph)]).toEqual([6, 6]);
    expect([count("square"), count("sub")]).toEqual([2, 2]);
    // Two alike are too few.
    expect(count("add")).toBe(2 + 2);
  });

  it("leaves alone what something else needs", () => {
    const needed = trace([row(2, 1)], ([x = shared]) => [sum(square(x)), square(x), square(x), square(x), square(x)]);
    expect(packUpdates(needed).instructions.filter(({ primitive }) => primitive.name === "square")).toHaveLength(2);
  });
});
