import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readAll } from "../read-all.ts";
import { codeOf } from "../test-errors.ts";
import { parquetRows, tabularParquetDataset } from "./parquet.ts";

interface Golden {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly files: Readonly<Record<"none" | "snappy", string>>;
}

const golden: Golden = JSON.parse(
  await readFile(new URL("../../../golden/data-parquet.json", import.meta.url), "utf8"),
);
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

describe("parquetRows", () => {
  it.each(["none", "snappy"] as const)("reads what pyarrow wrote, compression %s", async (compression) => {
    const rows = await Array.fromAsync(parquetRows(bytesOf(golden.files[compression])));
    expect(rows.map((row) => ({ ...row, age: row["age"] === null ? null : Number(row["age"]) }))).toEqual(golden.rows);
  });

  it("reads the asked columns alone", async () => {
    const rows = await Array.fromAsync(
      parquetRows(new Blob([bytesOf(golden.files.none) as BlobPart]), { columns: ["city"] }),
    );
    expect(rows[4]).toEqual({ city: "日本" });
    const unknown = parquetRows(bytesOf(golden.files.none), { columns: ["town"] });
    await expect(Array.fromAsync(unknown)).rejects.toThrow('has no column "town"; it has age, height, city, member');
  });

  it("refuses a file that is cut off or damaged, with an error of its own", async () => {
    const bytes = bytesOf(golden.files.snappy);
    for (let length = 0; length < bytes.length; length += 13) {
      expect(await codeOf(() => Array.fromAsync(parquetRows(bytes.subarray(0, length))))).toBe("parquet/corrupt");
    }
    for (let at = 0; at < bytes.length; at += 5) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      // The format has no checksums that everybody writes: a changed value may pass, but nothing may break.
      expect(await codeOf(() => Array.fromAsync(parquetRows(damaged)))).toMatch(/^(parquet\/corrupt|no error)$/);
    }
  });
});

describe("tabularParquetDataset", () => {
  it("encodes numbers, words and booleans, with their missing values", async () => {
    const { train, featureNames, droppedRows } = await tabularParquetDataset(bytesOf(golden.files.snappy), {
      target: "height",
      columns: { city: "category", member: "boolean" },
      missing: "drop",
      standardise: false,
      testFraction: 0,
    });
    expect(featureNames).toEqual(["age", "city=Rome", "city=日本", "member"]);
    expect(droppedRows).toBe(2);
    const { inputs, targets } = await readAll(train);
    expect([...inputs]).toEqual(
      [
        [36, 1, 0, 1],
        [18, 1, 0, 1],
        [72, 0, 1, 0],
      ].flat(),
    );
    expect([...targets]).toEqual([1.7, 1.64, 1.5].map(Math.fround));
  });
});
