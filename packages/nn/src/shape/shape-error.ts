/**
 * @file Errors of shapes: the same three texts (what is wrong, what was expected, what was given) as a type and as an exception.
 *
 * A rule that the compiler finds broken becomes a {@link ShapeError} in the place of the argument, so the last line of the compiler's message shows
 * the three texts; a size that is only known when the program runs gives a `TrainlogError` of the same words.
 */
import { TrainlogError } from "../error.ts";
import type { Shape } from "./shape.ts";

/** Why an operation refuses a shape, as the compiler shows it. No value has this type. */
export interface ShapeError<Message extends string, Expected extends string, Got extends string> {
  readonly error: Message;
  readonly expected: Expected;
  readonly got: Got;
}

/** Any {@link ShapeError}. */
export type AnyShapeError = ShapeError<string, string, string>;

/** Why an operation refuses an element type, as the compiler shows it. No value has this type. */
export interface DTypeError<Message extends string, Expected extends string, Got extends string> {
  readonly error: Message;
  readonly expected: Expected;
  readonly got: Got;
}

/**
 * What a parameter's type is intersected with: the error of a shape rule, or nothing when the rule gave a shape.
 *
 * The error is put together anew so that the compiler shows its three texts and not the name of an alias.
 */
export type Check<Result> =
  Result extends ShapeError<infer Message, infer Expected, infer Got> ? ShapeError<Message, Expected, Got> : unknown;

/** The shape that a rule gave; any shape beside an error, so that one mistake is reported once. */
export type Checked<Result> = Result extends Shape ? Result : Shape;

/** The exception for a broken shape rule, in the words of `ShapeError<error, expected, got>`. */
export function shapeError(error: string, expected: string, got: string, code = "shape/mismatch"): TrainlogError {
  return new TrainlogError(code, `${error}: expected ${expected}, got ${got}`);
}

/** A shape as text: `[2, ?, 3]`, where `?` is a size that the compiler does not know; `[...]` when it does not know the rank. */
export type ShowShape<S, Text extends string = ""> = S extends readonly [infer Size extends number, ...infer Rest]
  ? ShowShape<Rest, Text extends "" ? ShowSize<Size> : `${Text}, ${ShowSize<Size>}`>
  : S extends readonly []
    ? `[${Text}]`
    : "[...]";

/** A size as text. */
export type ShowSize<Size extends number> = number extends Size ? "?" : `${Size}`;

/** Two shapes as text. */
export type ShowShapes<A, B> = `${ShowShape<A>} and ${ShowShape<B>}`;

/** Says whether two sizes can be the same: unknown ones fit all. */
export type SizeFits<A, B> = number extends A ? true : number extends B ? true : A extends B ? true : false;

/** Says whether two shapes can be the same, as far as their sizes are known. */
export type ShapeFits<A, B> = A extends readonly [infer SizeA, ...infer RestA]
  ? B extends readonly [infer SizeB, ...infer RestB]
    ? SizeFits<SizeA, SizeB> extends true
      ? ShapeFits<RestA, RestB>
      : false
    : IsOpen<B>
  : A extends readonly []
    ? B extends readonly []
      ? true
      : IsOpen<B>
    : IsOpen<A>;

/** Says whether the number of axes is unknown. */
export type IsOpen<S> = S extends readonly unknown[] ? (number extends S["length"] ? true : false) : true;
