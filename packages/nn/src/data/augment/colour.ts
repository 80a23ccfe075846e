/** @file Changes of values: brightness, contrast, saturation, normalising. */
import { TrainlogError } from "../../error.ts";
import type { ChannelStatistics, ImageShape } from "../image-dataset.ts";
import { checkOptionNames, checkRange } from "../options.ts";
import { blend, type ImageArray, type ImageTransform } from "./image-array.ts";

/** How far to change colours. */
export interface ColourJitterOptions {
  /** All values times a factor between 1 − b and 1 + b. Default 0. */
  readonly brightness?: number;
  /** Distance from the image's mean grey times a factor between 1 − c and 1 + c. Default 0. */
  readonly contrast?: number;
  /** Distance from each pixel's grey times a factor between 1 − s and 1 + s; images of three channels. Default 0. */
  readonly saturation?: number;
  /** Values are held between these. Default `[0, 1]`; for normalised images take `[-Infinity, Infinity]`. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Changes brightness, contrast and saturation at random, in this order.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function colourJitter(options: ColourJitterOptions): ImageTransform {
  checkOptionNames("colourJitter", options, ["brightness", "contrast", "saturation", "range"]);
  const { brightness = 0, contrast = 0, saturation = 0, range: [low, high] = [0, 1] } = options;
  checkRange("colourJitter: brightness", brightness, 0, 1);
  checkRange("colourJitter: contrast", contrast, 0, 1);
  checkRange("colourJitter: saturation", saturation, 0, 1);
  return ({ shape, data }, random) => {
    const factor = (most: number): number => 1 + most * (2 * random.uniform() - 1);
    const [bright, contrasted, saturated] = [factor(brightness), factor(contrast), factor(saturation)];
    const clamp = (value: number): number => Math.min(high, Math.max(low, value));
    const lit = data.map((value) => clamp(value * bright));
    const mean = meanOf(greyOf(lit, shape));
    const stark = lit.map((value) => clamp(mean + (value - mean) * contrasted));
    const grey = greyOf(stark, shape);
    return { shape, data: stark.map((value, i) => clamp(blend(grey[i % grey.length] ?? 0, value, saturated))) };
  };
}

/**
 * `(value − mean) / deviation` per channel. Not random; put it last.
 *
 * @throws TrainlogError when applied `shape/mismatch` when there are not as many statistics as channels.
 */
export function normalise({ mean, deviation }: ChannelStatistics): ImageTransform {
  return ({ shape, data }) => {
    const [channels, height, width] = shape;
    if (mean.length !== channels || deviation.length !== channels) {
      throw new TrainlogError(
        "shape/mismatch",
        `normalise: the image has ${channels} channels, but there are ${mean.length} means and ${deviation.length} deviations`,
      );
    }
    const channelOf = (i: number): number => Math.floor(i / (height * width));
    return {
      shape,
      data: data.map((value, i) => (value - (mean[channelOf(i)] ?? 0)) / (deviation[channelOf(i)] ?? 1)),
    };
  };
}

/** Luminance (ITU-R BT.601) of each pixel; the image itself unless it has three channels. */
function greyOf(data: ImageArray["data"], [channels, height, width]: ImageShape): ImageArray["data"] {
  if (channels !== 3) return data;
  const size = height * width;
  return data
    .slice(0, size)
    .map((red, i) => 0.299 * red + 0.587 * (data[size + i] ?? 0) + 0.114 * (data[2 * size + i] ?? 0));
}

function meanOf(values: ImageArray["data"]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
