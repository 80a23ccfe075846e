/** @file Data sets whose images are changed at random when they are read. */
import type { Shape } from "../../shape/shape.ts";
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
 * @throws TrainlogError `data/unknown-option`; when read `shape/mismatch` when the images are not of the promised shape; and as the transforms.
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
