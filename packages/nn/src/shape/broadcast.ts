/** @file Broadcasting by NumPy's rules: shapes are aligned at the last axis, and a size of 1 stretches. */
import { type Shape, showShapes } from "./shape.ts";
import { type IsOpen, type ShapeError, type ShowShapes, shapeError } from "./shape-error.ts";

/** The shape that both broadcast to, or a {@link ShapeError}. */
export type BroadcastShapes<A extends Shape, B extends Shape, Operation extends string = "broadcast"> =
  IsOpen<A> extends true
    ? Shape
    : IsOpen<B> extends true
      ? Shape
      : BroadcastWalk<A, B> extends infer Out
        ? [Out] extends [never]
          ? NoBroadcast<Operation, A, B>
          : Out
        : never;

/** The error of two shapes that do not broadcast. */
export type NoBroadcast<Operation extends string, A, B> = ShapeError<
  `${Operation}: the shapes must broadcast`,
  "sizes that are equal or 1, from the last axis on",
  ShowShapes<A, B>
>;

/** Walks both shapes from the last axis; `never` when two sizes do not fit. */
type BroadcastWalk<A extends Shape, B extends Shape, Out extends Shape = []> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? [BroadcastSize<LastA, LastB>] extends [never]
      ? never
      : BroadcastWalk<RestA, RestB, [BroadcastSize<LastA, LastB>, ...Out]>
    : [...A, ...Out]
  : [...B, ...Out];

/** The common size; `never` when there is none. Of an unknown and a known size other than 1 it is the known one: the other must be that or 1. */
type BroadcastSize<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : number extends A
      ? B
      : number extends B
        ? A
        : A extends B
          ? A
          : never;

/**
 * The shape that two shapes broadcast to; one of the two objects when it is that.
 *
 * @throws TrainlogError `shape/mismatch` in the words of {@link NoBroadcast}.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (stretchesTo(b, a)) return a;
  if (stretchesTo(a, b)) return b;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let back = 1; back <= rank; back += 1) {
    const left = a[a.length - back] ?? 1;
    const right = b[b.length - back] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw shapeError(
        `${operation}: the shapes must broadcast`,
        "sizes that are equal or 1, from the last axis on",
        showShapes(a, b),
      );
    }
    result[rank - back] = left === 1 ? right : left;
  }
  return result;
}

/** Says whether broadcasting the first shape with the second gives the second. Runs for every operation, so nothing is allocated. */
function stretchesTo(from: Shape, to: Shape): boolean {
  if (from === to) return true;
  const missing = to.length - from.length;
  if (missing < 0) return false;
  for (let axis = 0; axis < from.length; axis += 1) {
    if (from[axis] !== 1 && from[axis] !== to[axis + missing]) return false;
  }
  return true;
}
