import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrangeCharts, moveChart, togglePin } from "./chart-order.ts";
import { groupMetrics } from "./metric-groups.ts";

const KEYS = ["a", "b", "c", "t/x", "t/y", "t/z"];
const NONE = { pinned: [], order: [] };
const someKeys = fc.shuffledSubarray([...KEYS, "gone"]);

describe("arrangeCharts", () => {
  it("shows every chart once, whatever is pinned and moved", () => {
    fc.assert(
      fc.property(someKeys, someKeys, (pinned, order) => {
        const shown = arrangeCharts(groupMetrics(KEYS), { pinned, order }).flatMap(({ keys }) => keys);
        expect(shown.toSorted()).toEqual(KEYS);
      }),
    );
  });

  it("has pinned charts on top, in their order", () => {
    const [first, ...others] = arrangeCharts(groupMetrics(KEYS), { ...NONE, pinned: ["t/y", "a"] });
    expect(first).toMatchObject({ isPinned: true, keys: ["t/y", "a"] });
    expect(others.map(({ keys }) => keys)).toEqual([
      ["b", "c"],
      ["t/x", "t/z"],
    ]);
  });
});

describe("moveChart", () => {
  it("moves a chart where it should be and keeps the order of the others", () => {
    fc.assert(
      fc.property(
        someKeys,
        someKeys,
        fc.constantFrom(...KEYS),
        fc.integer({ min: -2, max: 5 }),
        (pinned, order, key, to) => {
          const view = { pinned, order };
          const before = arrangeCharts(groupMetrics(KEYS), view).find(({ keys }) => keys.includes(key))!;
          const after = arrangeCharts(groupMetrics(KEYS), { ...view, ...moveChart(view, before, key, to) });
          const keys = after.find((section) => section.keys.includes(key))!.keys;
          expect(keys.indexOf(key)).toBe(Math.max(0, Math.min(before.keys.length - 1, to)));
          expect(keys.filter((other) => other !== key)).toEqual(before.keys.filter((other) => other !== key));
        },
      ),
    );
  });

  it("says no more than it must", () => {
    const section = arrangeCharts(groupMetrics(KEYS), NONE)[0]!;
    expect(moveChart(NONE, section, "c", 0)).toEqual({ order: ["c"] });
    expect(moveChart(NONE, section, "a", 1)).toEqual({ order: ["b", "a"] });
  });
});

describe("togglePin", () => {
  it("pins and lets go", () => {
    expect(togglePin({ ...NONE, pinned: ["a"] }, "b")).toEqual({ pinned: ["a", "b"] });
    expect(togglePin({ ...NONE, pinned: ["a", "b"] }, "a")).toEqual({ pinned: ["b"] });
  });
});
