/** @file Images: an encoded file as it is, or raw pixels (which become a PNG where they are logged, because compression is the platform's). */
import { describeValue, TrainlogError } from "./error.ts";
import {
  blobSource,
  type CaptionOptions,
  captionData,
  type Media,
  type MediaBytes,
  media,
  type RawPixels,
} from "./media-value.ts";

/** Options of {@link image}. */
export type ImageOptions = CaptionOptions;

/**
 * An image.
 *
 * @param source - An encoded image (bytes, path of a file, Blob) or raw pixels, for example a canvas' `ImageData`.
 * @throws TrainlogError `media/bad-source`, `media/bad-image` when the pixels do not fit width × height × channels.
 *
 * @example
 * run.log({ digit: image({ data: pixels, width: 28, height: 28, channels: 1 }, { caption: "a seven" }) });
 */
export function image(source: MediaBytes | RawPixels, options: ImageOptions = {}): Media {
  if (isRawPixels(source)) {
    const pixels = checkPixels(source);
    const { width, height, channels } = pixels;
    return media("image", { ...captionData(options), width, height, channels }, [{ pixels, mime: "image/png" }]);
  }
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  const mime = options.mime ?? (bytes instanceof Uint8Array ? sniffImageMime(bytes) : undefined);
  return media("image", captionData(options), [blobSource(bytes, "image", mime)]);
}

function isRawPixels(source: MediaBytes | RawPixels): source is RawPixels {
  return typeof source === "object" && source !== null && "data" in source && "width" in source;
}

function checkPixels(pixels: RawPixels): Required<RawPixels> {
  const { data, width, height } = pixels;
  const channels = pixels.channels ?? data.length / (width * height);
  const sizesFit = [width, height].every((size) => Number.isInteger(size) && size > 0 && size <= 65_535);
  if (sizesFit && [1, 2, 3, 4].includes(channels) && data.length === width * height * channels) {
    return { data: data.slice(), width, height, channels }; // copied: a training loop reuses its buffers
  }
  const shape = `${describeValue(width)} × ${describeValue(height)} × ${describeValue(channels)}`;
  throw new TrainlogError(
    "media/bad-image",
    `image: expected width × height × channels (1 to 4) values, got ${data.length} for ${shape}`,
    { status: 400 },
  );
}

const MAGICS: readonly (readonly [mime: string, offset: number, bytes: string])[] = [
  ["image/png", 0, "\x89PNG"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["image/bmp", 0, "BM"],
  ["image/avif", 4, "ftypavif"],
];

/** MIME type by the file's first bytes; `undefined` when it is none that browsers show. */
export function sniffImageMime(bytes: Uint8Array): string | undefined {
  const found = MAGICS.find(([, offset, magic]) =>
    [...magic].every((char, i) => bytes[offset + i] === char.charCodeAt(0)),
  );
  if (found !== undefined) return found[0];
  return new TextDecoder().decode(bytes.subarray(0, 512)).includes("<svg") ? "image/svg+xml" : undefined;
}
