import { describe, expect, it } from "vitest";
import { optimize } from "../../../compile/passes/optimize.ts";
import type { Graph, Instruction } from "../../../ir/graph.ts";
import { trace } from "../../../ir/trace.ts";
import { add, erf, matmul, mul, reshape, scalar, transpose } from "../../../primitives/index.ts";
import { tensorFromData } from "../../../tensor/from-data.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { rewriteForRuntime } from "./index.ts";
import { SCALED_PRODUCT } from "./scaled-product.ts";

const matrix = (rows: number, columns: number): AnyTensor =>
  tensorFromData(new Float32Array(rows * columns).fill(1), [rows, columns], "float");
const number = (value: number): AnyTensor => scalar(value, "float");
const rewritten = (fn: (x: AnyTensor, w: AnyTensor) => readonly AnyTensor[]): Graph =>
  optimize(
    rewriteForRuntime(optimize(trace([matrix(6, 4), matrix(4, 8)], ([x, w]) => fn(x as AnyTensor, w as AnyTensor)))),
  );
const names = ({ instructions }: Graph): readonly string[] => instructions.map(({ primitive }) => primitive.name);
const product = ({ instructions }: Graph): Instruction | undefined =>
  instructions.find(({ primitive }) => primitive.name === SCALED_PRODUCT);

describe("products that are multiplied with numbers", () => {
  it("take the number along, past changes of shape and order", () => {
    const graph = rewritten((x, w) => [mul(transpose(reshape(matmul(x, w), [2, 3, 8]), [1, 0, 2]), number(0.5))]);
    expect(names(graph)).toEqual([SCALED_PRODUCT, "reshape", "transpose"]);
    expect(product(graph)?.attributes).toMatchObject({ alpha: 0.5, beta: 0.5 });
    expect(graph.outputs[0]?.shape).toEqual([3, 2, 8]);
  });

  it("leave the row that is added alone when only an operand is multiplied", () => {
    const row = tensorFromData(new Float32Array(8).fill(1), [8], "float");
    const graph = rewritten((x, w) => [add(matmul(mul(x, number(3)), w), row)]);
    expect(names(graph)).toEqual([SCALED_PRODUCT]);
    expect(product(graph)?.attributes).toMatchObject({ alpha: 3, beta: 1 });
  });

  it("stay as they are when something else needs them", () => {
    const graph = rewritten((x, w) => {
      const y = matmul(x, w);
      return [mul(y, number(0.5)), y];
    });
    expect(product(graph)).toBeUndefined();
  });

  it("make GELU's argument, so that only GELU and no other number is multiplied", () => {
    const graph = rewritten((x, w) => {
      const y = matmul(x, w);
      const phi = add(erf(mul(y, number(Math.SQRT1_2))), number(1));
      return [matmul(mul(mul(y, number(0.5)), phi), transpose(w, [1, 0]))];
    });
    expect(names(graph).filter((name) => name === "mul")).toHaveLength(1);
    expect(names(graph).filter((name) => name === SCALED_PRODUCT)).toHaveLength(2);
  });
});
