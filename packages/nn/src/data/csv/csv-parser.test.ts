import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRecord, csvParser } from "./csv-parser.ts";

interface Golden {
  readonly text: string;
  readonly rows: readonly (readonly string[])[];
}

/** What Python's csv module reads. */
const golden: readonly Golden[] = JSON.parse(
  await readFile(new URL("../../../golden/data-csv.json", import.meta.url), "utf8"),
);

function parse(text: string, delimiter = ",", pieceLength = text.length || 1): CsvRecord[] {
  const parser = csvParser({ delimiter, what: "t.csv" });
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += pieceLength) records.push(...parser.push(text.slice(at, at + pieceLength)));
  return [...records, ...parser.end()];
}

const fieldsOf = (records: readonly CsvRecord[]): (readonly string[])[] => records.map(({ fields }) => fields);

describe("csvParser", () => {
  it.each(golden)("reads what Python's csv module reads: $text", ({ text, rows }) => {
    expect(fieldsOf(parse(text))).toEqual(rows);
  });

  it("gives back any table that was written by the RFC's rules, however the text is cut", () => {
    const anyField = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", "\r", " ", ";"), maxLength: 5 });
    const anyTable = fc.array(fc.array(anyField, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        anyTable,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (rows, end, piece, open) => {
          const quote = (field: string): string =>
            /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
          const text = rows.map((row) => row.map(quote).join(",")).join(end) + (open ? "" : end);
          expect(fieldsOf(parse(text, ",", piece))).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("knows the line on which each record begins", () => {
    expect(parse('a,b\n"1\n\n2",3\r\n\n4,5').map(({ line }) => line)).toEqual([1, 2, 6]);
  });

  it("takes other delimiters", () => {
    expect(fieldsOf(parse("a\tb,c\td", "\t"))).toEqual([["a", "b,c", "d"]]);
  });

  it("names the line of a quote that never closes, or closes too early", () => {
    expect(() => parse('a\n"b\nc')).toThrow("t.csv: the quote that opens a field on line 2 is never closed");
    expect(() => parse('a\nx,"b" c')).toThrow("on line 2, in field 2, there is text after the closing quote");
  });
});
