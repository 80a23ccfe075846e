import { describe, expect, it } from "vitest";
import { threefry2x32 } from "./threefry.ts";

const unsigned = (words: readonly number[]): string[] =>
  words.map((word) => (word >>> 0).toString(16).padStart(8, "0"));

describe("threefry2x32", () => {
  // Known answers of Random123 (tests/kat_vectors, "threefry2x32 20").
  it.each([
    { counter: [0, 0], key: [0, 0], expected: ["6b200159", "99ba4efe"] },
    { counter: [0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], expected: ["1cb996fc", "bb002be7"] },
    { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], expected: ["c4923a9c", "483df7a0"] },
  ] as const)("scrambles $counter under $key as Random123 does", ({ counter, key, expected }) => {
    expect(unsigned(threefry2x32(key, counter))).toEqual(expected);
  });

  it("takes signed words for the unsigned ones of the same bits", () => {
    expect(threefry2x32([-1, -1], [-1, -1])).toEqual(threefry2x32([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]));
  });
});
