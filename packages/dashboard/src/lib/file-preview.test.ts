import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDelimited, previewOf } from "./file-preview.ts";

describe("parseDelimited", () => {
  it("reads back what was written", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "\t") });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        table,
        fc.constantFrom("," as const, "\t" as const),
        fc.constantFrom("\n", "\r\n"),
        (rows, delimiter, end) => {
          const written = rows
            .map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter))
            .join(end);
          expect(parseDelimited(written, delimiter)).toEqual(rows);
          expect(parseDelimited(written + end, delimiter)).toEqual(rows);
        },
      ),
    );
  });

  it.each<[string, string[][]]>([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["a,,c", [["a", "", "c"]]],
    ['"x" y,z', [["x y", "z"]]],
    ['"never ends, a\nb', [["never ends, a\nb"]]],
  ])("reads %j", (text, rows) => expect(parseDelimited(text, ",")).toEqual(rows));

  it("takes any text, in linear time", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseDelimited(text, ",").length).toBeGreaterThan(0);
      }),
    );
    expect(parseDelimited('"'.repeat(200_001), ",")).toHaveLength(1);
  });
});

it("chooses by the ending of the name, and nothing for what it does not know", () => {
  expect(
    ["a/b.PNG", "x.csv", "Makefile", "m.safetensors", "x.constructor", ""].map((path) => previewOf(path)?.kind),
  ).toEqual(["image", "table", "text", undefined, undefined, undefined]);
});
