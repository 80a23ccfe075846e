/** @file Data sets from a pair of IDX files, as MNIST and its relatives are published. */
import { TrainlogError } from "../../error.ts";
import { showShape } from "../../shape/shape.ts";
import type { Dataset } from "../dataset.ts";
import { checkLabels, type ImageShape, imageDataset, type PixelOptions } from "../image-dataset.ts";
import { checkOptionNames, checkWhole } from "../options.ts";
import { type DataSource, nameOf } from "../source/source.ts";
import { type IdxArray, readIdxArray } from "./idx.ts";

/** How to read a pair of files. */
export interface IdxDatasetOptions<H extends number = number, W extends number = number> extends PixelOptions {
  /** Height and width in pixels: give the data set its type, and are checked. Default: any. */
  readonly size?: readonly [height: H, width: W];
  /** Number of classes. Default 10. */
  readonly classes?: number;
  /** Names of the classes. Default: their numbers. */
  readonly classNames?: readonly string[];
}

/**
 * Images and labels from two IDX files, gzipped or not. Inputs are values from 0 to 1 (normalised if asked) of shape `[1, height, width]`, targets class
 * numbers. The images stay in memory as bytes.
 *
 * @throws TrainlogError `idx/bad-header`, `idx/truncated`, `idx/too-long`, `idx/not-images` and `idx/not-labels` when a file holds something else,
 *   `shape/mismatch`, `data/length-mismatch`, `data/bad-label`, `data/no-file`, `data/corrupt`, `data/unknown-option`.
 *
 * @example
 * const train = await Data.idxDataset("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", { size: [28, 28] });   // Dataset<[1, 28, 28], []>
 */
export async function idxDataset<const H extends number = number, const W extends number = number>(
  images: DataSource,
  labels: DataSource,
  options: IdxDatasetOptions<H, W> = {},
): Promise<Dataset<readonly [1, H, W], readonly []>> {
  checkOptionNames("idxDataset", options, ["size", "classes", "classNames", "normalise"]);
  const { classNames, classes = classNames?.length ?? 10 } = options;
  checkWhole("idxDataset: classes", classes, 1, 256);
  const imageName = nameOf(images, "the images");
  const labelName = nameOf(labels, "the labels");
  const pixels = await readIdxArray(images);
  const [height, width] = checkImages(pixels, options.size, imageName);
  const classOf = await readIdxArray(labels);
  checkLabelFile(classOf, labelName);
  if (classOf.elements.length !== pixels.shape[0]) {
    throw new TrainlogError(
      "data/length-mismatch",
      `${imageName} has ${pixels.shape[0]} images, but ${labelName} has ${classOf.elements.length} labels`,
    );
  }
  checkLabels(classOf.elements, classes, labelName);
  const image: ImageShape = [1, height, width];
  return imageDataset(
    {
      pixels: pixels.elements,
      // Height and width are those that were asked for, or any.
      shape: image as readonly [1, H, W],
      image,
      white: 255,
      labels: classOf.elements,
      classNames: classNames ?? Array.from({ length: classes }, (_, each) => String(each)),
    },
    options,
  );
}

function checkImages(
  { type, shape }: IdxArray,
  size: readonly [number, number] | undefined,
  what: string,
): readonly [number, number] {
  const [, height, width] = shape;
  if (type.name !== "uint8" || shape.length !== 3 || height === undefined || width === undefined) {
    throw new TrainlogError(
      "idx/not-images",
      `${what} holds ${type.name} of shape ${showShape(shape)}; images are uint8 of shape [n, height, width]`,
    );
  }
  if (size !== undefined && (size[0] !== height || size[1] !== width)) {
    throw new TrainlogError(
      "shape/mismatch",
      `${what} has images of ${height} × ${width} pixels; expected ${size[0]} × ${size[1]}`,
    );
  }
  return [height, width];
}

function checkLabelFile({ type, shape }: IdxArray, what: string): void {
  if (type.name === "uint8" && shape.length === 1) return;
  throw new TrainlogError(
    "idx/not-labels",
    `${what} holds ${type.name} of shape ${showShape(shape)}; labels are uint8 of shape [n]`,
  );
}
