import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { Dataset } from "../dataset.ts";
import { readAll } from "../read-all.ts";
import { codeOf } from "../test-errors.ts";
import { decodeImage } from "./decode-image.ts";
import { imageFilesDataset, imageFolderDataset } from "./image-folder.ts";
import type { Raster } from "./raster.ts";
import { resizeRaster } from "./resize.ts";

interface Decoded {
  readonly name: string;
  readonly file: string;
  readonly planes: readonly number[];
}

interface Golden {
  readonly height: number;
  readonly width: number;
  readonly colour: readonly number[];
  readonly grey: readonly number[];
  readonly pngs: readonly (Decoded & { readonly channels: number })[];
  readonly jpegs: readonly (Decoded & { readonly height: number; readonly width: number })[];
  readonly resized: readonly { readonly height: number; readonly width: number; readonly planes: readonly number[] }[];
}

const golden: Golden = JSON.parse(await readFile(new URL("../../../golden/data-images.json", import.meta.url), "utf8"));
const { height, width } = golden;
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));
const pngOf = (wanted: string): Uint8Array => bytesOf(golden.pngs.find(({ name }) => name === wanted)?.file ?? "");
const colour: Raster = { channels: 3, height, width, planes: Uint8Array.from(golden.colour) };

/** Largest difference between two lists of bytes. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

describe("decodeImage", () => {
  it.each(golden.pngs)("reads a PNG as Pillow does: $name", async ({ file, channels, planes }) => {
    const image = await decodeImage(bytesOf(file));
    expect(image).toMatchObject({ channels, height, width });
    expect([...image.planes]).toEqual(planes);
  });

  it.each(golden.jpegs)("reads a JPEG to within 3 levels of Pillow: $name", async (jpeg) => {
    const image = await decodeImage(bytesOf(jpeg.file));
    expect(image).toMatchObject({ channels: 3, height: jpeg.height, width: jpeg.width });
    // Decoders round the cosine transform differently.
    expect(farthest(image.planes, jpeg.planes)).toBeLessThanOrEqual(3);
  });

  it("gives the asked channels", async () => {
    expect([...(await decodeImage(pngOf("colour"), { channels: 1 })).planes]).toEqual(golden.grey);
    const grey = await decodeImage(pngOf("grey"), { channels: 3 });
    expect([...grey.planes]).toEqual([...golden.grey, ...golden.grey, ...golden.grey]);
  });

  it("refuses files that are cut off anywhere", async () => {
    for (const bytes of [pngOf("colour"), bytesOf(golden.jpegs[0]?.file ?? "")]) {
      for (let length = 0; length < bytes.length - 2; length += 5) {
        const code = await codeOf(() => decodeImage(bytes.subarray(0, length)));
        expect(code).toMatch(/^image\/(corrupt|unknown-format)$/);
      }
    }
  });

  it("answers damage with an error of its own, or with an image", async () => {
    for (const bytes of [pngOf("palette of 16"), bytesOf(golden.jpegs[1]?.file ?? "")]) {
      for (let at = 0; at < bytes.length; at += 7) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 0xff;
        const code = await codeOf(() => decodeImage(damaged));
        expect(code).toMatch(/^(image\/(corrupt|unknown-format|too-large)|no error)$/);
      }
    }
  });

  it("takes no memory for a claimed size", async () => {
    const png = pngOf("colour");
    new DataView(png.buffer).setUint32(16, 2 ** 31 - 1);
    await expect(decodeImage(png, { what: "big.png" })).rejects.toThrow(
      "big.png claims 7 × 2147483647 pixels, more than 50000000",
    );
    expect(await codeOf(() => decodeImage(bytesOf(golden.jpegs[0]?.file ?? ""), { maxPixels: 100 }))).toBe(
      "image/too-large",
    );
  });
});

describe("resizeRaster", () => {
  it.each(golden.resized)("is Pillow's to within one level: $height × $width", ({ height, width, planes }) => {
    const resized = resizeRaster(colour, height, width);
    expect(resized).toMatchObject({ channels: 3, height, width });
    expect(farthest(resized.planes, planes)).toBeLessThanOrEqual(1);
  });

  it("keeps an image of one colour", () => {
    const flat: Raster = { channels: 1, height: 5, width: 9, planes: new Uint8Array(45).fill(77) };
    for (const [h, w] of [
      [1, 1],
      [13, 4],
      [3, 20],
    ] as const) {
      expect(new Set(resizeRaster(flat, h, w).planes)).toEqual(new Set([77]));
    }
  });
});

describe("imageFolderDataset", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trainlog-images-"));
    await mkdir(join(folder, "cats", "old"), { recursive: true });
    await mkdir(join(folder, "ants"));
    await writeFile(join(folder, "cats", "b.png"), pngOf("grey"));
    await writeFile(join(folder, "cats", "old", "a.PNG"), pngOf("colour"));
    await writeFile(join(folder, "cats", "notes.txt"), "no image");
    await writeFile(join(folder, "ants", "c.jpg"), bytesOf(golden.jpegs[0]?.file ?? ""));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("has one class per folder, sorted, and resizes when asked", async () => {
    const dataset = await imageFolderDataset(folder, { size: [7, 11], fit: "stretch" });
    expectTypeOf(dataset).toEqualTypeOf<Dataset<readonly [3, 7, 11], readonly []>>();
    expect(dataset).toMatchObject({ length: 3, inputShape: [3, 7, 11], classNames: ["ants", "cats"] });
    const { inputs, targets } = await readAll(dataset);
    expect([...targets]).toEqual([0, 1, 1]);
    expect(
      farthest(
        inputs.slice(-3 * 77).map((value) => Math.round(value * 255)),
        golden.colour,
      ),
    ).toBe(0);
  });

  it("cuts the middle out of an image that covers the size", async () => {
    const files = [{ source: pngOf("colour"), label: 0 }];
    const dataset = imageFilesDataset(files, ["all"], { size: [7, 7], fit: "cover", channels: 1 });
    const { inputs } = await readAll(dataset);
    const middle = Array.from({ length: 49 }, (_, i) => golden.grey[Math.floor(i / 7) * 11 + 2 + (i % 7)]);
    expect([...inputs].map((value) => Math.round(value * 255))).toEqual(middle);
  });

  it("decodes each image once, unless memory is to be saved", async () => {
    for (const cache of [true, false]) {
      let reads = 0;
      const blob = new Blob([pngOf("colour") as BlobPart]);
      const counted = Object.assign(blob, {
        arrayBuffer: () => {
          reads += 1;
          return Blob.prototype.arrayBuffer.call(blob);
        },
      });
      const dataset = imageFilesDataset([{ source: counted, label: 0 }], ["all"], { size: [7, 11], cache });
      await readAll(dataset);
      await readAll(dataset);
      expect(reads).toBe(cache ? 1 : 2);
    }
  });

  it("names what is wrong", async () => {
    await expect(readAll(await imageFolderDataset(folder, { size: [7, 11] }))).rejects.toThrow(
      /c\.jpg is 16 × 24 pixels; expected 7 × 11/,
    );
    expect(await codeOf(() => imageFolderDataset(join(folder, "cats", "old"), { size: [7, 11] }))).toBe(
      "image/no-classes",
    );
    expect(await codeOf(() => imageFolderDataset(join(folder, "none"), { size: [7, 11] }))).toBe("data/no-file");
    expect(await codeOf(() => imageFilesDataset([], [], { size: [1, 1] }))).toBe("data/empty");
    expect(await codeOf(() => imageFilesDataset([{ source: "x", label: 2 }], ["a"], { size: [1, 1] }))).toBe(
      "data/bad-label",
    );
    expect(await codeOf(() => imageFilesDataset([], [], { size: [1, 1], resize: true } as never))).toBe(
      "data/unknown-option",
    );
  });
});
