import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { Dataset } from "../dataset.ts";
import { labelsOf } from "../dataset-views.ts";
import { readAll } from "../read-all.ts";
import { md5 } from "../source/md5.ts";
import { codeOf } from "../test-errors.ts";
import { type Cifar10Files, cifar10Dataset } from "./cifar10.ts";

/** Records whose pixels count up from the label. */
function records(labels: readonly number[]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label) => [label, ...Array.from({ length: 3072 }, (_, i) => (label + i) & 255)]),
  );
}

const files: Cifar10Files = {
  train: [[0, 1], [2, 3], [4], [5], [9]].map(records),
  test: records([7, 8]),
};
const FILE_NAMES = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];

/** A POSIX tar archive, as GNU tar writes it. */
function tar(entries: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const blocks = entries.flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("0", 156);
    header.write("ustar\x0000", 257);
    header.write("        ", 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const archive = tar([
  ["cifar-10-batches-bin/readme.html", Buffer.from("<html>")],
  ...FILE_NAMES.map((name, i) => [`cifar-10-batches-bin/${name}`, files.train[i] as Uint8Array] as const),
  ["cifar-10-batches-bin/test_batch.bin", files.test as Uint8Array],
]);

describe("cifar10Dataset", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trainlog-cifar-"));
    for (const [i, name] of FILE_NAMES.entries()) await writeFile(join(folder, name), files.train[i] as Uint8Array);
    await writeFile(join(folder, "test_batch.bin"), files.test as Uint8Array);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ["six files", () => files],
    ["a folder", () => folder],
    ["an archive", () => gzipSync(archive)],
  ])("reads %s", async (_, source) => {
    const { train, test, classNames } = await cifar10Dataset(source(), { partial: true, checksum: false });
    expectTypeOf(train).toEqualTypeOf<Dataset<readonly [3, 32, 32], readonly []>>();
    expect([...(await labelsOf(train))]).toEqual([0, 1, 2, 3, 4, 5, 9]);
    expect([...(await labelsOf(test))]).toEqual([7, 8]);
    expect(classNames[9]).toBe("truck");
    const { inputs } = await readAll(test);
    expect([inputs[0], inputs[3072], inputs[3073]]).toEqual([7 / 255, 8 / 255, 9 / 255].map(Math.fround));
  });

  it("normalises each channel by its own statistics", async () => {
    const normalise = { mean: [0, 0.5, 1], deviation: [1, 0.5, 2] };
    const { test } = await cifar10Dataset(files, { partial: true, normalise });
    const { inputs } = await readAll(test);
    const raw = [7, (7 + 1024) & 255, (7 + 2048) & 255].map((byte) => byte / 255);
    expect([inputs[0], inputs[1024], inputs[2048]]).toEqual(
      raw.map((value, c) => Math.fround((value - (normalise.mean[c] ?? 0)) / (normalise.deviation[c] ?? 1))),
    );
  });

  it("refuses files of another size, naming sizes, and labels above 9", async () => {
    await expect(cifar10Dataset(files)).rejects.toThrow(
      "a file of CIFAR-10 has 6146 bytes; it should have 30730000: 10000 records of 3073 bytes",
    );
    const whole = records([1]);
    for (let length = 0; length < whole.length; length += 256) {
      const cut = { train: [whole.subarray(0, length)], test: whole };
      expect(await codeOf(() => cifar10Dataset(cut, { partial: true }))).toBe("cifar/bad-size");
    }
    await expect(cifar10Dataset({ train: [records([3, 10])], test: whole }, { partial: true })).rejects.toThrow(
      "example 1 has label 10; there are 10 classes",
    );
    expect(await codeOf(() => cifar10Dataset(join(folder, "no")))).toBe("data/no-file");
  });

  it("compares an archive's checksum, and finds damage in it", async () => {
    await expect(cifar10Dataset(gzipSync(archive))).rejects.toThrow(
      /has MD5 [0-9a-f]{32}; cifar-10-binary\.tar\.gz has c32a1d4a/,
    );
    const code = (bytes: Uint8Array): Promise<string> =>
      codeOf(() => cifar10Dataset(gzipSync(bytes), { partial: true, checksum: false }));
    expect(await code(archive.subarray(0, 4000))).toBe("data/corrupt");
    const damaged = archive.slice();
    damaged[600 * 2] = 1;
    damaged[1024] = 65;
    expect(await code(damaged)).toBe("data/corrupt");
    expect(await code(tar([["data_batch_1.bin", records([1])]]))).toBe("cifar/missing-file");
  });
});

describe("md5", () => {
  it("is what the system computes", () => {
    for (let length = 0; length < 200; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
      expect(md5(bytes)).toBe(createHash("md5").update(bytes).digest("hex"));
    }
  });
});
