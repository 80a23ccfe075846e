/** @file A picture of what a classifier of the plane has learnt: its decision regions with the held-out points on top. */
import { type Data, type Trainer, tensorND } from "@trainlog/nn";
import type { RawPixels } from "../../index.ts";
import { softmaxRows } from "./probabilities.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** Blue and orange stay apart for colour-blind readers; a pixel is mixed from them by the predicted probability. */
const CLASS_COLORS: readonly [Rgb, Rgb] = [
  [78, 121, 167],
  [242, 142, 43],
];
const WHITE: Rgb = [255, 255, 255];

/** Half the side of the square that is drawn: the spirals end at radius 1. */
const EXTENT = 1.15;

/** How far the regions are faded towards white, so that the points stand out. */
const FADE = 0.45;

/** Draws what a model with two inputs and two classes has learnt. */
export type BoundaryPainter = (predict: Trainer.Probe.Predict) => Required<RawPixels>;

/**
 * Draws the square [−1.15, 1.15]² as `sizePixels` × `sizePixels` RGB pixels, x to the right and y upwards.
 *
 * @param heldOut - Points `[n, 2]` and their classes `[n]`, which are drawn on top.
 */
export function boundaryPainter(heldOut: Data.AllExamples, sizePixels: number): BoundaryPainter {
  const centres = tensorND([sizePixels * sizePixels, 2], pixelCentres(sizePixels));
  return (predict) => {
    const shares = softmaxRows(predict(centres), 2);
    const data = new Uint8Array(3 * sizePixels * sizePixels);
    for (let pixel = 0; pixel < sizePixels * sizePixels; pixel++) {
      const color = mix(CLASS_COLORS[0], CLASS_COLORS[1], shares[2 * pixel + 1] ?? 0.5);
      data.set(mix(color, WHITE, FADE), 3 * pixel);
    }
    drawPoints(data, sizePixels, heldOut);
    return { data, width: sizePixels, height: sizePixels, channels: 3 };
  };
}

function pixelCentres(sizePixels: number): Float32Array {
  const centres = new Float32Array(2 * sizePixels * sizePixels);
  for (let pixel = 0; pixel < sizePixels * sizePixels; pixel++) {
    const [column, row] = [pixel % sizePixels, Math.floor(pixel / sizePixels)];
    centres[2 * pixel] = EXTENT * ((2 * (column + 0.5)) / sizePixels - 1);
    centres[2 * pixel + 1] = EXTENT * (1 - (2 * (row + 0.5)) / sizePixels);
  }
  return centres;
}

function drawPoints(data: Uint8Array, sizePixels: number, { inputs, targets }: Data.AllExamples): void {
  const place = (coordinate: number): number => Math.floor(((coordinate / EXTENT + 1) / 2) * sizePixels);
  for (const [i, label] of targets.entries()) {
    const [column, row] = [place(inputs[2 * i] ?? 0), sizePixels - 1 - place(inputs[2 * i + 1] ?? 0)];
    if (column < 0 || row < 0 || column >= sizePixels || row >= sizePixels) continue;
    data.set(CLASS_COLORS[label === 1 ? 1 : 0], 3 * (row * sizePixels + column));
  }
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (c: 0 | 1 | 2): number => Math.round(from[c] + (to[c] - from[c]) * share);
  return [channel(0), channel(1), channel(2)];
}
