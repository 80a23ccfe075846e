import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestRow } from "./hover-rows.ts";

describe("nearestRow", () => {
  it("is the row of least distance", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 })), fc.integer({ min: -10, max: 110 }), (xs, x) => {
        const rows = xs.sort((a, b) => a - b).map((at, row) => ({ row, x: at }));
        const found = nearestRow(rows, x);
        if (xs.length === 0) expect(found).toBe(-1);
        else expect(Math.abs(rows[found]!.x - x)).toBe(Math.min(...xs.map((at) => Math.abs(at - x))));
      }),
    );
  });
});
