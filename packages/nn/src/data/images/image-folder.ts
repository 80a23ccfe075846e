/** @file Images in folders, one folder per class, or in any files with their classes. */
import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import { nodeModule } from "../../node-modules.ts";
import { byCodeUnit } from "../by-code-unit.ts";
import type { Dataset } from "../dataset.ts";
import { type ChannelStatistics, checkLabels, imageDataset } from "../image-dataset.ts";
import { checkOptionNames, checkWhole } from "../options.ts";
import { type DataSource, nameOf } from "../source/source.ts";
import { type DecodeOptions, readImage } from "./decode-image.ts";
import { cropRaster, type Raster } from "./raster.ts";
import { resizeRaster } from "./resize.ts";

/** What becomes of an image that has another size: an error; stretched to the size; or scaled until it covers the size, and its middle cut out. */
export type Fit = "error" | "stretch" | "cover";

/** How to read images. */
export interface ImageFolderOptions<C extends 1 | 3, H extends number, W extends number>
  extends Pick<DecodeOptions, "maxPixels"> {
  /** Height and width of the examples, in pixels. */
  readonly size: readonly [height: H, width: W];
  /** 3: red, green, blue (default); 1: grey. */
  readonly channels?: C;
  /** Default `"error"`. */
  readonly fit?: Fit;
  /** Mean and deviation per channel, after scaling to 0 … 1. Default: no change. */
  readonly normalise?: ChannelStatistics;
  /** Keep decoded images in memory (channels × height × width bytes each), so that each is decoded once. Default true. */
  readonly cache?: boolean;
}

/** An image and its class. */
export interface LabelledFile {
  readonly source: DataSource;
  /** Number of its class. */
  readonly label: number;
}

const OPTIONS: readonly string[] = ["size", "channels", "fit", "normalise", "cache", "maxPixels"];
const EXTENSIONS = /\.(png|jpe?g)$/i;

/**
 * The images below a folder: each folder in it is a class, with PNG and JPEG files (also in folders further down). Classes are sorted by name, files too.
 * Inputs are values from 0 to 1 of shape `[channels, height, width]`. Files are read when they are asked for.
 *
 * @throws TrainlogError `image/no-classes` when there is no folder in it, `data/empty` when there is no image; while reading `image/corrupt`,
 *   `image/wrong-size` naming the file, `image/unknown-format`, `image/too-large`; `data/no-package`, `data/no-file`, `data/unknown-option`.
 *
 * @example
 * const pets = await Data.imageFolderDataset("pets", { size: [64, 64], fit: "cover" });   // Dataset<[3, 64, 64], []>
 */
export async function imageFolderDataset<const H extends number, const W extends number, const C extends 1 | 3 = 3>(
  folder: string | URL,
  options: ImageFolderOptions<C, H, W>,
): Promise<Dataset<readonly [C, H, W], readonly []>> {
  const { files, classNames } = await listImages(folder);
  if (classNames.length === 0) {
    throw new TrainlogError(
      "image/no-classes",
      `${nameOf(folder)} has no folders in it; each class is a folder of images`,
    );
  }
  return imageFilesDataset(files, classNames, options);
}

/**
 * As {@link imageFolderDataset}, for images that are listed by the caller: in browsers, or where classes are not folders.
 *
 * @param classNames - Names of the classes, in the order of their numbers.
 * @throws TrainlogError `data/bad-label` for a class that has no name; and as {@link imageFolderDataset}.
 */
export function imageFilesDataset<const H extends number, const W extends number, const C extends 1 | 3 = 3>(
  files: readonly LabelledFile[],
  classNames: readonly string[],
  options: ImageFolderOptions<C, H, W>,
): Dataset<readonly [C, H, W], readonly []> {
  checkOptionNames("imageFolderDataset", options, OPTIONS);
  const [height, width] = options.size;
  checkWhole("imageFolderDataset: height", height, 1);
  checkWhole("imageFolderDataset: width", width, 1);
  if (files.length === 0) throw new TrainlogError("data/empty", "imageFolderDataset: there are no PNG or JPEG images");
  const labels = Int32Array.from(files, ({ label }) => label);
  checkLabels(labels, classNames.length, "imageFolderDataset");
  // Without the option it is 3, which is what `C` is then.
  const channels = (options.channels ?? 3) as C;
  const imageBytes = channels * height * width;
  const cache: (Uint8Array | undefined)[] = [];
  const pixelsOf = async (index: number): Promise<Uint8Array> => {
    const known = cache[index];
    if (known !== undefined) return known;
    const { source } = files[index] ?? { source: "" };
    const planes = await readFitted(source, channels, height, width, options);
    if (options.cache ?? true) cache[index] = planes;
    return planes;
  };
  const described = (pixels: Uint8Array, labels: Int32Array): Dataset<readonly [C, H, W], readonly []> =>
    imageDataset(
      {
        pixels,
        shape: [channels, height, width] as const,
        image: [channels, height, width],
        white: 255,
        labels,
        classNames,
      },
      options,
    );
  return {
    ...described(new Uint8Array(0), labels),
    async readInto(indices, inputs, targets) {
      const pixels = new Uint8Array(indices.length * imageBytes);
      for (let i = 0; i < indices.length; i += 1) pixels.set(await pixelsOf(indices[i] ?? 0), i * imageBytes);
      const batch = described(
        pixels,
        Int32Array.from(indices, (index) => labels[index] ?? 0),
      );
      await batch.readInto(
        Array.from(indices, (_, i) => i),
        inputs,
        targets,
      );
    },
  };
}

async function readFitted(
  source: DataSource,
  channels: 1 | 3,
  height: number,
  width: number,
  { fit = "error", maxPixels }: { readonly fit?: Fit; readonly maxPixels?: number },
): Promise<Uint8Array> {
  const image = await readImage(source, { channels, ...(maxPixels === undefined ? {} : { maxPixels }) });
  if (image.height === height && image.width === width) return image.planes;
  if (fit === "stretch") return resizeRaster(image, height, width).planes;
  if (fit === "cover") return coverWith(image, height, width).planes;
  throw new TrainlogError(
    "image/wrong-size",
    `${nameOf(source, "an image")} is ${image.height} × ${image.width} pixels; expected ${height} × ${width}. ` +
      'Pass fit: "cover" or "stretch" to resize',
  );
}

function coverWith(image: Raster, height: number, width: number): Raster {
  const scale = Math.max(height / image.height, width / image.width);
  const scaledHeight = Math.max(height, Math.round(image.height * scale));
  const scaledWidth = Math.max(width, Math.round(image.width * scale));
  const scaled = resizeRaster(image, scaledHeight, scaledWidth);
  return cropRaster(scaled, (scaledHeight - height) >> 1, (scaledWidth - width) >> 1, height, width);
}

async function listImages(
  folder: string | URL,
): Promise<{ readonly files: LabelledFile[]; readonly classNames: string[] }> {
  const { readdir } = nodeModule("node:fs/promises");
  const { join } = nodeModule("node:path");
  const { fileURLToPath } = nodeModule("node:url");
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new TrainlogError("data/no-file", `${describeValue(root)} cannot be listed: ${reasonOf(cause)}`, { cause });
  });
  const classNames = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort(byCodeUnit);
  const files: LabelledFile[] = [];
  for (const [label, name] of classNames.entries()) {
    const paths = await readdir(join(root, name), { recursive: true });
    for (const path of paths.filter((each) => EXTENSIONS.test(each)).sort(byCodeUnit)) {
      files.push({ source: join(root, name, path), label });
    }
  }
  return { files, classNames };
}
