/** @file Data sets whose images are changed at random when they are read. */
import { describeValue, TrainlogError } from "../../error.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import type { Dataset } from "../dataset.ts";
import type { ImageShape } from "../image-dataset.ts";
import { map } from "../map-examples.ts";
import { checkOptionNames } from "../options.ts";
import type { ImageArray, ImageTransform } from "./image-array.ts";

/** How to augment. */
export interface AugmentOptions<In extends ImageShape> {
  /** Default 0. */
  readonly seed?: number;
  /** Shape of the new images, when a crop changes it. */
  readonly inputShape?: In;
}

/**
 * A data set of images with transforms applied in order, anew in each epoch. What an image becomes is determined by seed, epoch and its number: the same
 * in every run, and in one that goes on from a checkpoint.
 *
 * @throws TrainlogError `data/unknown-option`, `data/bad-option` for what is no list of transforms, `shape/mismatch` for inputs that are no images; when read `shape/mismatch` when the images are not of the promised shape; and as the transforms.
 *
 * @example
 * const augmented = Data.augment(train, [Data.randomFlip(), Data.randomCrop({ padding: 4 })], { seed: 1 });
 */
export function augment<In extends ImageShape, Out extends Shape, const NewIn extends ImageShape = In>(
  dataset: Dataset<In, Out>,
  transforms: readonly ImageTransform[],
  options: AugmentOptions<NewIn> = {},
): Dataset<NewIn, Out> {
  checkOptionNames("augment", options, ["seed", "inputShape"]);
  const shape: ImageShape = dataset.inputShape;
  checkTransforms(transforms);
  if (shape.length !== 3) {
    throw new TrainlogError(
      "shape/mismatch",
      `augment takes images of shape [channels, height, width]; the data set's inputs have shape ${showShape(shape)}`,
    );
  }
  return map<In, Out, NewIn, Out>(
    dataset,
    ({ input, target, random }) => {
      const image: ImageArray = { shape, data: input instanceof Float64Array ? input : Float32Array.from(input) };
      const changed = transforms.reduce((before, transform) => transform(before, random), image);
      return { input: changed.data, target };
    },
    options,
  );
}

function checkTransforms(transforms: unknown): void {
  if (Array.isArray(transforms) && transforms.every((each) => typeof each === "function")) return;
  throw new TrainlogError(
    "data/bad-option",
    `augment: expected a list of transforms such as [Data.randomFlip()], got ${describeValue(transforms)}`,
  );
}
