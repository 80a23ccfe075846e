/**
 * @file Resizing with a triangle filter that grows as the image shrinks, as PIL's BILINEAR does: every source pixel counts, so nothing flickers.
 */
import type { Raster } from "./raster.ts";

/** Which source pixels make one target pixel, and how much of each. Weights sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** The image in another size, in pixels. */
export function resizeRaster(image: Raster, height: number, width: number): Raster {
  return alongRows(alongColumns(image, width), height);
}

function tapsFor(source: number, target: number): Taps[] {
  const scale = source / target;
  const reach = Math.max(scale, 1);
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const last = Math.min(source, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / reach)),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

function alongColumns({ channels, height, width, planes }: Raster, target: number): Raster {
  if (width === target) return { channels, height, width, planes };
  const taps = tapsFor(width, target);
  const result = new Uint8Array(channels * height * target);
  for (let row = 0; row < channels * height; row += 1) {
    for (let x = 0; x < target; x += 1) result[row * target + x] = weigh(planes, row * width, 1, taps[x]);
  }
  return { channels, height, width: target, planes: result };
}

function alongRows({ channels, height, width, planes }: Raster, target: number): Raster {
  if (height === target) return { channels, height, width, planes };
  const taps = tapsFor(height, target);
  const result = new Uint8Array(channels * target * width);
  for (let row = 0; row < channels * target; row += 1) {
    const plane = Math.floor(row / target) * height * width;
    for (let x = 0; x < width; x += 1) result[row * width + x] = weigh(planes, plane + x, width, taps[row % target]);
  }
  return { channels, height: target, width, planes: result };
}

/** One target pixel; `stride` is the distance between source pixels. */
function weigh(planes: Uint8Array, start: number, stride: number, taps: Taps | undefined): number {
  if (taps === undefined) return 0;
  let sum = 0.5;
  for (let tap = 0; tap < taps.weights.length; tap += 1) {
    sum += (planes[start + (taps.first + tap) * stride] ?? 0) * (taps.weights[tap] ?? 0);
  }
  return Math.min(255, Math.floor(sum));
}
