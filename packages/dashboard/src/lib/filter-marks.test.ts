import fc from "fast-check";
import { expect, it } from "vitest";
import { markFilter } from "./filter-marks.ts";

const marks = (text: string, problem?: { from: number; to: number }): string[] =>
  markFilter(text, problem)
    .filter(({ mark }) => mark !== "plain")
    .map(({ text: part, mark }) => `${part} ${mark}`);

it("tells fields, values and what joins them apart", () => {
  expect(marks('not tag in (a, "b") and config.lr >= 1e-3')).toEqual([
    ...["not keyword", "tag field", "in keyword", "( operator", "a value", ", operator", '"b" value', ") operator"],
    ...["and keyword", "config.lr field", ">= operator", "1e-3 value"],
  ]);
  expect(marks("name = x or state = y", { from: 20, to: 21 }).at(-1)).toBe("y problem");
  expect(marks('name = "open')).toContain('"open problem');
});

it("loses no letter of what is typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(
        markFilter(text)
          .map((part) => part.text)
          .join(""),
      ).toBe(text);
    }),
  );
});
