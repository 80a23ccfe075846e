import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PersistentList } from "./persistent-list.ts";

type Edit = { readonly version: number; readonly kind: "push" | "replaceLast"; readonly item: number };

const anyEdits = fc.array(
  fc.record({
    version: fc.nat(1000),
    kind: fc.constantFrom("push", "replaceLast"),
    item: fc.integer(),
  }) as fc.Arbitrary<Edit>,
  { maxLength: 60 },
);

function applyToArray(items: readonly number[], { kind, item }: Edit): number[] {
  return kind === "push" ? [...items, item] : [...items.slice(0, -1), item];
}

describe("PersistentList", () => {
  it("behaves as copied arrays, whichever version is edited", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 5 }), anyEdits, (start, edits) => {
        const lists = [PersistentList.of(start)];
        const arrays: number[][] = [start];
        for (const edit of edits) {
          const version = edit.version % lists.length;
          lists.push(edit.kind === "push" ? lists[version]!.push(edit.item) : lists[version]!.replaceLast(edit.item));
          arrays.push(applyToArray(arrays[version]!, edit));
        }
        expect(lists.map((list) => list.toArray())).toEqual(arrays);
        expect(lists.map((list) => list.length)).toEqual(arrays.map((array) => array.length));
        expect(lists.map((list) => list.last)).toEqual(arrays.map((array) => array.at(-1)));
      }),
    );
  });

  it("pushes in constant time", () => {
    // Copying on every push would move 2 · 10^10 items here.
    let list = PersistentList.of<number>();
    for (let i = 0; i < 200_000; i++) list = list.push(i);
    expect(list.length).toBe(200_000);
  }, 5_000);
});
