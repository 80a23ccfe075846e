/**
 * @file The graph: what a traced function computes, as a list of instructions over values of known shape.
 *
 * Values are in static single assignment: each is made by exactly one instruction, is an input, or is a constant. Instructions stand in an order in
 * which they can run. Passes take a graph and give a new one.
 */
import type { Primitive } from "../primitives/primitive.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** One value of a graph. */
export interface GraphValue {
  /** Who makes it: an instruction's primitive, an input, or a constant. */
  readonly op: "input" | "constant" | "instruction";
  /** Unique within the graph, rising in the order of creation. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One application of a primitive. `A` are the primitive's attributes. */
export interface Instruction {
  readonly primitive: Primitive;
  readonly inputs: readonly GraphValue[];
  readonly attributes: unknown;
  readonly output: GraphValue;
}

/** A traced function of `inputs` that gives `outputs`. */
export interface Graph {
  readonly inputs: readonly GraphValue[];
  /** Concrete tensors that the function closed over, by value id. They stay referenced, so their memory lives as long as the graph. */
  readonly constants: ReadonlyMap<number, AnyTensor>;
  readonly constantValues: readonly GraphValue[];
  readonly instructions: readonly Instruction[];
  readonly outputs: readonly GraphValue[];
}
