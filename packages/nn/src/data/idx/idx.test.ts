import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Dataset } from "../dataset.ts";
import { labelsOf } from "../dataset-views.ts";
import { readAll } from "../read-all.ts";
import { codeOf } from "../test-errors.ts";
import { readIdx } from "./idx.ts";
import { idxDataset } from "./idx-dataset.ts";

interface Golden {
  readonly name: string;
  readonly file: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const golden: readonly Golden[] = JSON.parse(
  await readFile(new URL("../../../golden/data-idx.json", import.meta.url), "utf8"),
);
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** An IDX file of bytes. */
function idxOf(shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [(size >>> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...sizes, ...bytes]);
}

describe("readIdx", () => {
  it.each(golden)("reads every element type: $name", async ({ file, shape, values }) => {
    const tensor = await readIdx(bytesOf(file), { dtype: "f64" });
    expect(tensor.shape).toEqual(shape);
    expect([...tensor.data()]).toEqual(values);
  });

  it("takes whole numbers as int32, floats as float, and holds a file to a shape", async () => {
    const file = idxOf([1, 2, 2], [1, 2, 3, 4]);
    const tensor = await readIdx(file, { shape: [null, 2, 2] });
    expectTypeOf(tensor).toEqualTypeOf<Tensor<readonly [number, 2, 2], "int32">>();
    expect(tensor.dtype).toBe("int32");
    expect((await readIdx(bytesOf(golden.find(({ name }) => name === "f8")?.file ?? ""))).dtype).toBe("float");
    expect(await codeOf(() => readIdx(file, { shape: [null, 4] }))).toBe("shape/mismatch");
  });

  it("refuses a file that is cut off anywhere, or longer than it says", async () => {
    const file = idxOf([2, 3], [1, 2, 3, 4, 5, 6]);
    for (let length = 0; length < file.length; length += 1) {
      expect(await codeOf(() => readIdx(file.subarray(0, length)))).toBe("idx/truncated");
    }
    await expect(readIdx(file.subarray(0, 15))).rejects.toThrow(
      "the IDX data should have 18 bytes (uint8 of shape [2, 3]), but has 15: it is cut off",
    );
    expect(await codeOf(() => readIdx(Buffer.concat([file, file])))).toBe("idx/too-long");
  });

  it("refuses gzip data that is cut off, or unpacks to more than the header says", async () => {
    const file = gzipSync(idxOf([3, 400], Array(1200).fill(7)));
    for (let length = 2; length < file.length; length += 3) {
      expect(await codeOf(() => readIdx(file.subarray(0, length)))).toMatch(/^(data\/corrupt|idx\/truncated)$/);
    }
    expect(await codeOf(() => readIdx(gzipSync(idxOf([1], Array(100_000).fill(0)))))).toBe("data/too-large");
  });

  it("refuses what is no IDX file, and takes no memory for a claimed size", async () => {
    expect(await codeOf(() => readIdx(Uint8Array.of(0, 1, 8, 1, 0, 0, 0, 0)))).toBe("idx/bad-header");
    expect(await codeOf(() => readIdx(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0)))).toBe("idx/bad-header");
    expect(await codeOf(() => readIdx(idxOf([0xffffffff, 0xffffffff], [1])))).toBe("idx/truncated");
    expect(await codeOf(() => readIdx(gzipSync(idxOf([0xffffffff, 0xffffffff], [1]))))).toBe("idx/truncated");
  });
});

describe("idxDataset", () => {
  const images = idxOf([3, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
  const labels = idxOf([3], [2, 0, 1]);

  it("pairs images with labels, scaled to 0 … 1", async () => {
    const dataset = await idxDataset(images, gzipSync(labels), { size: [2, 2], classes: 3 });
    expectTypeOf(dataset).toEqualTypeOf<Dataset<readonly [1, 2, 2], readonly []>>();
    expect(dataset).toMatchObject({ length: 3, inputShape: [1, 2, 2], targetShape: [], classNames: ["0", "1", "2"] });
    expect([...(await readAll(dataset)).inputs.slice(0, 4)]).toEqual([0, 0.2, 0.4, 1].map(Math.fround));
    expect([...(await labelsOf(dataset))]).toEqual([2, 0, 1]);
    const normalised = await idxDataset(images, labels, { normalise: { mean: [0.5], deviation: [0.25] } });
    expect([...(await readAll(normalised)).inputs.slice(0, 4)]).toEqual([-2, -1.2, -0.4, 2].map(Math.fround));
  });

  it("refuses files that do not belong together", async () => {
    const code = (a: Uint8Array, b: Uint8Array, options: object = {}): Promise<string> =>
      codeOf(() => idxDataset(a, b, options));
    expect(await code(labels, images)).toBe("idx/not-images");
    expect(await code(images, images)).toBe("idx/not-labels");
    expect(await code(images, idxOf([2], [0, 1]))).toBe("data/length-mismatch");
    expect(await code(images, labels, { size: [28, 28] })).toBe("shape/mismatch");
    expect(await code(images, labels, { normalise: { mean: [0, 0], deviation: [1, 1] } })).toBe("data/bad-option");
    await expect(idxDataset(images, labels, { classes: 2 })).rejects.toThrow(
      "the labels: example 0 has label 2; there are 2 classes, numbered from 0 to 1",
    );
  });
});
