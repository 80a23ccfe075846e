/** @file How the compiler checks a chain of layers: shapes are carried through by a tail-recursive fold, so length costs little. */
import type { Plain, Shape } from "../shape/shape.ts";
import type { ShapeError } from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { M } from "./layer.ts";
import type { Apply, FixedLayer, LayerType } from "./layer-type.ts";

/** The input of a model: the shape of one example and its element type. Made by `nn.input`. */
export interface InputSpec<S extends Shape, D extends DType> {
  readonly kind: "input";
  readonly shape: S;
  readonly dtype: D;
}

/** What a chain may begin with. */
export type ChainStart = M | Shape | InputSpec<Shape, DType>;

/** Layers one after the other, from shape `In` to shape `Out`. */
export interface Sequential<In extends Shape, Out extends Shape, D extends DType = "float">
  extends FixedLayer<In, Out, D> {}

/** A {@link Sequential} that remembers its layers, so that it can stand where another shape goes in. */
export interface Chain<In extends Shape, Out extends Shape, D extends DType, Layers extends readonly unknown[]>
  extends Sequential<In, Out, D> {
  readonly out: ChainOutput<this["in"], Layers>;
}

/** A layer under a name: shape rules are the layer's own. */
export interface Named<Name extends string, L extends LayerType> extends LayerType {
  readonly name: Name;
  readonly input: L["input"];
  readonly dtype: L["dtype"];
  readonly out: Apply<L, this["in"]>;
}

/**
 * The shape that comes out of the layers, or the error of the first that does not fit, with its place. `Done` counts the layers. Of layers that the compiler
 * does not know one by one (`...layers` of an array), any shape may come out.
 */
export type ChainOutput<
  In,
  Layers extends readonly unknown[],
  Done extends readonly unknown[] = [],
> = Layers extends readonly [M<infer L>, ...infer Rest]
  ? Apply<L, In> extends infer Out
    ? Out extends ShapeError<infer Message, infer Expected, infer Got>
      ? ShapeError<AtLayer<PlaceOf<L, Done>, Message>, Expected, Got>
      : ChainOutput<Out, Rest, [...Done, 0]>
    : never
  : Layers extends readonly []
    ? In
    : Shape;

type PlaceOf<L, Done extends readonly unknown[]> = L extends { readonly name: infer Name extends string }
  ? Name
  : `${Done["length"] & number}`;

/** As `atLayer` writes it at run time. */
type AtLayer<Place extends string, Message extends string> = Message extends `layer ${infer Inner}`
  ? `layer ${Place}.${Inner}`
  : `layer ${Place}, ${Message}`;

/** The layers of a chain's arguments, without the shape at the beginning. */
export type LayersOf<Args extends readonly unknown[]> = Args extends readonly [M, ...unknown[]]
  ? Args
  : Args extends readonly [unknown, ...infer Rest]
    ? Rest
    : Args;

/** The shape that a chain takes: the given one, or what its first layer takes. */
export type InputOf<Args extends readonly unknown[]> = Args extends readonly [infer First, ...unknown[]]
  ? First extends M<infer L>
    ? L["input"]
    : First extends InputSpec<infer S, DType>
      ? Plain<S>
      : First extends Shape
        ? Plain<First>
        : Shape
  : Shape;

/** The element type that a chain takes. */
export type InputDTypeOf<Args extends readonly unknown[]> = Args extends readonly [infer First, ...unknown[]]
  ? First extends M<infer L>
    ? L["dtype"]
    : First extends InputSpec<Shape, infer D>
      ? D
      : First extends Shape
        ? FirstDType<LayersOf<Args>>
        : "float"
  : "float";

type FirstDType<Layers extends readonly unknown[]> = Layers extends readonly [M<infer L>, ...unknown[]]
  ? L["dtype"]
  : "float";

/** The shape that comes out of a chain; `never` when it does not fit: {@link CheckedChain} is the error then, and this causes no second one. */
export type OutputOf<Args extends readonly unknown[]> =
  ChainOutput<InputOf<Args>, LayersOf<Args>> extends infer Out extends Shape ? Out : never;

/** The arguments of `sequential`, or these with an error in the place of the one that does not fit. */
export type CheckedChain<Args extends readonly unknown[]> = Args extends readonly [infer First, ...infer Rest]
  ? First extends number[]
    ? number extends First["length"]
      ? readonly [UnknownSizes, ...Rest]
      : CheckLayers<Args>
    : CheckLayers<Args>
  : CheckLayers<Args>;

/** A plain array in the argument list: its sizes are `number`, so nothing after it could be checked. */
type UnknownSizes = ShapeError<
  "sequential: the compiler does not know the sizes of a plain array",
  "Shape.of(…)",
  "number[]"
>;

type CheckLayers<Args extends readonly unknown[]> =
  ChainOutput<InputOf<Args>, LayersOf<Args>> extends infer Out
    ? Out extends ShapeError<string, string, string>
      ? Blame<InputOf<Args>, LayersOf<Args>, Out, Args extends readonly [M, ...unknown[]] ? [] : [Args[0]]>
      : Args
    : never;

/** Puts the error in the place of the layer that gave it. */
type Blame<In, Layers extends readonly unknown[], Problem, Done extends readonly unknown[]> = Layers extends readonly [
  M<infer L>,
  ...infer Rest,
]
  ? Apply<L, In> extends infer Out
    ? Out extends Shape
      ? Blame<Out, Rest, Problem, [...Done, Layers[0]]>
      : readonly [...Done, Problem, ...Rest]
    : never
  : readonly [...Done, ...Layers];
