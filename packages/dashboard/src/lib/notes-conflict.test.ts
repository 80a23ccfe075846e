import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedNotes, joinNotes } from "./notes-conflict.ts";

describe("changedNotes", () => {
  it("reads the problem of a lost update and no other", () => {
    const current = { notes: "theirs", notesRevision: "r2" };
    expect(changedNotes({ code: "run/notes-changed", current })).toEqual(current);
    expect(changedNotes({ code: "run/not-found", current })).toBeUndefined();
    expect(changedNotes({ code: "run/notes-changed", current: { notes: 1 } })).toBeUndefined();
    expect(changedNotes(undefined)).toBeUndefined();
  });
});

describe("joinNotes", () => {
  it("keeps what both say once", () => {
    expect(joinNotes("# A\ntheirs\nend", "# A\nmine\nend")).toBe("# A\ntheirs\nmine\nend");
    expect(joinNotes("a", "a\nb")).toBe("a\nb");
    expect(joinNotes("same", "same")).toBe("same");
  });

  it("loses no line of either", () => {
    const text = fc.array(fc.constantFrom("a", "b", "", "c")).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (theirs, mine) => {
        const joined = joinNotes(theirs, mine).split("\n");
        const holdsInOrder = (lines: string[]): boolean => {
          let at = 0;
          for (const line of joined) if (line === lines[at]) at++;
          return at === lines.length;
        };
        expect(holdsInOrder(theirs.split("\n")) && holdsInOrder(mine.split("\n"))).toBe(true);
      }),
    );
  });
});
