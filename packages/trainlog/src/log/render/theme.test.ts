import { describe, expect, it } from "vitest";
import { type ColorRole, DARK, LIGHT, PALETTE, paint, seriesColors } from "./theme.ts";

/** Relative luminance of a `#rrggbb` colour (WCAG 2.2). */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

describe("the themes", () => {
  const pairs: readonly [ColorRole, ColorRole, number][] = [
    ["ink", "background", 4.5],
    ["muted", "background", 4.5],
    ["onAccent", "accent", 4.5],
    ["warnInk", "warnBackground", 4.5],
    ["accent", "background", 3],
    ["hit", "background", 3],
  ];
  it.each(pairs)("%s on %s meets WCAG AA (%d)", (front, back, least) => {
    for (const colors of [LIGHT, DARK]) expect(contrast(colors[front], colors[back])).toBeGreaterThanOrEqual(least);
  });
});

describe("seriesColors", () => {
  it("keeps hints, and gives equal ones another colour", () => {
    expect(seriesColors(["#4e79a7", "red", "#4e79a7", " RED "])).toEqual(["#4e79a7", "red", PALETTE[1], PALETTE[2]]);
  });

  it.each([
    "url(https://example.org/x)",
    'red" onload="alert(1)',
    "var(--x)",
    "expression(alert(1))",
    "",
    "rgb(0,0,0);background:url(x)",
  ])("refuses %j", (hint) => {
    expect(seriesColors([hint])).toEqual([PALETTE[0]]);
  });

  it.each(["#0a7", "rebeccapurple", "rgb(10 20 30 / 50%)", "hsl(120deg, 50%, 50%)"])("takes %s", (hint) => {
    expect(seriesColors([hint])).toEqual([hint]);
  });

  it("goes round the palette for very many series", () => {
    expect(new Set(seriesColors(new Array<string>(25).fill("red")))).toEqual(new Set(["red", ...PALETTE]));
  });
});

describe("paint", () => {
  it("is classes for auto and colours otherwise", () => {
    expect(paint("auto", { fill: "onAccent", stroke: "ink" })).toBe('class="tl-fill-on-accent tl-stroke-ink"');
    expect(paint("dark", { fill: "ink" })).toBe(`fill="${DARK.ink}"`);
  });
});
