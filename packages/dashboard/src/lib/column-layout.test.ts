import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsInView, layOutColumns, movedTo } from "./column-layout.ts";

const size = fc.record({
  width: fc.integer({ min: 50, max: 300 }),
  grow: fc.double({ min: 0.1, max: 3, noNaN: true }),
});

describe("layOutColumns", () => {
  it("gives the room that is left to columns that may grow, and none to chosen widths", () => {
    const columns = [
      { width: 100, grow: 1, pinned: true },
      { width: 100, pinned: false },
      { width: 100, grow: 1, chosenWidth: 60, pinned: false },
    ];
    const layout = layOutColumns(columns, 40, 500);
    expect(layout.columns.map(({ left, width }) => [left, width])).toEqual([
      [40, 300],
      [340, 100],
      [440, 60],
    ]);
    expect(layout).toMatchObject({ totalWidth: 500, pinnedWidth: 340 });
  });
});

describe("columnsInView", () => {
  it("finds what a look at every column finds", () => {
    fc.assert(
      fc.property(
        fc.array(size, { minLength: 1, maxLength: 60 }),
        fc.nat(5),
        fc.nat(6000),
        fc.integer({ min: 100, max: 2000 }),
        (sizes, pinnedCount, scrollLeft, viewWidth) => {
          const layout = layOutColumns(
            sizes.map((each, at) => ({ ...each, pinned: at < pinnedCount })),
            40,
            viewWidth,
          );
          const { from, to } = columnsInView(layout, scrollLeft, viewWidth, 0);
          const visible = layout.columns.flatMap(({ pinned, left, width }, at) =>
            !pinned && left + width > scrollLeft + layout.pinnedWidth && left < scrollLeft + viewWidth ? [at] : [],
          );
          const found = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
          expect(found).toEqual(visible);
        },
      ),
    );
  });
});

it("moves a column beside another", () => {
  expect(movedTo(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(movedTo(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(movedTo(["a", "b"], 0, 2)).toEqual(["a", "b"]);
});
