/**
 * @file PNG and JPEG to bytes, by the optional packages `fast-png` and `jpeg-js`.
 *
 * The kind is read from the bytes, not from the file's name, and the size before anything is unpacked: an image that claims more pixels than the limit is
 * refused without taking memory for them.
 */

import { reasonOf, TrainlogError } from "../../error.ts";
import { checkOptionNames } from "../options.ts";
import { optionalPeer, rethrow } from "../source/optional-peer.ts";
import { type DataSource, nameOf, readSource } from "../source/source.ts";
import { type Raster, toColour, toGrey } from "./raster.ts";

/** How to decode. */
export interface DecodeOptions {
  /** 3: red, green, blue; 1: grey. Default: as in the file. Transparency is left out. */
  readonly channels?: 1 | 3;
  /** The most pixels that an image may have. Default 50 million. */
  readonly maxPixels?: number;
}

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG_MAGIC = [0xff, 0xd8, 0xff];

/**
 * Decodes a PNG or JPEG image to 8 bits per channel.
 *
 * @throws TrainlogError `image/unknown-format`, `image/corrupt`, `image/too-large`, `data/no-package` when the decoder is not installed, `data/no-file`.
 */
export async function readImage(source: DataSource, options: DecodeOptions = {}): Promise<Raster> {
  checkOptionNames("readImage", options, ["channels", "maxPixels"]);
  return await decodeImage(await readSource(source), { ...options, what: nameOf(source, "the image") });
}

/** As {@link readImage}, from bytes; `what` names them in errors. */
export async function decodeImage(
  bytes: Uint8Array,
  { channels, maxPixels = 50e6, what = "the image" }: DecodeOptions & { readonly what?: string } = {},
): Promise<Raster> {
  const image = await decodeAny(bytes, maxPixels, what);
  if (channels === undefined) return image;
  return channels === 1 ? toGrey(image) : toColour(image);
}

async function decodeAny(bytes: Uint8Array, maxPixels: number, what: string): Promise<Raster> {
  if (PNG_MAGIC.every((byte, i) => bytes[i] === byte)) return await decodePng(bytes, maxPixels, what);
  if (JPEG_MAGIC.every((byte, i) => bytes[i] === byte)) return await decodeJpeg(bytes, maxPixels, what);
  throw new TrainlogError(
    "image/unknown-format",
    `${what} begins like neither a PNG nor a JPEG image (${bytes.length} bytes)`,
  );
}

async function decodePng(bytes: Uint8Array, maxPixels: number, what: string): Promise<Raster> {
  const { decode } = await optionalPeer("fast-png", "reading PNG images", () => import("fast-png").catch(rethrow));
  if (bytes.length < 24) throw corrupt(what, "it ends inside of its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The header chunk is always the first: width and height stand at bytes 16 and 20.
  checkSize(view.getUint32(20), view.getUint32(16), maxPixels, what);
  const { width, height, depth, channels, data, palette } = orCorrupt(what, () => decode(bytes, { checkCrc: true }));
  const samples = depth < 8 ? unpackSamples(data, width * channels, height, depth) : data;
  const size = width * height;
  const planes = new Uint8Array(size * (palette !== undefined || channels >= 3 ? 3 : 1));
  const levels = 2 ** depth - 1;
  const sampleOf = (pixel: number, channel: number): number => {
    if (palette !== undefined) return palette[samples[pixel] ?? 0]?.[channel] ?? 0;
    const sample = samples[pixel * channels + channel] ?? 0;
    return depth === 16 ? sample >> 8 : (sample * 255) / levels;
  };
  for (let i = 0; i < planes.length; i += 1) planes[i] = sampleOf(i % size, Math.floor(i / size));
  return { channels: planes.length === size ? 1 : 3, height, width, planes };
}

/** Samples of 1, 2 or 4 bits, which lie several to a byte, highest bits first; each row begins a new byte. */
function unpackSamples(data: ArrayLike<number>, perRow: number, rows: number, depth: number): Uint8Array {
  const perByte = 8 / depth;
  const bytesPerRow = Math.ceil(perRow / perByte);
  return Uint8Array.from({ length: perRow * rows }, (_, i) => {
    const column = i % perRow;
    const byte = data[Math.floor(i / perRow) * bytesPerRow + Math.floor(column / perByte)] ?? 0;
    return (byte >> (8 - depth * ((column % perByte) + 1))) & (2 ** depth - 1);
  });
}

async function decodeJpeg(bytes: Uint8Array, maxPixels: number, what: string): Promise<Raster> {
  const module = await optionalPeer("jpeg-js", "reading JPEG images", () => import("jpeg-js").catch(rethrow));
  const { height, width } = jpegSize(bytes, what);
  checkSize(height, width, maxPixels, what);
  const { data } = orCorrupt(what, () =>
    module.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: Math.ceil(maxPixels / 1e6),
      maxMemoryUsageInMB: 2048,
    }),
  );
  const size = height * width;
  const planes = new Uint8Array(size * 3);
  for (let i = 0; i < planes.length; i += 1) planes[i] = data[(i % size) * 3 + Math.floor(i / size)] ?? 0;
  return { channels: 3, height, width, planes };
}

/** Height and width stand in the frame header, which comes before the pixels. */
function jpegSize(bytes: Uint8Array, what: string): { readonly height: number; readonly width: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) break;
    // Frame headers are C0 to CF, except the tables DHT (C4), JPG (C8) and DAC (CC).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    // Fill bytes may come before a marker.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  throw corrupt(what, "it ends before its size is said");
}

function checkSize(height: number, width: number, maxPixels: number, what: string): void {
  if (height === 0 || width === 0) throw corrupt(what, `its size is ${height} × ${width} pixels`);
  if (height * width <= maxPixels) return;
  throw new TrainlogError(
    "image/too-large",
    `${what} claims ${height} × ${width} pixels, more than ${maxPixels}; pass maxPixels if that is right`,
  );
}

function orCorrupt<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw corrupt(what, reasonOf(cause), cause);
  }
}

function corrupt(what: string, reason: string, cause?: unknown): TrainlogError {
  return new TrainlogError(
    "image/corrupt",
    `${what} cannot be decoded, so it is cut off or damaged: ${reason.trim().replace(/:$/, "")}`,
    { cause },
  );
}
