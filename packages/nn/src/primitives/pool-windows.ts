/** @file What the two kinds of pooling share: shapes, the walk over windows, examples of `vmap`. */
import { apply } from "../engine/apply.ts";
import { TrainlogError } from "../error.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { type Batched, batchRepeated, batchSize, inFront } from "./batching.ts";
import { reshape } from "./layout.ts";
import type { BatchedInput, Primitive } from "./primitive.ts";
import { type AxisWindow, checkedPlaces, checkImages, checkWindow, type Pair } from "./windows.ts";

/** How windows are laid over an image; each pair is [vertical, horizontal]. */
export interface PoolAttributes {
  /** Height and width of a window. */
  readonly window: Pair;
  readonly stride: Pair;
  /** Elements imagined [before, after] the image. */
  readonly padding: Pair<Pair>;
}

function axisWindow({ window, stride, padding }: PoolAttributes, axis: 0 | 1): AxisWindow {
  return { size: window[axis], stride: stride[axis], padding: padding[axis], dilation: 1 };
}

/**
 * Shape of what pooling makes of images.
 *
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 */
export function pooledShape(operation: string, image: Shape, attributes: PoolAttributes): Shape {
  checkImages(operation, image);
  const vertical = axisWindow(attributes, 0);
  const horizontal = axisWindow(attributes, 1);
  for (const axis of [vertical, horizontal]) {
    checkWindow(operation, axis);
    checkPadding(operation, axis);
  }
  const rows = checkedPlaces(operation, image, 2, vertical);
  return [image[0] ?? 0, image[1] ?? 0, rows, checkedPlaces(operation, image, 3, horizontal)];
}

/** Windows that lie in the padding alone have neither maximum nor mean. */
function checkPadding(operation: string, { size, padding }: AxisWindow): void {
  if (padding[0] < size && padding[1] < size) return;
  throw new TrainlogError(
    "shape/bad-size",
    `${operation}: padding ${padding[0]} + ${padding[1]} must be smaller on either side than the window's size ${size}`,
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
  const images = inputs.map((input) => {
    const x = batchRepeated(input, size);
    return reshape(x, x.shape.toSpliced(0, 2, sizeOf(x.shape.slice(0, 2))));
  });
  const y = apply(primitive, images, attributes);
  return inFront(reshape(y, y.shape.toSpliced(0, 1, size, (y.shape[0] ?? 0) / size)));
}
