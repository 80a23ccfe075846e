import fc from "fast-check";
import { expect, it } from "vitest";
import { ansiLook } from "./ansi-look.ts";
import { type AnsiStyle, ansiPieces } from "./ansi-text.ts";
import { contrast, type Rgb } from "./readable-ink.ts";

const part = fc.nat(255);
const rgb = fc.tuple(part, part, part);
const colour = fc.oneof(fc.nat(15), rgb);
const anyStyle: fc.Arbitrary<AnsiStyle> = fc.record(
  { ink: colour, ground: colour, inverse: fc.boolean(), dim: fc.boolean() },
  { requiredKeys: [] },
);
const SURFACES = { light: [255, 255, 255], dark: [22, 24, 29] } as const;

it("can be read in both themes, whatever a program chose", () => {
  fc.assert(
    fc.property(anyStyle, fc.constantFrom("light" as const, "dark" as const), (style, theme) => {
      const { ink, ground } = ansiLook({ text: "x", style }, theme);
      if (ink === undefined) expect(ground).toBeUndefined();
      else expect(contrast(ink, ground ?? SURFACES[theme])).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

it("keeps colours that can be read as they are", () => {
  const ink: Rgb = [120, 0, 0];
  expect(ansiLook({ text: "x", style: { ink, bold: true } }, "light")).toEqual({ ink, classes: ["ansi-bold"] });
  const [piece] = ansiPieces("\u001b[7mx");
  expect(piece && ansiLook(piece, "light")).toEqual({ ink: [255, 255, 255], ground: [22, 24, 29], classes: [] });
});
