import { crc32, deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngFile, scanLines } from "./png.ts";

describe("pngFile", () => {
  it.each([
    [1, 0],
    [2, 4],
    [3, 2],
    [4, 6],
  ])("writes %i channels as colour type %i, with right checksums and pixels", (channels, colorType) => {
    const data = Uint8Array.from({ length: 3 * 2 * channels }, (_, i) => i * 7);
    const pixels = { data, width: 3, height: 2, channels };
    const png = Buffer.from(pngFile(pixels, deflateSync(scanLines(pixels))));
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      const body = png.subarray(at + 8, at + 8 + length);
      expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
      chunks.set(png.toString("latin1", at + 4, at + 8), body);
      at += 12 + length;
    }
    expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
    expect([...(chunks.get("IHDR") ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, colorType, 0, 0, 0]);
    const lines = inflateSync(chunks.get("IDAT") ?? new Uint8Array());
    const width = 3 * channels;
    expect([lines[0], lines[width + 1]]).toEqual([0, 0]);
    expect([...lines.subarray(1, width + 1), ...lines.subarray(width + 2)]).toEqual([...data]);
  });

  it("scales floats from 0 … 1 and clamps", () => {
    const pixels = { data: Float32Array.of(0, 0.5, 1, 2, -1), width: 5, height: 1, channels: 1 };
    expect([...scanLines(pixels)]).toEqual([0, 0, 128, 255, 255, 0]);
  });
});
