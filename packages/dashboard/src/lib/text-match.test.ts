import fc from "fast-check";
import { expect, it } from "vitest";
import { holds, splitAtHits } from "./text-match.ts";

it("cuts where the text occurs, in any case", () => {
  expect(splitAtHits("Error: error!", "ERROR")).toEqual([
    { text: "Error", hit: true },
    { text: ": ", hit: false },
    { text: "error", hit: true },
    { text: "!", hit: false },
  ]);
  expect([holds("a.b", "."), holds("ab", ".")]).toEqual([true, false]);
});

it("loses nothing and marks what it holds", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ maxLength: 2 }), (text, wanted) => {
      const parts = splitAtHits(text, wanted);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      expect(parts.some((part) => part.hit)).toBe(wanted !== "" && holds(text, wanted));
    }),
  );
});
