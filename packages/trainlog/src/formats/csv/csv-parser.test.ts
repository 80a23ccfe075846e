import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvParser } from "./csv-parser.ts";
import { quoted } from "./csv-text.ts";

function parse(text: string, pieceLength = text.length || 1) {
  const parser = new CsvParser();
  const records = [];
  for (let at = 0; at < text.length; at += pieceLength) records.push(...parser.push(text.slice(at, at + pieceLength)));
  return [...records, ...parser.end()];
}

const anyField = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom('"', "a\r\nb", ",", "\n", " ", "x,y"),
);

describe("CsvParser", () => {
  it("reads back any fields, however the text is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyField, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("\n", "\r\n"),
        (records, pieceLength, lineEnd) => {
          const text = records.map((fields) => fields.map(quoted).join(",")).join(lineEnd);
          expect(parse(text, pieceLength).map(({ fields }) => fields)).toEqual(records);
        },
      ),
    );
  });

  it("counts lines, also those inside quotes, and skips blank ones", () => {
    expect(parse('a,b\n\n"x\ny",2\n3,4').map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it("names what is wrong and goes on with the next line", () => {
    const records = parse('a,"b"c\n1,2\n3,"never closed\n4,5\n');
    expect(records.map(({ fault }) => fault)).toEqual([
      "text follows a closing quote",
      undefined,
      "a quote is opened and never closed",
      undefined,
    ]);
    expect(records.at(-1)?.fields).toEqual(["4", "5"]);
  });
});
