import { describe, expect, it } from "vitest";
import { readAll } from "../read-all.ts";
import { codeOf } from "../test-errors.ts";
import { jsonlRows, tabularJsonlDataset } from "./jsonl.ts";

const jsonl = (text: string): File => new File([text], "rows.jsonl");

describe("jsonlRows", () => {
  it("gives one object per line, blank lines left out", async () => {
    const rows = await Array.fromAsync(jsonlRows(jsonl('{"a":1}\r\n\n{"a":"é","b":[2]}')));
    expect(rows).toEqual([{ a: 1 }, { a: "é", b: [2] }]);
  });

  it("names the line that is no object", async () => {
    const rows = async (text: string): Promise<unknown> => await Array.fromAsync(jsonlRows(jsonl(text)));
    await expect(rows('{"a":1}\n{"a":')).rejects.toThrow("rows.jsonl, line 2 is not JSON");
    await expect(rows("\n[1]\n")).rejects.toThrow("rows.jsonl, line 2 is an array of 1; each line is a JSON object");
    expect(await codeOf(() => rows("null"))).toBe("jsonl/bad-line");
  });

  it("keeps hostile keys plain data", async () => {
    const [row] = await Array.fromAsync(jsonlRows(jsonl('{"__proto__":{"x":1},"a":2}')));
    expect(row?.["x"]).toBeUndefined();
    expect({}).not.toHaveProperty("x");
  });
});

describe("tabularJsonlDataset", () => {
  it("takes a missing key as a missing value", async () => {
    const { train } = await tabularJsonlDataset(jsonl('{"a":1,"y":true}\n{"y":false}\n{"a":3,"y":true,"z":9}\n'), {
      target: "y",
      columns: { y: "boolean" },
      missing: "mean",
      standardise: false,
      testFraction: 0,
    });
    expect(await readAll(train)).toEqual({ inputs: Float32Array.of(1, 2, 3), targets: Float32Array.of(1, 0, 1) });
  });

  it("names the line and column of what does not fit", async () => {
    await expect(tabularJsonlDataset(jsonl('{"a":1,"y":1}\n{"a":[],"y":1}\n'), { target: "y" })).rejects.toThrow(
      'rows.jsonl, line 2, column "a" is an array of 0, which is not a finite number',
    );
    expect(await codeOf(() => tabularJsonlDataset(jsonl(""), { target: "y" }))).toBe("data/empty");
  });
});
