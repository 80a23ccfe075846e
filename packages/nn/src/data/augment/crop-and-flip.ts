/** @file Changes that move whole pixels: flips, crops, cut-out squares. */
import { TrainlogError } from "../../error.ts";
import type { ImageShape } from "../image-dataset.ts";
import { checkOptionNames, checkRange, checkWhole } from "../options.ts";
import { fromSource, type ImageTransform } from "./image-array.ts";

/** How often to flip. */
export interface FlipOptions {
  /** Probability of swapping left and right. Default 0.5. */
  readonly horizontal?: number;
  /** Probability of swapping top and bottom. Default 0. */
  readonly vertical?: number;
}

/**
 * Flips at random.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function randomFlip(options: FlipOptions = {}): ImageTransform {
  checkOptionNames("randomFlip", options, ["horizontal", "vertical"]);
  const { horizontal = 0.5, vertical = 0 } = options;
  checkRange("randomFlip: horizontal", horizontal, 0, 1);
  checkRange("randomFlip: vertical", vertical, 0, 1);
  return (image, random) => {
    const mirrored = random.uniform() < horizontal;
    const turned = random.uniform() < vertical;
    const [, height, width] = image.shape;
    return fromSource(image, image.shape, (row, column) => [
      turned ? height - 1 - row : row,
      mirrored ? width - 1 - column : column,
    ]);
  };
}

/** How to crop. */
export interface CropOptions {
  /** Pixels that are put around the image before. Default 0. */
  readonly padding?: number;
  /** Height and width of the crop. Default: the image's own. */
  readonly size?: readonly [height: number, width: number];
  /** Value of the padding. Default 0. */
  readonly fill?: number;
}

/**
 * Pads the image on all sides and cuts out a random part.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`; when applied `shape/mismatch` for an image that is smaller than the crop.
 */
export function randomCrop(options: CropOptions = {}): ImageTransform {
  checkOptionNames("randomCrop", options, ["padding", "size", "fill"]);
  const { padding = 0, size, fill = 0 } = options;
  checkWhole("randomCrop: padding", padding, 0);
  for (const length of size ?? []) checkWhole("randomCrop: size", length, 1);
  return (image, random) => {
    const [channels, height, width] = image.shape;
    const [cropHeight, cropWidth] = size ?? [height, width];
    const [spareRows, spareColumns] = [height + 2 * padding - cropHeight, width + 2 * padding - cropWidth];
    if (spareRows < 0 || spareColumns < 0) {
      throw new TrainlogError(
        "shape/mismatch",
        `randomCrop: a part of ${cropHeight} × ${cropWidth} pixels does not fit into ${height} × ${width} with ${padding} around it`,
      );
    }
    const top = random.integer(spareRows + 1) - padding;
    const left = random.integer(spareColumns + 1) - padding;
    const shape: ImageShape = [channels, cropHeight, cropWidth];
    return fromSource(image, shape, (row, column) => [row + top, column + left], fill);
  };
}

/** How much to cut out. */
export interface CutoutOptions {
  /** Side of the square, in pixels. */
  readonly size: number;
  /** Value of the square. Default 0. */
  readonly fill?: number;
}

/**
 * Fills a square at a random place (T. DeVries and G. Taylor, 2017). Its centre lies in the image, so a part of it may lie outside.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function cutout(options: CutoutOptions): ImageTransform {
  checkOptionNames("cutout", options, ["size", "fill"]);
  const { size, fill = 0 } = options;
  checkWhole("cutout: size", size, 1);
  return ({ shape, data }, random) => {
    const [channels, height, width] = shape;
    const top = random.integer(height) - (size >> 1);
    const left = random.integer(width) - (size >> 1);
    const cut = data.slice();
    for (let row = Math.max(0, top); row < Math.min(height, top + size); row += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        const start = (channel * height + row) * width;
        cut.fill(fill, start + Math.max(0, left), start + Math.max(0, Math.min(width, left + size)));
      }
    }
    return { shape, data: cut };
  };
}
