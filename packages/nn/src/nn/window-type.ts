/** @file What convolutions, pooling and reshaping layers do to shapes, for the compiler: the rules of `layers/window.ts` in types. */
import type { Add, Divide, Multiply, Product, Subtract } from "../shape/arithmetic.ts";
import type { Plain, Shape } from "../shape/shape.ts";
import type { ShowShape, ShowSize, SizeFits } from "../shape/shape-error.ts";
import type { LayerType, WrongInput } from "./layer-type.ts";

/** A convolution of images: `[In, height, width]` → `[Out, …]`. `O` are its options. */
export interface Conv2d<In extends number, Out extends number, O> extends LayerType {
  readonly input: [In, number, number];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer C, infer H extends number, infer W extends number]
    ? SizeFits<C, In> extends true
      ? Windows<Out, [ConvPlaces<O, 0, H>, ConvPlaces<O, 1, W>], Conv2dTooSmall<In, Out, O, this["in"]>>
      : WrongInput<Conv2dLabel<In, Out>, `[${ShowSize<In>}, height, width]`, this["in"]>
    : WrongInput<Conv2dLabel<In, Out>, `[${ShowSize<In>}, height, width]`, this["in"]>;
}

type Conv2dLabel<In extends number, Out extends number> = `conv2d(${ShowSize<In>}, ${ShowSize<Out>})`;

type Conv2dTooSmall<In extends number, Out extends number, O, Got> = WrongInput<
  Conv2dLabel<In, Out>,
  `at least the kernel's ${ShowShape<[AxisOf<Option<O, "kernelSize", number>, 0>, AxisOf<Option<O, "kernelSize", number>, 1>]>} (padding counted)`,
  Got
>;

/** A convolution of sequences: `[In, length]` → `[Out, …]`. */
export interface Conv1d<In extends number, Out extends number, O> extends LayerType {
  readonly input: [In, number];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer C, infer Length extends number]
    ? SizeFits<C, In> extends true
      ? Windows<
          Out,
          [ConvPlaces<O, 1, Length>],
          WrongInput<
            Conv1dLabel<In, Out>,
            `at least the kernel's [1, ${ShowSize<AxisOf<Option<O, "kernelSize", number>, 1>>}] (padding counted)`,
            readonly [In, 1, Length]
          >
        >
      : WrongInput<Conv1dLabel<In, Out>, `[${ShowSize<In>}, length]`, this["in"]>
    : WrongInput<Conv1dLabel<In, Out>, `[${ShowSize<In>}, length]`, this["in"]>;
}

type Conv1dLabel<In extends number, Out extends number> = `conv1d(${ShowSize<In>}, ${ShowSize<Out>})`;

/** Pooling of images by windows of size `K`. */
export interface Pool2d<Kind extends string, K, O> extends LayerType {
  readonly input: [number, number, number];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer C extends number, infer H extends number, infer W extends number]
    ? Windows<C, [PoolPlaces<K, O, 0, H>, PoolPlaces<K, O, 1, W>], TooSmall<PoolLabel<Kind, K>, this["in"]>>
    : WrongInput<PoolLabel<Kind, K>, "[channels, height, width]", this["in"]>;
}

/** Pooling of sequences by windows of size `K`. */
export interface Pool1d<Kind extends string, K, O> extends LayerType {
  readonly input: [number, number];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer C extends number, infer Length extends number]
    ? Windows<C, [PoolPlaces<K, O, 1, Length>], TooSmall<PoolLabel<Kind, K>, readonly [C, Length]>>
    : WrongInput<PoolLabel<Kind, K>, "[channels, length]", this["in"]>;
}

type PoolLabel<Kind extends string, K> = K extends number
  ? `${Kind}(${ShowSize<K>})`
  : `${Kind}(${AxisOf<K, 0> extends AxisOf<K, 1> ? ShowSize<AxisOf<K, 0>> : ShowShape<K>})`;

type TooSmall<Label extends string, Got> = WrongInput<
  Label,
  "an input of at least the window's size (padding counted)",
  Got
>;

/** Pooling to a given number of places. */
export interface AdaptivePool2d<K> extends LayerType {
  readonly input: [number, number, number];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer C extends number, number, number]
    ? [C, AxisOf<K, 0>, AxisOf<K, 1>]
    : WrongInput<PoolLabel<"adaptiveAvgPool2d", K>, "[channels, height, width]", this["in"]>;
}

/** All axes as one. */
export interface Flatten extends LayerType {
  readonly dtype: "float";
  readonly out: this["in"] extends infer In extends Shape ? [Product<In>] : never;
}

/** The same elements in another shape. */
export interface Unflatten<S extends Shape> extends LayerType {
  readonly input: readonly [Product<S>];
  readonly dtype: "float";
  readonly out: this["in"] extends infer In extends Shape
    ? SizeFits<Product<In>, Product<S>> extends true
      ? Plain<S>
      : WrongInput<`unflatten(${ShowShape<S>})`, `${Product<S>} elements`, In>
    : never;
}

/** `[Channels, ...Places]`, or the problem if a window has no place. */
type Windows<Channels extends number, Places extends readonly number[], Problem> =
  true extends HasNever<Places> ? Problem : [Channels, ...Places];

type HasNever<Places extends readonly number[]> = {
  [Axis in keyof Places]: [Places[Axis]] extends [never] ? true : false;
}[number];

/** Number of places of a window on an axis of length `N`; `never` when it has none. */
export type WindowCount<
  N extends number,
  K extends number,
  Stride extends number,
  Pad extends number,
  Dilation extends number,
> =
  Subtract<Add<N, Multiply<2, Pad>>, Add<Multiply<Dilation, Subtract<K, 1>>, 1>> extends infer Rest extends number
    ? [Rest] extends [never]
      ? never
      : Add<Divide<Rest, Stride>, 1>
    : never;

type ConvPlaces<O, Axis extends 0 | 1, N extends number> =
  Option<O, "padding", 0> extends "same"
    ? N
    : WindowCount<
        N,
        AxisOf<Option<O, "kernelSize", number>, Axis>,
        AxisOf<Option<O, "stride", 1>, Axis>,
        Option<O, "padding", 0> extends "valid" ? 0 : AxisOf<Option<O, "padding", 0>, Axis>,
        AxisOf<Option<O, "dilation", 1>, Axis>
      >;

type PoolPlaces<K, O, Axis extends 0 | 1, N extends number> = WindowCount<
  N,
  AxisOf<K, Axis>,
  AxisOf<Option<O, "stride", K>, Axis>,
  AxisOf<Option<O, "padding", 0>, Axis>,
  1
>;

/** An option's type; `Default` when it is not given, `number` when the compiler does not know whether it is. */
type Option<O, Name extends string, Default> = Name extends keyof O
  ? O extends { readonly [Key in Name]: infer Value }
    ? Value
    : number
  : Default;

/** A pair's number for an axis: height or width. */
type AxisOf<P, Axis extends 0 | 1> = P extends number
  ? P
  : P extends readonly [infer H extends number, infer W extends number]
    ? Axis extends 0
      ? H
      : W
    : number;
