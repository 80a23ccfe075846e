/** @file scikit-learn's handwritten digits, which the package carries. */

import type { Dataset } from "../dataset.ts";
import { subset } from "../dataset-views.ts";
import { imageDataset } from "../image-dataset.ts";
import { checkOptionNames } from "../options.ts";
import { inflate } from "../source/inflate.ts";
import { stratifiedSplitIndices } from "../split-indices.ts";
import { bytesOfBase64 } from "./base64.ts";

/** Shape of a digit: a vector for linear layers, or an image of one channel. */
export type DigitShape<L extends "flat" | "image"> = L extends "image" ? readonly [1, 8, 8] : readonly [64];

/** How to get the digits. */
export interface DigitsOptions<L extends "flat" | "image"> {
  /** `"flat"`: `[64]` (default). `"image"`: `[1, 8, 8]`. */
  readonly layout?: L;
  /** Share of the digits that are for testing. Default 0.2. */
  readonly testFraction?: number;
  /** Which ones they are. Default 0. */
  readonly seed?: number;
}

/** The digits in two parts. */
export interface Digits<L extends "flat" | "image"> {
  readonly train: Dataset<DigitShape<L>, readonly []>;
  readonly test: Dataset<DigitShape<L>, readonly []>;
  readonly classNames: readonly string[];
}

const COUNT = 1797;
const PIXELS = 64;
const CLASS_NAMES: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));

/**
 * The 1,797 handwritten digits of scikit-learn (`load_digits`): 8 × 8 pixels, values from 0 to 1 in steps of 1/16, targets 0 to 9.
 *
 * Divided at random so that each digit has the same share of both parts; by default 1,438 for training and 359 for testing.
 * From E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine Learning Repository, CC BY 4.0.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 *
 * @example
 * const { train, test } = await Data.digits({ layout: "image", seed: 0 });   // Dataset<[1, 8, 8], []>
 */
export async function digits<const L extends "flat" | "image" = "flat">(
  options: DigitsOptions<L> = {},
): Promise<Digits<L>> {
  checkOptionNames("digits", options, ["layout", "testFraction", "seed"]);
  const { layout = "flat", testFraction = 0.2, seed = 0 } = options;
  const { labels, pixels } = await loadDigits();
  // Which of the two it is follows from `layout`, as the type says.
  const shape = (layout === "image" ? [1, 8, 8] : [PIXELS]) as readonly number[] as DigitShape<L>;
  const all = imageDataset({ pixels, shape, image: [1, 8, 8], white: 16, labels, classNames: CLASS_NAMES }, {});
  const parts = stratifiedSplitIndices(labels, testFraction, seed);
  return { train: subset(all, parts.train), test: subset(all, parts.test), classNames: CLASS_NAMES };
}

/** Labels and pixels (image by image, 0 to 16) in scikit-learn's order. */
export async function loadDigits(): Promise<{ readonly labels: Uint8Array; readonly pixels: Uint8Array }> {
  const { DIGITS_BASE64 } = await import("../assets/digits.ts");
  const maxBytes = COUNT * (1 + PIXELS);
  const bytes = await inflate(bytesOfBase64(DIGITS_BASE64), "deflate-raw", { what: "the digits", maxBytes });
  const planes = bytes.subarray(COUNT);
  const pixels = new Uint8Array(COUNT * PIXELS);
  for (let image = 0; image < COUNT; image += 1) {
    for (let pixel = 0; pixel < PIXELS; pixel += 1) pixels[image * PIXELS + pixel] = planes[pixel * COUNT + image] ?? 0;
  }
  return { labels: bytes.subarray(0, COUNT), pixels };
}
