/** @file Convolution and pooling of images, channels first. */

import * as primitives from "../primitives/index.ts";
import type { Add, Divide, Multiply, Subtract } from "../shape/arithmetic.ts";
import type { Shape } from "../shape/shape.ts";
import type { Check, Checked, ShapeError, ShowShape, ShowSize, SizeFits } from "../shape/shape-error.ts";
import type { ConvSize } from "../shape/window.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { ProductCheck } from "./linear-algebra.ts";
import { type DTypeOf, type ShapeOf, typed } from "./operand.ts";
import { checkNames } from "./options.ts";

/** One number for height and width, or both. */
export type Pair = number | readonly [height: number, width: number];

/** The number for height (`0`) or width (`1`). */
type PairAt<P, Place extends 0 | 1, Default extends number> = P extends readonly [number, number]
  ? P[Place]
  : P extends number
    ? P
    : Default;

/** Options of {@link conv2d}. */
export interface Conv2dOptions<
  Stride extends Pair = Pair,
  Padding extends Pair = Pair,
  Dilation extends Pair = Pair,
  Groups extends number = number,
> {
  /** Distance of neighbouring windows. Default 1. */
  readonly stride?: Stride;
  /** Zeros on each side. Default 0. */
  readonly padding?: Padding;
  /** Distance of neighbouring elements of the filter. Default 1. */
  readonly dilation?: Dilation;
  /** Parts that channels are divided into, each convolved by itself. Default 1. */
  readonly groups?: Groups;
}

/** `[n, o, oh, ow]`, or a `ShapeError`. */
export type Conv2dShape<
  X extends Shape,
  W extends Shape,
  Stride,
  Padding,
  Dilation,
  Groups extends number,
> = X extends readonly [
  infer N extends number,
  infer C extends number,
  infer H extends number,
  infer Width extends number,
]
  ? W extends readonly [
      infer O extends number,
      infer PerGroup extends number,
      infer KH extends number,
      infer KW extends number,
    ]
    ? SizeFits<C, Multiply<PerGroup, Groups>> extends true
      ? WindowShape<
          "conv2d",
          [N, O],
          ConvAxis<H, KH, PairAt<Stride, 0, 1>, PairAt<Padding, 0, 0>, PairAt<Dilation, 0, 1>>,
          ConvAxis<Width, KW, PairAt<Stride, 1, 1>, PairAt<Padding, 1, 0>, PairAt<Dilation, 1, 1>>
        >
      : WrongFilters<C, Groups, W>
    : number extends W["length"]
      ? Shape
      : WrongFilters<C, Groups, W>
  : number extends X["length"]
    ? Shape
    : NotImages<"conv2d", X>;

type WrongFilters<C extends number, Groups extends number, W> = Groups extends 1
  ? ShapeError<
      `conv2d: the filters do not fit images of ${ShowSize<C>} channels in 1 group`,
      `[out channels, ${ShowSize<C>}, height, width]`,
      ShowShape<W>
    >
  : ShapeError<
      `conv2d: the filters do not fit images of ${ShowSize<C>} channels in ${ShowSize<Groups>} groups`,
      `[out channels, a multiple of ${ShowSize<Groups>}, ${ShowSize<Divide<C, Groups>>}, height, width]`,
      ShowShape<W>
    >;

/** What a window finds along one axis: places, and for the error the sizes of window and padded input. */
interface WindowPlaces<Places extends number, Extent extends number, Room extends number> {
  readonly places: Places;
  readonly extent: Extent;
  readonly room: Room;
}

type ConvAxis<
  Size extends number,
  Kernel extends number,
  Stride extends number,
  Padding extends number,
  Dilation extends number,
> = WindowPlaces<
  ConvSize<Size, Kernel, Stride, Padding, Dilation>,
  Add<Multiply<Dilation, Subtract<Kernel, 1>>, 1>,
  Add<Size, Multiply<2, Padding>>
>;

type AnyPlaces = WindowPlaces<number, number, number>;

type WindowShape<Operation extends string, Lead extends Shape, Rows extends AnyPlaces, Columns extends AnyPlaces> = [
  Rows["places"],
] extends [never]
  ? TooLarge<Operation, Rows>
  : [Columns["places"]] extends [never]
    ? TooLarge<Operation, Columns>
    : [...Lead, Rows["places"], Columns["places"]];

type TooLarge<Operation extends string, Axis extends AnyPlaces> = ShapeError<
  `${Operation}: the kernel is larger than the padded input`,
  `at least ${Axis["extent"]}`,
  `${Axis["room"]}`
>;

type NotImages<Operation extends string, X> = ShapeError<
  `${Operation}: the input must be images`,
  "[batch, channels, height, width]",
  ShowShape<X>
>;

/**
 * Convolution of images with filters (cross-correlation), as PyTorch's `conv2d`.
 *
 * @param x - Images, shape `[n, c, h, w]`.
 * @param filters - Shape `[o, c / groups, kh, kw]`.
 * @returns Shape `[n, o, oh, ow]` with oh = ⌊(h + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`, `dtype/mismatch`.
 *
 * @example
 * conv2d(zeros([8, 3, 32, 32]), zeros([16, 3, 3, 3]), { padding: 1 });   // Tensor<[8, 16, 32, 32]>
 */
export function conv2d<
  X extends AnyTensor,
  W extends AnyTensor,
  const Stride extends Pair = 1,
  const Padding extends Pair = 0,
  const Dilation extends Pair = 1,
  Groups extends number = 1,
>(
  x: X,
  filters: W & ProductCheck<"conv2d", X, W, Conv2dShape<ShapeOf<X>, ShapeOf<W>, Stride, Padding, Dilation, Groups>>,
  options: Conv2dOptions<Stride, Padding, Dilation, Groups> = {},
): Tensor<Checked<Conv2dShape<ShapeOf<X>, ShapeOf<W>, Stride, Padding, Dilation, Groups>>, DTypeOf<X>> {
  checkNames("conv2d", options, ["stride", "padding", "dilation", "groups"]);
  const w: AnyTensor = filters;
  const [top, left] = bothOf(options.padding ?? 0);
  return typed(
    primitives.conv2d(x, w, {
      stride: bothOf(options.stride ?? 1),
      padding: [
        [top, top],
        [left, left],
      ],
      dilation: bothOf(options.dilation ?? 1),
      groups: options.groups ?? 1,
    }),
  );
}

function bothOf(pair: Pair): readonly [number, number] {
  return typeof pair === "number" ? [pair, pair] : pair;
}

/** Options of pooling. */
export interface PoolOptions<Stride extends Pair = Pair, Padding extends Pair = Pair> {
  /** Distance of neighbouring windows. Default: the window's size. */
  readonly stride?: Stride;
  /** On each side; less than the window. Default 0. */
  readonly padding?: Padding;
}

/** `[n, c, oh, ow]`, or a `ShapeError`. */
export type Pool2dShape<Operation extends string, X extends Shape, Window, Stride, Padding> = X extends readonly [
  infer N extends number,
  infer C extends number,
  infer H extends number,
  infer W extends number,
]
  ? WindowShape<
      Operation,
      [N, C],
      ConvAxis<H, PairAt<Window, 0, 1>, PairAt<Stride, 0, PairAt<Window, 0, 1>>, PairAt<Padding, 0, 0>, 1>,
      ConvAxis<W, PairAt<Window, 1, 1>, PairAt<Stride, 1, PairAt<Window, 1, 1>>, PairAt<Padding, 1, 0>, 1>
    >
  : number extends X["length"]
    ? Shape
    : NotImages<Operation, X>;

/** The window of a pooling, checked by the compiler. */
type WindowOf<Operation extends string, S extends Shape, Window, Stride, Padding> = Window &
  Check<Pool2dShape<Operation, S, Window, Stride, Padding>>;

/**
 * The largest element of each window; padding does not take part.
 *
 * @param x - Images, shape `[n, c, h, w]`.
 * @param window - Height and width.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 *
 * @example
 * maxPool2d(zeros([8, 16, 32, 32]), 2);   // Tensor<[8, 16, 16, 16]>
 */
export function maxPool2d<
  S extends Shape,
  D extends DType,
  const Window extends Pair,
  const Stride extends Pair = Window,
  const Padding extends Pair = 0,
>(
  x: Tensor<S, D>,
  window: WindowOf<"maxPool2d", S, Window, Stride, Padding>,
  options: PoolOptions<Stride, Padding> = {},
): Tensor<Checked<Pool2dShape<"maxPool2d", S, Window, Stride, Padding>>, D> {
  checkNames("maxPool2d", options, ["stride", "padding"]);
  const pair: Pair = window;
  return typed(primitives.maxPool2d(x, poolAttributes(pair, options)));
}

/** Options of {@link avgPool2d}. */
export interface AvgPoolOptions<Stride extends Pair = Pair, Padding extends Pair = Pair>
  extends PoolOptions<Stride, Padding> {
  /** Padding counts as zeros. Default true, as in PyTorch. */
  readonly countPadding?: boolean;
}

/** The mean of each window, of floats; otherwise as {@link maxPool2d}. */
export function avgPool2d<
  S extends Shape,
  D extends FloatDType,
  const Window extends Pair,
  const Stride extends Pair = Window,
  const Padding extends Pair = 0,
>(
  x: Tensor<S, D>,
  window: WindowOf<"avgPool2d", S, Window, Stride, Padding>,
  options: AvgPoolOptions<Stride, Padding> = {},
): Tensor<Checked<Pool2dShape<"avgPool2d", S, Window, Stride, Padding>>, D> {
  checkNames("avgPool2d", options, ["stride", "padding", "countPadding"]);
  const pair: Pair = window;
  const { countPadding = true } = options;
  return typed(primitives.avgPool2d(x, { ...poolAttributes(pair, options), countPadding }));
}

type Both = readonly [number, number];

function poolAttributes(
  window: Pair,
  { stride, padding }: PoolOptions,
): { readonly window: Both; readonly stride: Both; readonly padding: readonly [Both, Both] } {
  const [top, left] = bothOf(padding ?? 0);
  return {
    window: bothOf(window),
    stride: bothOf(stride ?? window),
    padding: [
      [top, top],
      [left, left],
    ],
  };
}
