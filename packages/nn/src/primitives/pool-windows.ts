/** @file What the two kinds of pooling share: shapes, the walk over windows, examples of `vmap`. */
import { apply } from "../engine/apply.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { convSize, type WindowAxis } from "../shape/window.ts";
import { type Batched, batchRepeated, batchSize, inFront } from "./batching.ts";
import { reshape } from "./layout.ts";
import type { BatchedInput, Primitive } from "./primitive.ts";

/** A value for the vertical and one for the horizontal axis. */
export type Pair<T = number> = readonly [T, T];

/** How windows are laid over an image; each pair is [vertical, horizontal]. */
export interface PoolAttributes {
  /** Height and width of a window. */
  readonly window: Pair;
  readonly stride: Pair;
  /** Elements imagined [before, after] the image. */
  readonly padding: Pair<Pair>;
}

function along(axis: 0 | 1, { window, stride, padding }: PoolAttributes): WindowAxis {
  return { kernel: window[axis], stride: stride[axis], padding: padding[axis], dilation: 1 };
}

/**
 * Shape of what pooling makes of images.
 *
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 */
export function pooledShape(operation: string, image: Shape, attributes: PoolAttributes): Shape {
  const [batch = 0, channels = 0, height = 0, width = 0] = checkImages(operation, image);
  const vertical = along(0, attributes);
  const horizontal = along(1, attributes);
  checkPadding(operation, vertical);
  checkPadding(operation, horizontal);
  return [batch, channels, convSize(operation, height, vertical), convSize(operation, width, horizontal)];
}

/**
 * Refuses a tensor that does not have the axes [batch, channels, height, width].
 *
 * @throws TrainlogError `shape/mismatch`.
 */
export function checkImages(operation: string, shape: Shape): Shape {
  if (shape.length === 4) return shape;
  throw shapeError(`${operation}: the input must be images`, "[batch, channels, height, width]", showShape(shape));
}

/** A window that lies in the padding alone has neither maximum nor mean. */
function checkPadding(operation: string, { kernel, padding }: WindowAxis): void {
  if (padding[0] < kernel && padding[1] < kernel) return;
  throw shapeError(
    `${operation}: the padding must be smaller than the window`,
    `less than ${kernel} on either side`,
    `${padding[0]} and ${padding[1]}`,
    "shape/bad-size",
  );
}

/** Calls `visit` with the place of each window in the result and the places of its elements in the images, in rising order. The list is reused. */
export function eachPlace(
  image: Shape,
  pooled: Shape,
  attributes: PoolAttributes,
  visit: (at: number, elements: readonly number[]) => void,
): void {
  const [, , height = 0, width = 0] = image;
  const [batch = 0, channels = 0, rows = 0, columns = 0] = pooled;
  const elements: number[] = [];
  for (let at = 0; at < batch * channels * rows * columns; at += 1) {
    const plane = Math.floor(at / (rows * columns)) * height;
    const top = (Math.floor(at / columns) % rows) * attributes.stride[0] - attributes.padding[0][0];
    const left = (at % columns) * attributes.stride[1] - attributes.padding[1][0];
    elements.length = 0;
    for (let y = Math.max(top, 0); y < Math.min(top + attributes.window[0], height); y += 1) {
      for (let x = Math.max(left, 0); x < Math.min(left + attributes.window[1], width); x += 1) {
        elements.push((plane + y) * width + x);
      }
    }
    visit(at, elements);
  }
}

/** The rule for `vmap`: examples become a larger batch. */
export function poolOfExamples<A>(primitive: Primitive<A>, inputs: readonly BatchedInput[], attributes: A): Batched {
  const size = batchSize(inputs);
  const examples = inputs.map((input) => batchRepeated(input, size));
  const images = examples.map((x) => reshape(x, x.shape.toSpliced(0, 2, sizeOf(x.shape.slice(0, 2)))));
  const y = apply(primitive, images, attributes);
  return inFront(reshape(y, [size, examples[0]?.shape[1] ?? 0, ...y.shape.slice(1)]));
}
