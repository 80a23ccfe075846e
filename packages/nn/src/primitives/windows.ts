/** @file Windows that slide over images: sizes and errors that convolution and pooling share. */
import { TrainlogError } from "../error.ts";
import { type Shape, showShape } from "../shape/shape.ts";

/** A value for the vertical and one for the horizontal axis. */
export type Pair<T = number> = readonly [T, T];

/** How a window is laid over one axis. */
export interface AxisWindow {
  readonly size: number;
  readonly stride: number;
  /** Elements that are imagined [before, after] the axis. */
  readonly padding: Pair;
  /** Distance between neighbours in the window. */
  readonly dilation: number;
}

/** Number of places of a window on an axis of so many elements; not positive when there is none. */
export function placesOf(length: number, { size, stride, padding, dilation }: AxisWindow): number {
  const extent = dilation * (size - 1) + 1;
  return Math.floor((padding[0] + length + padding[1] - extent) / stride) + 1;
}

/**
 * Number of places of a window on an axis of so many elements.
 *
 * @throws TrainlogError `shape/mismatch` when the window does not fit once.
 */
export function checkedPlaces(operation: string, image: Shape, axis: 2 | 3, window: AxisWindow): number {
  const places = placesOf(image[axis] ?? 0, window);
  if (places >= 1) return places;
  const { size, padding, dilation } = window;
  throw new TrainlogError(
    "shape/mismatch",
    `${operation}: the window of size ${size}${dilation === 1 ? "" : ` (dilation ${dilation})`} does not fit into axis ${axis} of shape ` +
      `${showShape(image)}, padded by ${padding[0]} + ${padding[1]}`,
  );
}

/**
 * Refuses a tensor that does not have the axes [batch, channels, height, width].
 *
 * @throws TrainlogError `shape/mismatch`.
 */
export function checkImages(operation: string, shape: Shape): void {
  if (shape.length === 4) return;
  throw new TrainlogError(
    "shape/mismatch",
    `${operation}: needs images of shape [batch, channels, height, width], got ${showShape(shape)}`,
  );
}

/**
 * Refuses strides, dilations and window sizes below 1, and negative padding.
 *
 * @throws TrainlogError `shape/bad-size`.
 */
export function checkWindow(operation: string, { size, stride, padding, dilation }: AxisWindow): void {
  const atLeast = (what: string, value: number, least: number): void => {
    if (Number.isInteger(value) && value >= least) return;
    throw new TrainlogError(
      "shape/bad-size",
      `${operation}: ${what} is ${value}; it is a whole number of at least ${least}`,
    );
  };
  atLeast("the window's size", size, 1);
  atLeast("the stride", stride, 1);
  atLeast("the dilation", dilation, 1);
  atLeast("the padding", padding[0], 0);
  atLeast("the padding", padding[1], 0);
}
