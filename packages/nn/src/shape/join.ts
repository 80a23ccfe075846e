/** @file Shapes of `concat` and `stack`. */
import type { Add } from "./arithmetic.ts";
import { type NoAxis, type NormalAxis, normalAxis, type ReplaceAxis } from "./axes.ts";
import { type InsertAxis, insertAxis } from "./reshape.ts";
import { type Shape, sameShape, showShapes } from "./shape.ts";
import { type IsOpen, type ShapeError, type ShapeFits, type ShowShapes, shapeError } from "./shape-error.ts";

/** The shapes of a list, joined along an axis that they have; a `ShapeError` when other sizes differ. */
export type ConcatShapes<List extends readonly Shape[], Axis extends number> = List extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? IsOpen<First> extends true
    ? Shape
    : [NormalAxis<First, Axis>] extends [never]
      ? NoAxis<"concat", First, Axis>
      : number extends NormalAxis<First, Axis>
        ? Shape
        : ConcatWalk<First, Rest, NormalAxis<First, Axis>, First[NormalAxis<First, Axis>]>
  : number extends List["length"]
    ? ConcatMany<List[number], Axis>
    : NoTensors<"concat">;

/** The error of an empty list. */
type NoTensors<Operation extends string> = ShapeError<
  `${Operation}: there is nothing to join`,
  "at least one tensor",
  "none"
>;

/** A list of unknown length: the joined size is unknown. */
type ConcatMany<S extends Shape, Axis extends number> =
  IsOpen<S> extends true
    ? Shape
    : [NormalAxis<S, Axis>] extends [never]
      ? NoAxis<"concat", S, Axis>
      : number extends NormalAxis<S, Axis>
        ? Shape
        : ReplaceAxis<S, NormalAxis<S, Axis>, [number]>;

type ConcatWalk<
  First extends Shape,
  Rest extends readonly Shape[],
  Axis extends number,
  Total extends number,
> = Rest extends readonly [infer Next extends Shape, ...infer Others extends readonly Shape[]]
  ? IsOpen<Next> extends true
    ? ConcatWalk<First, Others, Axis, number>
    : ShapeFits<ReplaceAxis<First, Axis, [number]>, ReplaceAxis<Next, Axis, [number]>> extends true
      ? ConcatWalk<First, Others, Axis, Add<Total, Next[Axis]>>
      : ShapeError<
          "concat: all sizes but that of the axis must be equal",
          `equal sizes beside axis ${Axis}`,
          ShowShapes<First, Next>
        >
  : ReplaceAxis<First, Axis, [Total]>;

/**
 * The shapes joined along an axis.
 *
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch` in the words of {@link ConcatShapes}.
 */
export function concatShapes(shapes: readonly Shape[], axis: number): Shape {
  const [first, ...rest] = shapes;
  if (first === undefined) throw shapeError("concat: there is nothing to join", "at least one tensor", "none");
  const at = normalAxis("concat", axis, first);
  let total = first[at] ?? 0;
  for (const next of rest) {
    const size = next[at] ?? 0;
    if (next.length !== first.length || !sameShape(first.with(at, size), next)) {
      throw shapeError(
        "concat: all sizes but that of the axis must be equal",
        `equal sizes beside axis ${at}`,
        showShapes(first, next),
      );
    }
    total += size;
  }
  return first.with(at, total);
}

/** Equal shapes side by side along a new axis; a `ShapeError` when they differ. */
export type StackShapes<List extends readonly Shape[], Axis extends number> = List extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? StackWalk<First, Rest> extends infer Same
    ? Same extends Shape
      ? InsertAxis<Same, Axis, List["length"], "stack">
      : Same
    : never
  : number extends List["length"]
    ? InsertAxis<List[number], Axis, number, "stack">
    : NoTensors<"stack">;

type StackWalk<First extends Shape, Rest extends readonly Shape[]> = Rest extends readonly [
  infer Next extends Shape,
  ...infer Others extends readonly Shape[],
]
  ? ShapeFits<First, Next> extends true
    ? StackWalk<IsOpen<First> extends true ? Next : First, Others>
    : ShapeError<"stack: all shapes must be equal", "equal shapes", ShowShapes<First, Next>>
  : First;

/**
 * Equal shapes side by side along a new axis.
 *
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch` in the words of {@link StackShapes}.
 */
export function stackShapes(shapes: readonly Shape[], axis: number): Shape {
  const [first] = shapes;
  if (first === undefined) throw shapeError("stack: there is nothing to join", "at least one tensor", "none");
  const other = shapes.find((shape) => !sameShape(shape, first));
  if (other !== undefined)
    throw shapeError("stack: all shapes must be equal", "equal shapes", showShapes(first, other));
  return insertAxis("stack", first, axis, shapes.length);
}
