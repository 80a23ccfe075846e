/**
 * @file Random changes of images that leave their class as it is.
 *
 * Each is a pure function of an image and a source of randomness; lists of them make a pipeline. Values are those that the data set gives: 0 to 1, or
 * normalised, where `fill` then has to be what black or the mean is.
 */
import type { Generator } from "../../random/generator.ts";
import type { ImageShape } from "../image-dataset.ts";

/** An image as numbers. */
export interface ImageArray {
  /** Channels, height, width in pixels. */
  readonly shape: ImageShape;
  /** Row-major. */
  readonly data: Float32Array | Float64Array;
}

/** A change of an image. It draws what it needs from `random` and does not touch the given image. */
export type ImageTransform = (image: ImageArray, random: Generator) => ImageArray;

/** An image whose pixels are taken from places of another, in all channels alike; `fill` where there is nothing. */
export function fromSource(
  { shape: [, height, width], data }: ImageArray,
  shape: ImageShape,
  place: (row: number, column: number) => readonly [row: number, column: number],
  fill = 0,
): ImageArray {
  const [channels, newHeight, newWidth] = shape;
  const size = channels * newHeight * newWidth;
  const result = data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
  for (let row = 0; row < newHeight; row += 1) {
    for (let column = 0; column < newWidth; column += 1) {
      const [y, x] = place(row, column);
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (channel * newHeight + row) * newWidth + column;
        result[at] = inside ? (data[(channel * height + y) * width + x] ?? fill) : fill;
      }
    }
  }
  return { shape, data: result };
}

/** From `a` (part 0) to `b` (part 1), and beyond. */
export function blend(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
