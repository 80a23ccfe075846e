/** @file Holding an array of a file to the shape that the code expects of it. */
import { TrainlogError } from "../error.ts";
import { type Shape, showShape } from "../shape/shape.ts";

/** A shape to hold a file to: `null` takes any size. */
export type ShapePattern = readonly (number | null)[];

/** The shape that a pattern promises. */
export type MatchedShape<P extends ShapePattern> = {
  readonly [Axis in keyof P]: P[Axis] extends number ? P[Axis] : number;
};

/**
 * Checks a shape that was read from a file.
 *
 * @param what - Names the file in errors.
 * @throws TrainlogError `shape/mismatch`.
 */
export function checkPattern(shape: Shape, pattern: ShapePattern, what: string): void {
  const fits = shape.length === pattern.length && pattern.every((size, axis) => size === null || size === shape[axis]);
  if (fits) return;
  const shown = `[${pattern.map((size) => size ?? "any").join(", ")}]`;
  throw new TrainlogError("shape/mismatch", `${what} has shape ${showShape(shape)}; expected ${shown}`);
}
