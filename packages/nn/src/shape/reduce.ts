/** @file Shapes of reductions. */
import type { NoAxis, NormalAxes, NormalAxis } from "./axes.ts";
import type { Shape } from "./shape.ts";
import type { AnyShapeError, IsOpen } from "./shape-error.ts";

/** Which axes a reduction goes over: one, several, or all (`undefined`). */
export type Axes = number | readonly number[] | undefined;

/** `S` without the axes, or with size 1 in their places when `Keep`; a `ShapeError` for axes that it does not have. */
export type ReduceShape<
  S extends Shape,
  Over extends Axes,
  Keep extends boolean = false,
  Operation extends string = "sum",
> = boolean extends Keep
  ? Shape
  : [Over] extends [undefined]
    ? Keep extends true
      ? OnesOf<S>
      : []
    : IsOpen<S> extends true
      ? Shape
      : [Over] extends [number]
        ? ReduceOne<S, Over, Keep, Operation>
        : [Over] extends [readonly number[]]
          ? NormalAxes<Operation, S, Over> extends infer Normal
            ? Normal extends AnyShapeError
              ? Normal
              : Normal extends Shape
                ? number extends Normal["length"]
                  ? Shape
                  : Without<S, Normal[number], Keep>
                : never
            : never
          : Shape;

type ReduceOne<S extends Shape, Axis extends number, Keep extends boolean, Operation extends string> = [
  NormalAxis<S, Axis>,
] extends [never]
  ? NoAxis<Operation, S, Axis>
  : number extends NormalAxis<S, Axis>
    ? Shape
    : Without<S, NormalAxis<S, Axis>, Keep>;

type OnesOf<S extends Shape> = number extends S["length"] ? Shape : { -readonly [Axis in keyof S]: 1 };

/** `S` without the axes (counted from 0) of the union `Drop`. */
type Without<
  S extends Shape,
  Drop extends number,
  Keep extends boolean,
  Seen extends Shape = [],
  Out extends Shape = [],
> = S extends readonly [infer First extends number, ...infer Rest extends Shape]
  ? Seen["length"] extends Drop
    ? Without<Rest, Drop, Keep, [...Seen, First], Keep extends true ? [...Out, 1] : Out>
    : Without<Rest, Drop, Keep, [...Seen, First], [...Out, First]>
  : Out;
