import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestMatches } from "./command-match.ts";

const found = (titles: readonly string[], typed: string): string[] =>
  bestMatches(
    titles.map((title) => ({ title })),
    typed,
    10,
  ).map(({ title }) => title);

describe("bestMatches", () => {
  it("puts what begins with it before what holds it, and words before parts of words", () => {
    expect(found(["upload", "train/load", "load", "loader"], "load")).toEqual([
      "load",
      "loader",
      "train/load",
      "upload",
    ]);
  });

  it("wants all words, in any order", () => {
    expect(found(["train/loss", "val/loss", "train/acc"], "loss tr")).toEqual(["train/loss"]);
    expect(found(["train/loss", "val/acc"], "trls")).toEqual(["train/loss"]);
    expect(found(["anything"], "zq")).toEqual([]);
  });

  it("finds by other words, after those that have it in their title", () => {
    const entries = [{ title: "Use the dark theme", words: "night black" }, { title: "night-run" }];
    expect(bestMatches(entries, "night", 5).map(({ title }) => title)).toEqual(["night-run", "Use the dark theme"]);
  });

  it("keeps everything in order when nothing is typed, and finds everything by its own title", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { maxLength: 9 }), (titles) => {
        expect(found(titles, " ")).toEqual(titles);
        for (const title of titles) expect(found(titles, title)).toContain(title);
      }),
    );
  });
});
