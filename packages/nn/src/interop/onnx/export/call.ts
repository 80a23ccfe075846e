/** @file What an exporter of a primitive gets: one instruction of the traced graph, with sizes that may follow the batch. */
import { TrainlogError } from "../../../error.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { isFixed, type Size, type Sized } from "./batch-size.ts";
import type { Edge, GraphWriter } from "./graph-writer.ts";

/** One instruction. `A` are the attributes of its primitive. */
export interface Call<A = unknown> {
  readonly primitive: string;
  readonly inputs: readonly Edge[];
  readonly shape: readonly Size[];
  readonly dtype: DType;
  readonly attributes: Sized<A>;
}

/** Writes the nodes for one instruction and gives the name of the edge that holds its result. */
export type Exporter = (write: GraphWriter, call: Call) => string;

/** An exporter of a primitive with attributes `A`. */
export function exporter<A>(fn: (write: GraphWriter, call: Call<A>) => string): Exporter {
  // The table that holds it is keyed by the names of primitives, and a primitive's instructions have its attributes.
  return fn as Exporter;
}

/** Input `index` of an instruction. */
export function input(call: Call, index: number): Edge {
  const edge = call.inputs[index];
  if (edge !== undefined) return edge;
  throw new RangeError(`${call.primitive} was traced with ${call.inputs.length} inputs, too few`);
}

/** Names of all inputs. */
export function names(call: Call): readonly string[] {
  return call.inputs.map(({ name }) => name);
}

/**
 * A size that ONNX wants as a plain number.
 *
 * @throws TrainlogError `onnx/dynamic-batch` when it follows the batch size.
 */
export function fixed(call: Call, what: string, size: Size): number {
  if (isFixed(size)) return size;
  throw new TrainlogError(
    "onnx/dynamic-batch",
    `${what} of ${call.primitive} follows the batch size, which ONNX does not allow; export for one batch size with the option batch`,
  );
}

/** Sizes that ONNX wants as plain numbers. Throws as {@link fixed}. */
export function allFixed(call: Call, what: string, sizes: readonly Size[]): readonly number[] {
  return sizes.map((size) => fixed(call, what, size));
}
