/** @file What becomes of an instruction: part of a loop, a kernel call, or nothing at all. */
import type { Instruction } from "../../ir/graph.ts";
import type { FillAttributes } from "../../primitives/create.ts";
import { sizeOf } from "../../shape/shape.ts";
import { operationFor } from "../loops/operations.ts";
import type { ReductionKind } from "../loops/program.ts";

/**
 * `fill`: a constant of the loops that use it. `alias`: the same memory under another shape. `view`: a loop reads its operand in another order.
 * `elementwise`, `reduction`: part of a loop. `call`: a kernel, or the reference.
 */
export type InstructionClass = "fill" | "alias" | "view" | "elementwise" | "reduction" | "call";

/** Elements up to which a loop transposes the last axis itself; the kernel goes by blocks, which pays when there is more than a cache line knows. */
const SMALL_TRANSPOSE = 4096;

/** How an instruction is computed. */
export function classify(instruction: Instruction): InstructionClass {
  const { primitive, output, inputs } = instruction;
  if (primitive.name === "fill") return "fill";
  if (primitive.name === "reshape" || primitive.name === "barrier") return "alias";
  if (primitive.name === "transpose") return isCheapTranspose(instruction) ? "view" : "call";
  if (reductionKind(instruction) !== undefined) return "reduction";
  const dtypes = inputs.map(({ dtype }) => dtype);
  const known = operationFor(primitive.name, output.dtype, dtypes) !== undefined;
  return known && (primitive.elementwise === true || primitive.name === "broadcastTo") ? "elementwise" : "call";
}

/** The number that a fill repeats, as its element type holds it. */
export function fillValue({ attributes, output }: Instruction): number {
  const { value } = attributes as FillAttributes; // what `fill` has
  if (output.dtype === "float") return Math.fround(value);
  return output.dtype === "int32" ? value | 0 : value;
}

/** The order of a transpose's axes: axis `i` of the result is axis `perm[i]` of the operand. */
export function permutationOf({ attributes }: Instruction): readonly number[] {
  const { perm } = attributes as { readonly perm: readonly number[] }; // what `transpose` has
  return perm;
}

function isCheapTranspose(instruction: Instruction): boolean {
  const perm = permutationOf(instruction);
  return perm.at(-1) === perm.length - 1 || sizeOf(instruction.output.shape) <= SMALL_TRANSPOSE;
}

/** Which reduction of loops an instruction is; undefined for none. */
export function reductionKind({ primitive, output, inputs }: Instruction): ReductionKind | undefined {
  const name = primitive.name;
  if (name !== "sum" && name !== "max" && name !== "min") return undefined;
  return inputs[0]?.dtype === output.dtype ? name : undefined;
}
