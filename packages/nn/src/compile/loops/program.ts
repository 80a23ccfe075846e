/**
 * @file What a fused loop computes: one pass over an iteration space that reads elements, computes on them, writes and reduces them.
 *
 * A program names memory by address, so it is what is left of a chain of instructions once memory is planned. It is plain data: `./emit.ts` turns it
 * into WebAssembly.
 */
import type { Shape } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";

/** Where the elements of one operand lie for each point of the iteration space. */
export interface Access {
  /** Byte offset of the element at the origin, in the engine's memory; counted from what `base` holds, if there is one. */
  readonly ptr: number;
  /** Byte offset of an i32 that holds where the operand begins: for arguments and results, which lie elsewhere in every run. */
  readonly base?: number | undefined;
  /** Number of the parameter of the loop's function that says where the operand begins, for loops that several places share. */
  readonly parameter?: number | undefined;
  /** Elements from one point to the next along each axis of the iteration space; 0 where all points share one element. Never negative. */
  readonly strides: readonly number[];
  readonly dtype: DType;
}

/** Number of a value of the program: its place in `values`. */
export type LoopValue = number;

/** One value per point of the iteration space: read, constant, or computed from values before it. */
export type LoopDefinition =
  | { readonly kind: "load"; readonly access: Access }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  | {
      readonly kind: "compute";
      /** Name of an elementwise primitive. */
      readonly name: string;
      readonly inputs: readonly LoopValue[];
      readonly dtype: DType;
    };

/** A value that is written at every point. */
export interface LoopStore {
  readonly value: LoopValue;
  readonly access: Access;
}

/** How a reduction combines two elements. */
export type ReductionKind = "sum" | "max" | "min";

/** A value that is combined over the axes along which its access has stride 0. */
export interface LoopReduction extends LoopStore {
  readonly kind: ReductionKind;
}

/** One loop nest. */
export interface LoopProgram {
  /** Iteration space, outermost axis first. */
  readonly shape: Shape;
  readonly values: readonly LoopDefinition[];
  readonly stores: readonly LoopStore[];
  readonly reductions: readonly LoopReduction[];
}

/** Element type of a value. */
export function dtypeOf(definition: LoopDefinition): DType {
  return definition.kind === "load" ? definition.access.dtype : definition.dtype;
}

/** The program over another iteration space, with other accesses. */
export function mapAccesses(program: LoopProgram, shape: Shape, map: (access: Access) => Access): LoopProgram {
  const definition = (value: LoopDefinition): LoopDefinition =>
    value.kind === "load" ? { kind: "load", access: map(value.access) } : value;
  return {
    shape,
    values: program.values.map(definition),
    stores: program.stores.map((store) => ({ ...store, access: map(store.access) })),
    reductions: program.reductions.map((reduction) => ({ ...reduction, access: map(reduction.access) })),
  };
}
