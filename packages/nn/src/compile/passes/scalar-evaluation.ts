/** @file One element of an elementwise instruction, computed by the primitive's reference. */
import type { Instruction } from "../../ir/graph.ts";
import type { ReferenceView } from "../../primitives/primitive.ts";
import type { DType } from "../../tensor/dtype.ts";

/** The element that an elementwise instruction (or `fill`) makes of one element per operand. */
export function elementOf({ primitive, inputs, output, attributes }: Instruction, elements: readonly number[]): number {
  const result = elementView(output.dtype, 0);
  const operands = inputs.map(({ dtype }, i) => elementView(dtype, elements[i] ?? 0));
  primitive.reference(result, operands, attributes);
  return result.data[0] ?? Number.NaN;
}

function elementView(dtype: DType, value: number): ReferenceView {
  const data =
    dtype === "float" ? Float32Array.of(value) : dtype === "f64" ? Float64Array.of(value) : Int32Array.of(value);
  return { shape: [], dtype, data };
}
