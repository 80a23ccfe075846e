/**
 * @file What the compiler knows of a layer: which shape it makes of which.
 *
 * A `LayerType` is a function of types: `Apply<L, In>` sets its `in` and reads its `out`. That lets one layer object (`relu()`, `linear(64, 64)`) stand in
 * places of different shapes, and lets `sequential` carry shapes through fifty layers at a cost the compiler hardly notices. Sizes that are not
 * literals are `number` and are checked when the model runs, with the same words.
 */
import type { Shape } from "../shape/shape.ts";
import type { IsOpen, ShapeError, ShapeFits, ShowShape, ShowSize, SizeFits } from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";

/** What a layer does to shapes (of one example: without the batch axis). Extended by each kind of layer. */
export interface LayerType {
  /** The shape that goes in: set by {@link Apply}, read in `out` as `this["in"]`. */
  readonly in: unknown;
  /** The shape that comes out, or a {@link ShapeError}. Left `unknown` by layers of one fixed shape. */
  readonly out: unknown;
  /** The shape that it takes when nothing before it says one. */
  readonly input: Shape;
  /** Element type that it takes. */
  readonly dtype: DType;
}

/** A layer that takes exactly one shape. */
export interface FixedLayer<In extends Shape, Out extends Shape, D extends DType = "float"> extends LayerType {
  readonly input: In;
  readonly output: Out;
  readonly dtype: D;
}

/** A layer's `ShapeError` for an input that it does not take. */
export type WrongInput<Label extends string, Expected extends string, Got> = ShapeError<
  `${Label} got an input of the wrong shape`,
  Expected,
  ShowShape<Got>
>;

/** The shape that layer `L` makes of shape `In`, or a {@link ShapeError}. Of a shape of unknown rank: a shape of unknown rank. */
export type Apply<L extends LayerType, In> = (L & { readonly in: In })["out"] extends infer Out
  ? unknown extends Out
    ? ApplyFixed<L, In>
    : IsOpen<In> extends true
      ? Shape
      : Out
  : never;

type ApplyFixed<L, In> =
  L extends FixedLayer<infer Wanted, infer Out, DType>
    ? ShapeFits<In, Wanted> extends true
      ? Out
      : ShapeError<"the layer got an input of the wrong shape", ShowShape<Wanted>, ShowShape<In>>
    : Shape;

/** What a layer on the last axis makes of `[...Lead, From]`: `[...Lead, To]`. */
export type OnLastAxis<In, From extends number, To extends number, Label extends string> = In extends readonly [
  ...infer Lead extends Shape,
  infer Last,
]
  ? SizeFits<Last, From> extends true
    ? [...Lead, To]
    : WrongInput<Label, `[..., ${ShowSize<From>}]`, In>
  : WrongInput<Label, `[..., ${ShowSize<From>}]`, In>;
