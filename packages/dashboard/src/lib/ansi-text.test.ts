import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnsiStyle, ansiPieces, plainText, xtermColour } from "./ansi-text.ts";

const ESC = "\u001b";
const styleOf = (codes: string): AnsiStyle | undefined => ansiPieces(`${ESC}[${codes}mx`)[0]?.style;

describe("plainText", () => {
  it("removes colours, cursor moves, titles and hyperlinks of a terminal, and nothing else", () => {
    expect(plainText(`${ESC}[1;31mred${ESC}[0m [0] ${ESC}]0;title\u0007${ESC}[2Kok\tyes`)).toBe("red [0] ok\tyes");
    expect(plainText(`${ESC}]8;;https://a.b/c${ESC}\\link${ESC}]8;;${ESC}\\ ${ESC}(Bend${ESC}7`)).toBe("link end");
    expect(plainText(`cut off ${ESC}[38;5`)).toBe("cut off ");
  });

  it("shows what a progress bar leaves", () => {
    expect(plainText("  0 %\r 50 %\r100 %\r")).toBe("100 %");
    expect(plainText("abc\b\bX")).toBe("aX");
    expect(plainText("\r\r")).toBe("");
  });

  it("leaves no control character but tabs, and text without them as it is", () => {
    const noise = fc.constantFrom(
      ESC,
      "[",
      "]",
      ";",
      "m",
      "3",
      "1",
      "\r",
      "\b",
      "\u009b",
      "\u0007",
      "a",
      "\\",
      "\t",
      "é",
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 60 }), (parts) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be left
        expect(plainText(parts.join(""))).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[\t -~¡-￼]*$/), (text) => {
        expect(plainText(text)).toBe(text);
      }),
    );
  });
});

describe("ansiPieces", () => {
  it("is the plain text, in pieces that are not empty", () => {
    const part = fc.oneof(
      fc.string(),
      fc.nat(120).map((code) => `${ESC}[${code}m`),
      fc.constant(`${ESC}[38;2;1;2;3m`),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        const pieces = ansiPieces(text);
        expect(pieces.map((piece) => piece.text).join("")).toBe(plainText(text));
        expect(pieces.every((piece) => piece.text !== "")).toBe(true);
      }),
    );
  });

  it.each<[string, AnsiStyle]>([
    ["", {}],
    ["0", {}],
    ["1;31", { bold: true, ink: 1 }],
    ["97;104", { ink: 15, ground: 12 }],
    ["38;5;9", { ink: 9 }],
    ["38;5;196", { ink: [255, 0, 0] }],
    ["48;5;244", { ground: [128, 128, 128] }],
    ["38;2;10;20;30", { ink: [10, 20, 30] }],
    ["38:2::10:20:30;1", { ink: [10, 20, 30], bold: true }],
    ["38:5:196", { ink: [255, 0, 0] }],
    ["4:3", { underline: true }],
    ["1;2;22;3", { italic: true }],
    ["31;39", {}],
    ["38;5;300;4", { underline: true }],
    ["38;2;300;0;0;4", { underline: true }],
    ["38;5", {}],
    ["73;999", {}],
  ])("reads the style %j", (codes, style) => {
    expect(styleOf(codes)).toEqual(style);
  });

  it("joins neighbours of one style and ends a style where it is ended", () => {
    expect(ansiPieces(`a${ESC}[Kb${ESC}[31mc${ESC}[0md`)).toEqual([
      { text: "ab", style: {} },
      { text: "c", style: { ink: 1 } },
      { text: "d", style: {} },
    ]);
  });
});

it("has the colours of xterm", () => {
  expect([16, 21, 46, 231, 232, 255].map(xtermColour)).toEqual([
    [0, 0, 0],
    [0, 0, 255],
    [0, 255, 0],
    [255, 255, 255],
    [8, 8, 8],
    [238, 238, 238],
  ]);
});

it("takes long hostile lines in linear time", () => {
  for (const unit of ["\r", `${ESC}]`, `${ESC}[`, "\b", "\u009b1;"]) {
    const line = unit.repeat(200_000);
    expect(plainText(`${line}x`).length).toBeLessThanOrEqual(line.length + 1);
  }
});
