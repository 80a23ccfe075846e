/** @file Mean and deviation of a data set's channels, for normalising. */
import { TrainlogError } from "../error.ts";
import { showShape, sizeOf } from "../shape/shape.ts";
import { newArray } from "../tensor/from-data.ts";
import type { Dataset } from "./dataset.ts";
import type { ChannelStatistics, ImageShape } from "./image-dataset.ts";

/** Examples that are read at a time. */
const ROWS = 64;

/**
 * Mean and standard deviation (of the population) of each channel, over all images. Take them from training images, before normalising.
 *
 * @throws TrainlogError `data/empty`, `shape/mismatch` unless inputs are `[channels, height, width]`.
 *
 * @example
 * const normalise = await Data.channelStatistics((await Data.cifar10Dataset(folder)).train);
 */
export async function channelStatistics(dataset: Dataset<ImageShape>): Promise<ChannelStatistics> {
  const { length, inputShape } = dataset;
  if (length === 0) throw new TrainlogError("data/empty", "channelStatistics: the data set has no examples");
  if (inputShape.length !== 3) {
    throw new TrainlogError(
      "shape/mismatch",
      `channelStatistics: inputs have shape ${showShape(inputShape)}; expected [channels, height, width]`,
    );
  }
  const [channels] = inputShape;
  const plane = sizeOf(inputShape) / channels;
  const inputs = new Float64Array(ROWS * channels * plane);
  const targets = newArray(dataset.targetDType, ROWS * sizeOf(dataset.targetShape));
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let start = 0; start < length; start += ROWS) {
    const count = Math.min(ROWS, length - start);
    await dataset.readInto(
      Int32Array.from({ length: count }, (_, i) => start + i),
      inputs,
      targets,
    );
    for (let i = 0; i < count * channels * plane; i += 1) {
      const value = inputs[i] ?? 0;
      const channel = Math.floor(i / plane) % channels;
      sums[channel] = (sums[channel] ?? 0) + value;
      squares[channel] = (squares[channel] ?? 0) + value * value;
    }
  }
  const mean = Array.from(sums, (sum) => sum / (length * plane));
  // A constant channel has deviation 1, so that normalising gives 0 and not NaN.
  const deviation = mean.map(
    (each, c) => Math.sqrt(Math.max(0, (squares[c] ?? 0) / (length * plane) - each * each)) || 1,
  );
  return { mean, deviation };
}
