import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsOf, layoutGroups } from "./group-layout.ts";

describe("columnsOf", () => {
  it("fits charts of at least 350 pixels", () => {
    expect([300, 366, 711, 712, 1328, 9999].map((width) => columnsOf(width, 12, 350))).toEqual([1, 1, 1, 2, 3, 6]);
  });
});

describe("layoutGroups", () => {
  it("fills the row of two charts where three would fit, and puts a small group beside another", () => {
    const { tracks, places } = layoutGroups([2, 2, 1, 7], 3);
    expect(tracks).toBe(6);
    expect(places).toEqual([
      { span: 6, columns: 2 },
      { span: 4, columns: 2 },
      { span: 2, columns: 1 },
      { span: 6, columns: 3 },
    ]);
  });

  it("leaves a chart that is alone at most twice as wide as the others", () => {
    expect(layoutGroups([1], 4).places).toEqual([{ span: 6, columns: 1 }]);
    expect(layoutGroups([1], 2).places).toEqual([{ span: 2, columns: 1 }]);
  });

  it("gives a folded group a row of its own", () => {
    expect(layoutGroups([1, 0, 1], 2).places.map(({ span }) => span)).toEqual([2, 2, 2]);
  });

  it("never makes a row wider than the page, and never a chart narrower than a column", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 6 }), (groups, columns) => {
        const { tracks, places } = layoutGroups(groups, columns);
        expect(places.length).toBe(groups.length);
        for (const place of places) {
          expect(Number.isInteger(place.span)).toBe(true);
          expect(place.span).toBeLessThanOrEqual(tracks);
          expect(place.span / place.columns).toBeGreaterThanOrEqual(tracks / columns);
        }
      }),
    );
  });
});
