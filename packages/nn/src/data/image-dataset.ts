/** @file Images as bytes in memory, and how they become the numbers of a model when they are read. */
import { describeValue, TrainlogError } from "../error.ts";
import type { Dataset } from "./dataset.ts";

/** Channels, height, width in pixels. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Mean and standard deviation of each channel, of values from 0 to 1. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** How bytes become numbers. */
export interface PixelOptions {
  /** `(value − mean) / deviation` per channel, after scaling to 0 … 1. Default: no change. `channelStatistics` computes them from training images. */
  readonly normalise?: ChannelStatistics;
}

/** Images and their classes. */
export interface LabelledImages<S extends readonly number[]> {
  /** Row-major, shape `[n, ...shape]`. */
  readonly pixels: Uint8Array;
  /** Shape of the examples; of as many numbers as `image`. */
  readonly shape: S;
  readonly image: ImageShape;
  /** The byte that stands for 1. */
  readonly white: number;
  /** One class per image. */
  readonly labels: Uint8Array | Int32Array;
  readonly classNames: readonly string[];
}

/**
 * A data set of images: inputs are `pixel / white`, normalised if asked, made when they are read; targets are class numbers.
 *
 * @throws TrainlogError `data/bad-option` when there are not as many statistics as channels.
 */
export function imageDataset<S extends readonly number[]>(
  { pixels, shape, image: [channels, height, width], white, labels, classNames }: LabelledImages<S>,
  { normalise }: PixelOptions,
): Dataset<S, readonly []> {
  const planeSize = height * width;
  const tables = levelTables(channels, white, normalise);
  return {
    length: labels.length,
    inputShape: shape,
    targetShape: [],
    inputDType: "float",
    targetDType: "int32",
    classNames,
    readInto(indices, inputs, targets) {
      let at = 0;
      for (let i = 0; i < indices.length; i += 1) {
        const index = indices[i] ?? 0;
        targets[i] = labels[index] ?? 0;
        let from = index * channels * planeSize;
        for (const table of tables) {
          for (const end = from + planeSize; from < end; from += 1, at += 1) inputs[at] = table[pixels[from] ?? 0] ?? 0;
        }
      }
    },
  };
}

/** Refuses labels outside of the classes, naming the first one. */
export function checkLabels(labels: ArrayLike<number>, classCount: number, what: string): void {
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] ?? -1;
    if (label >= 0 && label < classCount) continue;
    throw new TrainlogError(
      "data/bad-label",
      `${what}: example ${i} has label ${label}; there are ${classCount} classes, numbered from 0 to ${classCount - 1}`,
    );
  }
}

/** For each channel the number that each of the 256 bytes becomes. */
function levelTables(channels: number, white: number, normalise: ChannelStatistics | undefined): Float64Array[] {
  const { mean, deviation } = normalise ?? { mean: Array(channels).fill(0), deviation: Array(channels).fill(1) };
  if (mean.length !== channels || deviation.length !== channels || !deviation.every((each) => each > 0)) {
    throw new TrainlogError(
      "data/bad-option",
      `normalise has a mean and a deviation above 0 for each of the ${channels} channels; got ${describeValue(mean.join(", "))} and ${describeValue(deviation.join(", "))}`,
    );
  }
  return Array.from({ length: channels }, (_, channel) =>
    Float64Array.from({ length: 256 }, (_, byte) => (byte / white - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)),
  );
}
