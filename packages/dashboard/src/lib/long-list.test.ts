import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listWindow, MAX_HEIGHT, scrollTopOf } from "./long-list.ts";

const rowHeight = 20;
const anyList = fc.record({
  scrollTop: fc.double({ min: 0, max: 2 * MAX_HEIGHT, noNaN: true }),
  viewHeight: fc.integer({ min: 100, max: 2000 }),
  rowCount: fc.oneof(fc.nat(100), fc.nat(5_000_000)),
});

describe("listWindow", () => {
  it("covers the view with rows, near the view, and never makes many", () => {
    fc.assert(
      fc.property(anyList, (list) => {
        const { first, end, top, height } = listWindow({ ...list, rowHeight });
        expect(height).toBeLessThanOrEqual(MAX_HEIGHT);
        expect(end - first).toBeLessThanOrEqual(list.viewHeight / rowHeight + 30);
        const scrollTop = Math.min(list.scrollTop, Math.max(0, height - list.viewHeight));
        if (first > 0) expect(top).toBeLessThanOrEqual(scrollTop + 1e-3);
        if (end < list.rowCount)
          expect(top + (end - first) * rowHeight).toBeGreaterThanOrEqual(scrollTop + list.viewHeight - 1e-3);
      }),
    );
  });

  it("is at both ends of the list at both ends of the scroll bar", () => {
    const list = { viewHeight: 500, rowCount: 3_000_000, rowHeight };
    expect(listWindow({ ...list, scrollTop: 0 })).toMatchObject({ first: 0, top: 0 });
    const last = listWindow({ ...list, scrollTop: MAX_HEIGHT - 500 });
    expect([last.end, last.top + (last.end - last.first) * rowHeight]).toEqual([3_000_000, MAX_HEIGHT]);
  });

  it("is where rows are when nothing has to be squeezed", () => {
    expect(listWindow({ scrollTop: 2000, viewHeight: 400, rowCount: 1000, rowHeight })).toEqual({
      first: 88,
      end: 132,
      top: 1760,
      height: 20_000,
    });
  });
});

it("scrolls to any row of any list", () => {
  fc.assert(
    fc.property(anyList, fc.double({ min: 0, max: 0.999, noNaN: true }), ({ viewHeight, rowCount }, share) => {
      fc.pre(rowCount > 0);
      const row = Math.floor(share * rowCount);
      const place = { viewHeight, rowCount, rowHeight };
      const { first, end } = listWindow({ ...place, scrollTop: scrollTopOf(row, place) });
      expect(first <= row && row < end).toBe(true);
    }),
  );
});
