import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipText, padText, textWidth, visibleText, wrapText } from "./text-width.ts";

describe("textWidth", () => {
  it.each([
    ["", 0],
    ["loss", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["損失", 4],
    ["한글", 4],
    ["🚀", 2],
    ["👩‍🔬", 2],
    ["❤️", 2],
    ["▁█", 2],
    ["−∞…", 3],
  ])("says that %j takes %i cells", (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });
});

describe("visibleText", () => {
  it("leaves no control character that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
      }),
    );
    expect(visibleText("a\u001b]0;owned\u0007\nb")).toBe("a�]0;owned�⏎b");
    expect(visibleText("損失 🚀 é")).toBe("損失 🚀 é");
  });
});

describe("clipText and padText", () => {
  it("give exactly the cells that are asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }).map(visibleText), fc.integer({ min: 1, max: 40 }), (text, cells) => {
        const clipped = clipText(text, cells);
        expect(textWidth(clipped)).toBeLessThanOrEqual(cells);
        if (textWidth(text) <= cells) expect(clipped).toBe(text);
        expect(textWidth(padText(clipped, cells))).toBe(cells);
      }),
    );
  });

  it("ends a cut text in an ellipsis and cuts no wide character in half", () => {
    expect(clipText("training loss", 8)).toBe("trainin…");
    expect(clipText("損失関数", 4)).toBe("損…");
    expect(padText("7", 3, "right")).toBe("  7");
  });
});

describe("wrapText", () => {
  it("keeps every word and every line within the width, except for a longer word", () => {
    expect(wrapText("one two three four", 9)).toEqual(["one two", "three", "four"]);
    expect(wrapText("antidisestablishment is", 5)).toEqual(["antidisestablishment", "is"]);
  });
});
