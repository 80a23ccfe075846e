import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pattern } from "./pattern.ts";

/** Patterns of the common syntax over few letters. */
const anyPattern = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("a", "b", ".", "\\d", "\\W", "[ab]", "[^a]", "[a-c1]", "^", "$", "é"),
    tie("pattern").map((inner) => `(${inner})`),
  ),
  pattern: fc
    .array(fc.tuple(tie("atom"), fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,3}", "{0,}", "+?", "|a")), {
      maxLength: 4,
    })
    // An assertion cannot be repeated in JavaScript.
    .map((parts) => parts.map(([atom, times]) => (/^[\^$]/.test(atom) ? atom : atom + times)).join("")),
})).pattern;

describe("Pattern", () => {
  it("finds what JavaScript's regular expressions find", () => {
    fc.assert(
      fc.property(anyPattern, fc.string({ unit: fc.constantFrom("a", "b", "c", "1", "é", " ") }), (source, text) => {
        expect(new Pattern(source).test(text)).toBe(new RegExp(source, "su").test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["(?i)RES", "my-resnet", true],
    ["(?i)^[a-z]+$", "RESNET", true],
    ["^RES", "resnet", false],
    ["🎉$", "done 🎉", true],
    ["^.$", "🎉", true],
    ["a{2", "a{2", true],
    ["\\.", "a", false],
    ["", "", true],
  ])("%s in %s: %s", (source, text, expected) => {
    expect(new Pattern(source).test(text)).toBe(expected);
  });

  it.each([
    "(",
    ")",
    "[a",
    "*a",
    "a\\",
    "(?=a)",
    "\\1",
    "\\p{L}",
    "[b-a]",
    "a{3,2}",
    "a{1001}",
    "((a{100}){100}){100}",
    "(".repeat(100),
    "a".repeat(1001),
  ])("refuses %s", (source) => {
    expect(() => new Pattern(source)).toThrow(expect.objectContaining({ code: "query/bad-pattern", status: 400 }));
  });

  it("is not held up by what makes others backtrack", () => {
    expect(new Pattern("(a+)+$").test(`${"a".repeat(100_000)}b`)).toBe(false);
    expect(new Pattern("(a|a|aa)*c").test("a".repeat(100_000))).toBe(false);
    expect(new Pattern("[ab]*a[ab]{12}c").test("abba".repeat(5000))).toBe(false);
  });
});
