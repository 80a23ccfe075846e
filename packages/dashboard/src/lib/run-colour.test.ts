import { describe, expect, it } from "vitest";
import { CHART_BACKGROUND, ownHue, PALETTE, runStyles, type Theme } from "./run-colour.ts";

type Rgb = readonly [number, number, number];

/** Linear-light RGB of a CSS colour, WCAG 2.2 "relative luminance". */
function linear(colour: string): Rgb {
  const channel = (i: number): number => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

/** Full dichromacy, Machado, Oliveira and Fernandes 2009, table 1 (severity 1.0), on linear light. */
const VISION: Record<string, readonly (readonly number[])[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab (Ottosson 2020): Euclidean distance there is a fair measure of how different colours look. */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(Math.max(0, 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b));
  const m = Math.cbrt(Math.max(0, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b));
  const s = Math.cbrt(Math.max(0, 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(colour: string, vision: readonly (readonly number[])[]): Rgb {
  const rgb = linear(colour);
  const [r, g, b] = vision.map((row) =>
    Math.min(1, Math.max(0, row[0]! * rgb[0] + row[1]! * rgb[1] + row[2]! * rgb[2])),
  );
  return oklab([r!, g!, b!]);
}

const themes: Theme[] = ["light", "dark"];

describe("palette", () => {
  it.each(themes)("has 3:1 contrast on the %s background", (theme) => {
    for (const colour of PALETTE[theme])
      expect(contrast(colour, CHART_BACKGROUND[theme]), colour).toBeGreaterThanOrEqual(3);
  });

  it.each(themes.flatMap((theme) => Object.keys(VISION).map((name) => [theme, name] as const)))(
    "keeps its colours apart in the %s theme with %s vision",
    (theme, name) => {
      const colours = PALETTE[theme].map((colour) => seen(colour, VISION[name]!));
      const near: string[] = [];
      colours.forEach((a, i) => {
        colours.slice(0, i).forEach((b, j) => {
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
          if (distance < (name === "normal" ? 0.18 : 0.12))
            near.push(`${PALETTE[theme][i]} ${PALETTE[theme][j]} ${distance.toFixed(3)}`);
        });
      });
      expect(near).toEqual([]);
    },
  );
});

describe("run styles", () => {
  it("gives a run one hue in every view", () => {
    const alone = runStyles(["a"], ownHue).get("a");
    const crowd = runStyles(["z", "q", "a", "b"], ownHue).get("a");
    expect(crowd?.hue).toBe(alone?.hue);
  });

  it("tells two runs of one hue apart by their dashes, whatever the order", () => {
    const ids = Array.from({ length: 12 }, (_, i) => `run-${i}`);
    const styles = runStyles(ids, ownHue);
    expect(new Set([...styles.values()].map((style) => `${style.hue}:${style.dash}`)).size).toBe(12);
    expect(runStyles([...ids].reverse(), ownHue)).toEqual(styles);
  });

  it("uses every hue about equally for ids that differ in their last characters", () => {
    const counts = new Array(8).fill(0);
    for (let i = 0; i < 4000; i++) counts[ownHue(`20261121-015502-${i.toString(36).padStart(8, "0")}`)]++;
    for (const count of counts) expect(count).toBeGreaterThan(400);
  });
});
