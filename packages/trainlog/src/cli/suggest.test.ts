import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, nearestName } from "./suggest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["ls", "ls", 0],
    ["serve", "srve", 1],
    ["serve", "sevre", 1],
    ["show", "shwo", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
  ])("of %j and %j is %i", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  it("is symmetric, at most the longer length, and 0 only for equal texts", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const edits = editDistance(a, b);
        expect(edits).toBe(editDistance(b, a));
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(edits === 0).toBe(a === b);
      }),
    );
  });
});

describe("nearestName", () => {
  const known = ["serve", "demo", "ls", "show", "view", "verify", "repair", "gc", "du", "rm", "restore"];

  it("knows slips and beginnings, and does not guess wildly", () => {
    expect(nearestName("srve", known)).toBe("serve");
    expect(nearestName("verfy", known)).toBe("verify");
    expect(nearestName("rep", known)).toBe("repair");
    expect(nearestName("sl", known)).toBe("ls");
    expect(nearestName("train", known)).toBeUndefined();
    expect(nearestName("x", known)).toBeUndefined();
    expect(nearestName("anything", [])).toBeUndefined();
  });

  it("is said as a question", () => {
    expect(didYouMean("srve", known)).toBe('; did you mean "serve"?');
    expect(didYouMean("zzzz", known)).toBe("");
  });
});
