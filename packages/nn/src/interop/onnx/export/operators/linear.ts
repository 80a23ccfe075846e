/** @file Matrix products as ONNX nodes. */
import type { MatmulAttributes } from "../../../../primitives/matmul.ts";
import type { TrilMatmulAttributes } from "../../../../primitives/triangle.ts";
import { type Call, type Exporter, exporter, input, names } from "../call.ts";
import type { Edge, GraphWriter } from "../graph-writer.ts";

function matmul(write: GraphWriter, call: Call<MatmulAttributes>): string {
  const [a, b] = [input(call, 0), input(call, 1)];
  const { transposeA, transposeB } = call.attributes;
  // Gemm transposes for free, but knows two axes and floats only.
  if (a.shape.length === 2 && b.shape.length === 2 && call.dtype !== "int32") {
    // With a third operand in graphs that were rewritten for a runtime: a row to add.
    return write.node("Gemm", names(call), {
      transA: { int: transposeA ? 1 : 0 },
      transB: { int: transposeB ? 1 : 0 },
    });
  }
  return write.node("MatMul", [turned(write, a, transposeA), turned(write, b, transposeB)]);
}

/** The edge with its last two axes swapped, if they are to be. */
function turned(write: GraphWriter, { name, shape }: Edge, isTurned: boolean): string {
  if (!isTurned) return name;
  const perm = shape.map((_, axis) => axis);
  return write.node("Transpose", [name], {
    perm: { ints: [...perm.slice(0, -2), shape.length - 1, shape.length - 2] },
  });
}

/** a·bᵀ, with zeros above the diagonal. */
function matmulTril(write: GraphWriter, call: Call): string {
  const product = write.node("MatMul", [input(call, 0).name, turned(write, input(call, 1), true)]);
  return write.node("Trilu", [product], { upper: { int: 0 } });
}

function trilMatmul(write: GraphWriter, call: Call<TrilMatmulAttributes>): string {
  const [triangle, x] = [input(call, 0), input(call, 1)];
  const name = write.node("Trilu", [triangle.name], { upper: { int: 0 } });
  return write.node("MatMul", [turned(write, { ...triangle, name }, call.attributes.transpose), x.name]);
}

/** Matrix products, by name. */
export const LINEAR: Readonly<Record<string, Exporter>> = {
  matmul: exporter(matmul),
  matmulTril,
  trilMatmul: exporter(trilMatmul),
};
