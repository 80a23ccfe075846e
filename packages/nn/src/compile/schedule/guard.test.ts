import { describe, expect, it } from "vitest";
import { trace } from "../../ir/trace.ts";
import * as p from "../../primitives/index.ts";
import { schedule } from "./fuse.ts";
import { computeFirst } from "./guard.ts";
import type { Step } from "./schedule.ts";

const nameOf = (step: Step): string =>
  step.kind === "call"
    ? step.instruction.primitive.name
    : [...step.elementwise, ...step.reductions].map(({ primitive }) => primitive.name).join("+");

describe("computeFirst", () => {
  it("puts what a value needs before the rest, both in their order, through other shapes of the same memory", () => {
    const graph = trace([{ shape: [4, 4], dtype: "float" }], ([x]) => {
      const product = p.matmul(x!, x!);
      const other = p.flip(x!, [0]);
      const rest = p.matmul(other, product);
      const seen = p.sum(p.exp(p.reshape(p.matmul(product, x!), [16])));
      return [rest, seen];
    });
    const { schedule: ordered, guardedFrom } = computeFirst(schedule(graph), graph.outputs.slice(1));
    expect(ordered.steps.map(nameOf)).toEqual(["matmul", "matmul", "exp+sum", "flip", "matmul"]);
    expect(guardedFrom).toBe(3);
  });
});
