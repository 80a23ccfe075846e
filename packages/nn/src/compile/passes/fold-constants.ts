/** @file Constant folding: what depends on no input is computed once, now. */
import { apply } from "../../engine/apply.ts";
import type { Graph, GraphValue, Instruction } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { fillPrimitive } from "../../primitives/create.ts";
import type { Primitive } from "../../primitives/primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { type AnyTensor, concrete } from "../../tensor/tensor.ts";
import { elementOf } from "./scalar-evaluation.ts";

/** Elements up to which a result is kept instead of computed in every run (16 MiB of floats). */
const MAX_FOLDED_SIZE = 2 ** 22;

/** Operations that only move elements: of equal elements they make equal elements. */
const MOVES: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcastTo", "slice", "flip"]);

/**
 * The graph with everything computed that depends on no input; a single number becomes a `fill`, which loops hold in a register. Not through `barrier`, nor where the result would be very
 * large.
 */
export function foldConstants(graph: Graph): Graph {
  const rewriter = new GraphRewriter(graph);
  for (const value of graph.constantValues) {
    const tensor = rewriter.tensorOf(value);
    if (tensor?.size === 1) rewriter.replace(value, fillLike(rewriter, value, tensor.item()));
  }
  for (const old of graph.instructions) {
    const instruction = rewriter.resolveInputs(old);
    const folded = foldFill(rewriter, instruction) ?? foldTensors(rewriter, instruction);
    if (folded === undefined) rewriter.keep(instruction);
    else rewriter.replace(old.output, folded);
  }
  return rewriter.finish();
}

/** The number that all elements of a value are; undefined when it is not made by `fill`. */
export function fillOf(rewriter: GraphRewriter, value: GraphValue): number | undefined {
  const maker = rewriter.makerOf(value);
  return maker?.primitive.name === "fill" ? elementOf(maker, []) : undefined;
}

function isFill(rewriter: GraphRewriter, value: GraphValue): boolean {
  return rewriter.makerOf(value)?.primitive.name === "fill";
}

/** Elementwise operations and moves of values that are one number each give such a value. */
function foldFill(rewriter: GraphRewriter, instruction: Instruction): GraphValue | undefined {
  const { primitive, inputs, output } = instruction;
  if (inputs.length === 0 || !(primitive.elementwise === true || MOVES.has(primitive.name))) return undefined;
  if (!inputs.every((input) => isFill(rewriter, input))) return undefined;
  const numbers = inputs.map((input) => fillOf(rewriter, input) ?? Number.NaN);
  const value = primitive.elementwise === true ? elementOf(instruction, numbers) : numbers[0];
  return value === undefined ? undefined : fillLike(rewriter, output, value);
}

/** A new value with the shape and element type of another one and all elements equal. */
function fillLike(rewriter: GraphRewriter, { shape, dtype }: GraphValue, value: number): GraphValue {
  return rewriter.emit(fillPrimitive as Primitive, [], { shape, value, dtype });
}

/** Anything else is computed on tensors, when all its inputs are. */
function foldTensors(rewriter: GraphRewriter, instruction: Instruction): GraphValue | undefined {
  const { primitive, inputs, attributes, output } = instruction;
  if (primitive.name === "fill" || primitive.name === "barrier" || sizeOf(output.shape) > MAX_FOLDED_SIZE)
    return undefined;
  // First whether there is anything to do: filling memory for one operand is in vain when another one is an input.
  if (!inputs.every((input) => rewriter.tensorOf(input) !== undefined || isFill(rewriter, input))) return undefined;
  const tensors: AnyTensor[] = [];
  for (const input of inputs) {
    const tensor = rewriter.tensorOf(input) ?? materializeFill(rewriter, input);
    if (tensor === undefined) return undefined;
    tensors.push(tensor);
  }
  const tensor = apply(primitive, tensors, attributes);
  if (tensor.size === 1) return fillLike(rewriter, output, tensor.item());
  // The graph needs it for as long as it lives, whatever scope it is traced in.
  concrete(tensor, primitive.name).kept = true;
  return rewriter.constant(tensor);
}

function materializeFill(rewriter: GraphRewriter, value: GraphValue): AnyTensor | undefined {
  const maker = rewriter.makerOf(value);
  if (maker?.primitive.name !== "fill" || sizeOf(value.shape) > MAX_FOLDED_SIZE) return undefined;
  return apply(maker.primitive, [], maker.attributes);
}
