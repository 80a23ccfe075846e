import { describe, expect, expectTypeOf, it } from "vitest";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Dataset } from "../dataset.ts";
import { labelsOf } from "../dataset-views.ts";
import { readAll } from "../read-all.ts";
import { decodeTargets, encodeRows } from "../table/encode-rows.ts";
import { codeOf } from "../test-errors.ts";
import { csvRows } from "./csv-table.ts";
import { tabularCsvDataset } from "./tabular-csv.ts";

const csv = (text: string): File => new File([text], "people.csv");

const PEOPLE = csv(
  "name,age,city,member,height\nAda,36,Rome,yes,1.70\nBob,,Oslo,no,1.82\nCleo,18,Rome,true,1.64\nDan,72,Bonn,0,1.79\n",
);
const COLUMNS = { name: "ignored", city: "category", member: "boolean" } as const;

describe("tabularCsvDataset", () => {
  it("types columns, puts one number per category, and keeps the rows' order", async () => {
    const { train, test, featureNames, encoding } = await tabularCsvDataset(PEOPLE, {
      target: "height",
      columns: COLUMNS,
      missing: "median",
      standardise: false,
      testFraction: 0,
    });
    expectTypeOf(train).toEqualTypeOf<Dataset<readonly [number], readonly [1]>>();
    expect([train.length, test.length]).toEqual([4, 0]);
    expect(featureNames).toEqual(["age", "city=Bonn", "city=Oslo", "city=Rome", "member"]);
    const { inputs, targets } = await readAll(train);
    expect([...inputs]).toEqual(
      [
        [36, 0, 0, 1, 1],
        [36, 0, 1, 0, 0],
        [18, 0, 0, 1, 1],
        [72, 1, 0, 0, 0],
      ].flat(),
    );
    expect([...targets]).toEqual([1.7, 1.82, 1.64, 1.79].map(Math.fround));
    expect(encoding.inputs[0]).toEqual({ kind: "number", name: "age", fill: 36, mean: 0, deviation: 1 });
  });

  it("makes classes of a category, with their names, in equal shares", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},${["no", "yes", "maybe"][i % 3]}`);
    const { train, test, classNames } = await tabularCsvDataset(csv(["x,answer", ...rows].join("\n")), {
      target: "answer",
      columns: { answer: "category" },
      inputShape: [1],
      testFraction: 0.3,
    });
    expectTypeOf(train).toEqualTypeOf<Dataset<readonly [1], readonly []>>();
    expect(classNames).toEqual(["maybe", "no", "yes"]);
    expect(train.classNames).toEqual(classNames);
    expect([...(await labelsOf(test))].sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it("standardises by the training rows alone, and the encoding serves other files and rows", async () => {
    const text = `a,b,y\n${Array.from({ length: 40 }, (_, i) => `${i * i},5,${3 * i}`).join("\n")}`;
    const { train, test, encoding } = await tabularCsvDataset(csv(text), { target: "y", standardiseTarget: true });
    const { inputs, targets } = await readAll(train);
    const a = inputs.filter((_, i) => i % 2 === 0);
    for (const values of [[...a], [...targets]]) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5);
    }
    expect(inputs.filter((_, i) => i % 2 === 1).every((value) => value === 0)).toBe(true);

    const saved = JSON.parse(JSON.stringify(encoding));
    const again = await tabularCsvDataset(csv(text), { target: "y", encoding: saved });
    expect([again.train.length, again.test.length]).toEqual([40, 0]);
    const all = await readAll(again.train);
    expect([...all.inputs]).toEqual(expect.arrayContaining([...(await readAll(test)).inputs]));
    const row = await encodeRows(saved, [{ a: 9, b: "5" }]);
    expect([...row.data()]).toEqual([...all.inputs.slice(6, 8)]);
    const typed: Tensor<readonly [number, 2]> = await encodeRows(saved, [{ a: 9, b: "5" }], { inputShape: [2] });
    expect(typed.toArray()).toEqual(row.toArray());
    await expect(encodeRows(saved, [{ a: 9, b: "5" }], { inputShape: [3] })).rejects.toThrow(
      "encodeRows: inputs have shape [2] (of a, b); expected [3]",
    );
    const outputs = tensorFromData(Float32Array.of(all.targets[3] ?? 0), [1, 1], "float");
    expect(decodeTargets(saved, outputs)[0]?.["y"]).toBeCloseTo(9, 4);
  });

  it("does with missing values what was asked", async () => {
    const load = async (missing: unknown, columns: object = COLUMNS): Promise<number[]> => {
      const options = { target: "height", columns, missing, standardise: false, testFraction: 0 } as const;
      const { train } = await tabularCsvDataset(PEOPLE, options as never);
      const width = train.inputShape[0] ?? 0;
      return [...(await readAll(train)).inputs].filter((_, i) => i % width === 0);
    };
    expect(await load("mean")).toEqual([36, 42, 18, 72]);
    expect(await load("drop")).toEqual([36, 18, 72]);
    expect(await load("error", { ...COLUMNS, age: { kind: "number", missing: { constant: -1 } } })).toEqual([
      36, -1, 18, 72,
    ]);
    await expect(load("error")).rejects.toThrow(
      'people.csv, line 3 (row 2), column "age" has no value; say what to do with missing: "drop"',
    );
    await expect(load("zero")).rejects.toThrow('missing of column "age" is "zero"; there are "error", "drop"');
    await expect(load({ constant: 0 })).rejects.toThrow('column "city" holds a category, so the constant');
  });

  it("fills words and booleans with the most frequent value, targets never", async () => {
    const text = "c,b,y\nx,yes,1\nx,,2\n,no,3\nz,yes,4\n";
    const { train } = await tabularCsvDataset(csv(text), {
      target: "y",
      columns: { c: "category", b: "boolean" },
      missing: "mean",
      testFraction: 0,
    });
    expect([...(await readAll(train)).inputs]).toEqual(
      [
        [1, 0, 1],
        [1, 0, 1],
        [1, 0, 0],
        [0, 1, 1],
      ].flat(),
    );
    await expect(tabularCsvDataset(csv("x,y\n1,?\n"), { target: "y", missing: "mean" })).rejects.toThrow(
      'line 2 (row 1), column "y" has no value; targets are not filled in',
    );
  });

  it("names file, line, row and column of what does not fit", async () => {
    await expect(tabularCsvDataset(csv("a,y\n1,2\nx1,3\n"), { target: "y" })).rejects.toThrow(
      'people.csv, line 3 (row 2), column "a" is "x1", which is not a finite number; if the column holds something else, say so: columns: { "a": "category" }',
    );
    await expect(tabularCsvDataset(csv("a,y\n1,2\n3\n"), { target: "y" })).rejects.toThrow(
      "people.csv, line 3 (row 2) has 1 fields, the header has 2 (a, y)",
    );
    const closed = { target: "y", columns: { a: { kind: "category", categories: ["l", "r"] } } } as const;
    await expect(tabularCsvDataset(csv("a,y\nm,2\n"), closed)).rejects.toThrow(
      'column "a" is "m"; the categories are "l", "r"',
    );
    for (const bad of ["0x10", "1,5", "1e999", "Infinity", "--1", "1 2"]) {
      expect(await codeOf(() => tabularCsvDataset(csv(`a;y\n${bad};1\n`), { target: "y", delimiter: ";" }))).toBe(
        "table/bad-cell",
      );
    }
  });

  it("refuses what is no table, and options that fit nothing", async () => {
    const load = (text: string, options: object): Promise<string> =>
      codeOf(() => tabularCsvDataset(csv(text), { target: "y", ...options }));
    expect(await load("", {})).toBe("csv/no-header");
    expect(await load("a,y\n", {})).toBe("data/empty");
    expect(await load("a,a,y\n1,2,3\n", {})).toBe("csv/bad-header");
    expect(await load("a,y\n1,2\n", { target: "z" })).toBe("table/no-column");
    expect(await load("a,y\n1,2\n", { columns: { b: "number" } })).toBe("table/no-column");
    expect(await load("a,y\n1,2\n", { columns: { y: "ignored" } })).toBe("table/bad-column");
    expect(await load("y\n1\n", {})).toBe("table/bad-column");
    expect(await load("a,y\n1,2\n", { inputShape: [2] })).toBe("shape/mismatch");
    expect(await load("a,y\n1,2\n", { standardize: true })).toBe("data/unknown-option");
    expect(await load("a,y\n1,2\n", { encoding: {} })).toBe("table/bad-encoding");
    expect(await load("a,y\n1,2\n", { delimiter: "||" })).toBe("csv/bad-option");
    expect(await codeOf(() => tabularCsvDataset(new Uint8Array([97, 44, 0xff, 10]), { target: "y" }))).toBe(
      "data/not-utf8",
    );
  });

  it("predicts several numbers, without a header line", async () => {
    const { train } = await tabularCsvDataset(csv("1,2,3\n4,5,6\n"), {
      target: ["y", "z"],
      header: ["x", "y", "z"],
      testFraction: 0,
    });
    expectTypeOf(train.targetShape).toEqualTypeOf<readonly [2]>();
    expect([...(await readAll(train)).targets]).toEqual([2, 3, 5, 6]);
  });
});

describe("csvRows", () => {
  it("gives records of text, without a byte order mark", async () => {
    expect(await Array.fromAsync(csvRows(csv("\ufeffa, b\n1,x y\n")))).toEqual([{ a: "1", b: "x y" }]);
  });
});

describe("hints", () => {
  it("name the delimiter that a file seems to have", async () => {
    const options = { target: "y" } as const;
    await expect(tabularCsvDataset(csv("a;y\n1;2\n"), options)).rejects.toThrow(
      'it has "a;y". If its fields are divided otherwise, say so: delimiter: ";"',
    );
    await expect(tabularCsvDataset(csv("a\ty\n1\t2\n"), options)).rejects.toThrow('say so: delimiter: "\\t"');
    await expect(tabularCsvDataset(csv("a\n1\n"), options)).rejects.toThrow(/it has "a"$/);
  });

  it("do not speak of options that encodeRows has not", async () => {
    const { encoding } = await tabularCsvDataset(csv("a,y\n1,2\n2,3\n"), { target: "y", testFraction: 0 });
    await expect(encodeRows(encoding, [{ b: 1 }])).rejects.toThrow(
      'encodeRows, row 0, column "a" has no value; none was missing when the encoding was fitted, so it knows no value to put in: give one',
    );
  });
});
