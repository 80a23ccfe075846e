import { describe, expect, it } from "vitest";
import { isSelected, MAX_PICKED, NO_SELECTION, selectRange, toggleRun } from "./row-selection.ts";

const loaded = ["a", "b", "c", "d"];
const all = { selected: [], selectedAll: true };

describe("selection", () => {
  it("takes a run in and out", () => {
    const one = toggleRun(NO_SELECTION, "b", loaded);
    expect(one.selected).toEqual(["b"]);
    expect(toggleRun(one, "b", loaded)).toEqual(NO_SELECTION);
  });

  it("chooses a range in either direction, besides what is chosen", () => {
    const one = toggleRun(NO_SELECTION, "a", loaded);
    expect(selectRange(one, "d", "b", loaded).selected).toEqual(["a", "b", "c", "d"]);
    expect(selectRange(NO_SELECTION, "gone", "c", loaded).selected).toEqual(["c"]);
    expect(selectRange(NO_SELECTION, undefined, "c", loaded).selected).toEqual(["c"]);
  });

  it("knows of all runs without their ids, and names those that are left when one is taken out", () => {
    expect(isSelected(all, "never loaded")).toBe(true);
    expect(selectRange(all, "a", "b", loaded)).toBe(all);
    expect(toggleRun(all, "b", loaded)).toEqual({ selected: ["a", "c", "d"], selectedAll: false });
  });

  it("chooses no more runs than an address can name", () => {
    const many = Array.from({ length: 1000 }, (_, i) => `r${i}`);
    expect(selectRange(NO_SELECTION, "r0", "r999", many).selected.length).toBe(MAX_PICKED);
  });
});
