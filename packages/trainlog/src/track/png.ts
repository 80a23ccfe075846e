/** @file Raw pixels as PNG (ISO/IEC 15948): 8 bits, no interlace, filter 0; the compressed stream (zlib, RFC 1950) comes from the platform. */
import type { RawPixels } from "../run/media.ts";

/** Colour type by channels: grey, grey + alpha, RGB, RGBA. */
const COLOR_TYPES = [0, 4, 2, 6];
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The scan lines of an image, each after its filter byte 0: what a PNG compresses. */
export function scanLines(pixels: Required<RawPixels>): Uint8Array<ArrayBuffer> {
  const { width, height, channels, data } = pixels;
  const lineBytes = width * channels;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const lines = new Uint8Array((lineBytes + 1) * height);
  const line = new Uint8ClampedArray(lineBytes); // clamps and rounds
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < lineBytes; i++) line[i] = (data[y * lineBytes + i] ?? 0) * (isFloat ? 255 : 1);
    lines.set(line, y * (lineBytes + 1) + 1);
  }
  return lines;
}

/** A PNG file of compressed scan lines. */
export function pngFile(pixels: Required<RawPixels>, compressed: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, pixels.width);
  view.setUint32(4, pixels.height);
  header[8] = 8;
  header[9] = COLOR_TYPES[pixels.channels - 1] ?? 0;
  const chunks = [chunk("IHDR", header), chunk("IDAT", compressed), chunk("IEND", new Uint8Array(0))];
  const png = new Uint8Array(chunks.reduce((sum, part) => sum + part.length, SIGNATURE.length));
  png.set(SIGNATURE);
  let offset = SIGNATURE.length;
  for (const part of chunks) {
    png.set(part, offset);
    offset += part.length;
  }
  return png;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** CRC-32 of PNG and zip (polynomial 0xedb88320), bit by bit: an image has a handful of chunks and a table would cost more code. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
