import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldOfTerm, sortPlace, toggleSort } from "./sort-terms.ts";

const alone = { add: false, descendingFirst: false };
const added = { add: true, descendingFirst: false };

describe("toggleSort", () => {
  it("sorts by one column, and turns it round", () => {
    expect(toggleSort(["-created"], "name", alone)).toEqual(["name"]);
    expect(toggleSort(["name"], "name", alone)).toEqual(["-name"]);
    expect(toggleSort(["-name"], "name", alone)).toEqual(["name"]);
    expect(toggleSort(["name"], "created", { add: false, descendingFirst: true })).toEqual(["-created"]);
  });

  it("adds a column with shift, turns it round, and takes it out", () => {
    const two = toggleSort(["name"], "state", added);
    expect(two).toEqual(["name", "state"]);
    const turned = toggleSort(two, "state", added);
    expect(turned).toEqual(["name", "-state"]);
    expect(toggleSort(turned, "state", added)).toEqual(["name"]);
  });

  it("never loses the last order, repeats a column or grows beyond what the server takes", () => {
    const click = fc.record({
      field: fc.constantFrom(...Array.from({ length: 15 }, (_, i) => `f${i}`)),
      add: fc.boolean(),
      descendingFirst: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(click, { maxLength: 40 }), (clicks) => {
        let sort: readonly string[] = ["-created"];
        for (const { field, ...how } of clicks) sort = toggleSort(sort, field, how);
        const fields = sort.map(fieldOfTerm);
        expect(new Set(fields).size).toBe(fields.length);
        expect(sort.length).toBeGreaterThan(0);
        expect(sort.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

it("says how a column counts", () => {
  expect(sortPlace(["a", "-b"], "b")).toEqual({ direction: "descending", rank: 2 });
  expect(sortPlace(["a"], "c")).toBeUndefined();
});
