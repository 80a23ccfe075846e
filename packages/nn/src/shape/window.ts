/** @file Sizes of what slides: convolution and pooling. */
import type { Add, Divide, Multiply, Subtract } from "./arithmetic.ts";
import { checkWhole } from "./axes.ts";
import { shapeError } from "./shape-error.ts";

/**
 * Output size of a convolution along one axis: ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; `never` when the kernel does not fit.
 *
 * @example
 * ConvSize<32, 3, 1, 1>   // 32
 * ConvSize<224, 7, 2, 3>  // 112
 */
export type ConvSize<
  Size extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
> =
  Subtract<Add<Size, Multiply<2, Padding>>, Add<Multiply<Dilation, Subtract<Kernel, 1>>, 1>> extends infer Room extends
    number
    ? [Room] extends [never]
      ? never
      : Add<Divide<Room, Stride>, 1>
    : never;

/** Output size of a pooling along one axis; the stride is the kernel's size unless given. */
export type PoolSize<
  Size extends number,
  Kernel extends number,
  Stride extends number = Kernel,
  Padding extends number = 0,
> = ConvSize<Size, Kernel, Stride, Padding>;

/** How a window slides along one axis. */
export interface WindowAxis {
  readonly kernel: number;
  readonly stride: number;
  /** Before and after. */
  readonly padding: readonly [number, number];
  readonly dilation: number;
}

/**
 * Output size of a convolution or pooling along one axis, as {@link ConvSize}.
 *
 * @throws TrainlogError `shape/mismatch` when the kernel is larger than the padded input; `shape/bad-size` for a stride of 0 and the like.
 */
export function convSize(operation: string, size: number, { kernel, stride, padding, dilation }: WindowAxis): number {
  checkWhole(`${operation}: the kernel's size`, kernel, 1);
  checkWhole(`${operation}: the stride`, stride, 1);
  checkWhole(`${operation}: the dilation`, dilation, 1);
  const [before, after] = padding;
  checkWhole(`${operation}: the padding`, before);
  checkWhole(`${operation}: the padding`, after);
  const extent = dilation * (kernel - 1) + 1;
  const room = size + before + after - extent;
  if (room < 0) {
    throw shapeError(
      `${operation}: the kernel is larger than the padded input`,
      `at least ${extent}`,
      String(size + before + after),
    );
  }
  return Math.floor(room / stride) + 1;
}
