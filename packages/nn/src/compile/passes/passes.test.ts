import { describe, expect, it } from "vitest";
import type { Graph } from "../../ir/graph.ts";
import { showGraph } from "../../ir/show.ts";
import { trace } from "../../ir/trace.ts";
import * as p from "../../primitives/index.ts";
import type { Abstract } from "../../primitives/primitive.ts";
import type { Shape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { mergeCommonSubexpressions } from "./common-subexpressions.ts";
import { removeDeadCode } from "./dead-code.ts";
import { foldConstants } from "./fold-constants.ts";
import { ownOutputs } from "./own-outputs.ts";
import { simplify } from "./simplify.ts";

/** The graph of a function of float tensors of these shapes. */
function graphOf(shapes: readonly Shape[], fn: (...args: AnyTensor[]) => AnyTensor | AnyTensor[]): Graph {
  const inputs = shapes.map((shape): Abstract => ({ shape, dtype: "float" }));
  return trace(inputs, (args) => [fn(...args)].flat());
}

/** Names of the instructions that are left once nobody-needs-it is gone. */
function left(graph: Graph): string[] {
  return removeDeadCode(graph).instructions.map(({ primitive }) => primitive.name);
}

const scalar = (value: number): AnyTensor => p.scalar(value, "float");

describe("removeDeadCode", () => {
  it("leaves what outputs need, and the inputs", () => {
    const graph = graphOf([[2], [2]], (x, y) => {
      p.exp(p.neg(x!));
      p.add(y!, p.iota([2], 0, "float"));
      return p.sin(x!);
    });
    const clean = removeDeadCode(graph);
    expect(left(clean)).toEqual(["sin"]);
    expect(clean.inputs).toHaveLength(2);
  });

  it("lets constants go that nobody reads", () => {
    const constant = p.fill([2], 1, "float");
    const graph = graphOf([[2]], (x) => {
      p.add(x!, constant);
      return x!;
    });
    expect(removeDeadCode(graph).constants.size).toBe(0);
  });
});

describe("mergeCommonSubexpressions", () => {
  it("merges equal instructions, and then what is computed from them", () => {
    const graph = graphOf([[2]], (x) => p.add(p.exp(p.neg(x!)), p.exp(p.neg(x!))));
    expect(left(mergeCommonSubexpressions(graph))).toEqual(["neg", "exp", "add"]);
  });

  it("tells attributes apart: −0 from 0, NaN from Infinity", () => {
    const numbers = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 0, Number.NaN];
    const graph = graphOf([], () => numbers.map(scalar));
    expect(left(mergeCommonSubexpressions(graph))).toHaveLength(4);
  });

  it("computes again what is behind a barrier", () => {
    const graph = graphOf([[2]], (x) => [p.exp(p.barrier(x!)), p.exp(p.barrier(x!)), p.exp(x!)]);
    expect(left(mergeCommonSubexpressions(graph)).filter((name) => name === "exp")).toHaveLength(3);
  });
});

describe("foldConstants", () => {
  it("computes chains of single numbers, each rounded as the element type rounds", () => {
    const graph = graphOf([[2]], (x) =>
      p.mul(x!, p.div(p.add(scalar(1), scalar(1e-9)), p.broadcastTo(scalar(3), [2]))),
    );
    const folded = removeDeadCode(foldConstants(graph));
    expect(left(folded)).toEqual(["fill", "mul"]);
    expect(showGraph(folded)).toContain(`value: ${Math.fround(1 / 3)}`);
  });

  it("computes tensors that depend on no input, but nothing behind a barrier", () => {
    const weight = p.iota([3, 2], 0, "float");
    const graph = graphOf([[2]], (x) => [
      p.matmul(p.reshape(x!, [1, 2]), p.transpose(weight)),
      p.exp(p.barrier(p.iota([3], 0, "float"))),
    ]);
    const folded = removeDeadCode(foldConstants(graph));
    expect(left(folded)).toEqual(["reshape", "matmul", "barrier", "exp"]);
    expect([...folded.constants.values()].map((tensor) => tensor.toArray())).toContainEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it("makes single numbers of tensors with one element", () => {
    const rate = p.mul(scalar(0.5), scalar(0.5));
    const folded = foldConstants(graphOf([[2]], (x) => p.mul(x!, rate)));
    expect(showGraph(removeDeadCode(folded))).toContain("value: 0.25");
  });
});

describe("simplify", () => {
  const x: Shape = [2, 3];

  it.each<[string, (x: AnyTensor) => AnyTensor]>([
    ["x·1", (a) => p.mul(a, scalar(1))],
    ["1·x", (a) => p.mul(scalar(1), a)],
    ["x/1", (a) => p.div(a, scalar(1))],
    ["x−0", (a) => p.sub(a, scalar(0))],
    ["x+(−0)", (a) => p.add(a, scalar(-0))],
    ["x¹", (a) => p.pow(a, scalar(1))],
    ["−(−x)", (a) => p.neg(p.neg(a))],
    ["two transposes", (a) => p.transpose(p.transpose(a))],
    ["reshape there and back", (a) => p.reshape(p.reshape(p.reshape(a, [6]), [3, 2]), [2, 3])],
  ])("%s is x", (_, fn) => {
    expect(left(simplify(graphOf([x], (a) => fn(a!))))).toEqual([]);
  });

  it.each<[string, (x: AnyTensor) => AnyTensor]>([
    ["x+0 (−0 becomes 0)", (a) => p.add(a, scalar(0))],
    ["0−x", (a) => p.sub(scalar(0), a)],
    ["x·0 (NaN stays)", (a) => p.mul(a, scalar(0))],
    ["1/x", (a) => p.div(scalar(1), a)],
    ["x·1 with a larger 1", (a) => p.mul(a, p.fill([4, 2, 3], 1, "float"))],
  ])("%s stays", (_, fn) => {
    expect(left(simplify(graphOf([x], (a) => fn(a!))))).toHaveLength(2);
  });

  it("makes one transpose of two", () => {
    const graph = simplify(graphOf([[2, 3, 4]], (a) => p.transpose(p.transpose(a!, [1, 2, 0]), [0, 2, 1])));
    expect(showGraph(removeDeadCode(graph))).toContain("transpose(%0) {perm: [1, 0, 2]}");
  });

  it("makes flags of matmul of transposes in front of it, and takes flags back", () => {
    const graph = graphOf([[4, 2, 3]], (a) => {
      const swapped = p.transpose(a!, [0, 2, 1]);
      return [p.matmul(swapped, a!), p.matmul(a!, swapped), p.matmul(swapped, swapped, { transposeB: true })];
    });
    const text = showGraph(removeDeadCode(simplify(graph)));
    expect(text).not.toContain("transpose(");
    expect(text).toContain("matmul(%0, %0) {transposeA: true, transposeB: false}");
    expect(text).toContain("matmul(%0, %0) {transposeA: false, transposeB: true}");
    expect(text).toContain("matmul(%0, %0) {transposeA: true, transposeB: false}");
  });

  it("takes broadcasts out of elementwise operations where the shape stays", () => {
    const graph = graphOf([[3], [2, 3]], (row, table) => [
      p.add(p.broadcastTo(row!, [2, 3]), table!),
      p.add(p.broadcastTo(row!, [2, 3]), p.broadcastTo(row!, [2, 3])),
    ]);
    expect(left(simplify(graph))).toEqual(["add", "broadcastTo", "add"]);
  });
});

describe("ownOutputs", () => {
  it("copies outputs that are inputs or constants, under any shape, and leaves unchanged states", () => {
    const constant = p.iota([2], 0, "float");
    const graph = graphOf([[2], [2], [2]], (a, b, batch) => [
      a!,
      a!,
      b!,
      p.reshape(batch!, [1, 2]),
      constant,
      p.neg(a!),
    ]);
    const names = ownOutputs(graph, 2).outputs.map(
      (value) => ownOutputs(graph, 2).instructions.find(({ output }) => output.id === value.id)?.primitive.name,
    );
    expect(names).toEqual([undefined, "copy", "copy", "copy", "copy", "neg"]);
  });
});
