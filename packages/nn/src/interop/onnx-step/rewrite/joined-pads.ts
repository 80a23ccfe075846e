/** @file Sums of parts that lie side by side: what slices of one tensor give back in a backward pass. */
import type { GraphValue } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import type { PadAttributes } from "../../../primitives/slice.ts";
import { primitiveNamed, type Rule } from "./rule.ts";

/** A tensor with zeros around it along one axis. */
interface Part {
  readonly value: GraphValue;
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Two parts with zeros around them, one right behind the other, are joined, and the zeros that are left put around both. */
export const joinPads: Rule = ({ rewriter }, { primitive, inputs }) => {
  if (primitive.name !== "add") return undefined;
  const [a, b] = inputs.map((input) => partOf(rewriter, input));
  if (a === undefined || b === undefined || a.axis !== b.axis) return undefined;
  const [first, second] = a.before < b.before ? [a, b] : [b, a];
  const { axis } = first;
  if (first.before + (first.value.shape[axis] ?? 0) !== second.before) return undefined;
  const joined = rewriter.emit(primitiveNamed("concat"), [first.value, second.value], { axis });
  if (first.before === 0 && second.after === 0) return joined;
  const along = (number: number): number[] => joined.shape.map((_, at) => (at === axis ? number : 0));
  const attributes: PadAttributes = { before: along(first.before), after: along(second.after), value: 0 };
  return rewriter.emit(primitiveNamed("pad"), [joined], attributes);
};

function partOf(rewriter: GraphRewriter, padded: GraphValue): Part | undefined {
  const maker = rewriter.makerOf(padded);
  const [value] = maker?.inputs ?? [];
  if (maker?.primitive.name !== "pad" || value === undefined) return undefined;
  // Every instruction of pad has these.
  const { before, after, value: number } = maker.attributes as PadAttributes;
  const axes = before.flatMap((length, axis) => (length === 0 && after[axis] === 0 ? [] : [axis]));
  const [axis] = axes;
  if (number !== 0 || axes.length !== 1 || axis === undefined) return undefined;
  return { value, axis, before: before[axis] ?? 0, after: after[axis] ?? 0 };
}
