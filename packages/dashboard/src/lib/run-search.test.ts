import fc from "fast-check";
import { parseFilter } from "trainlog/query";
import { describe, expect, it } from "vitest";
import { filterOf, joinFilters, readSearch, wordsFilter } from "./run-search.ts";

describe("readSearch", () => {
  it.each([
    ["", []],
    ["resnet", ["resnet"]],
    ["cats and dogs", ["cats", "and", "dogs"]],
    ["run (best)!", ["run", "(best)!"]],
    ["state", ["state"]],
    ['"lr=0.1"', ["lr=0.1"]],
    ["what is exists", ["what", "is", "exists"]],
  ])("takes %j for words", (text, words) => {
    expect(readSearch(text)).toEqual({ kind: "words", words });
  });

  it.each(["state = running", " archived", "not archived", "exists(config.lr)", "tag in (a, b)", "config.amp"])(
    "takes %j for a condition",
    (text) => expect(readSearch(text)).toEqual({ kind: "condition", text: text.trim() }),
  );

  it.each([
    ["state = ", 8],
    ["lr < 0.1", 0],
    ["metric.loss", 11],
    ["tag in (a", 9],
    ["exists(", 7],
  ])("says where %j cannot be read", (text, from) => {
    expect(readSearch(text)).toMatchObject({ kind: "problem", problem: { from } });
  });
});

describe("filterOf", () => {
  it("joins bar, state and tag", () => {
    expect(filterOf({ filter: "" })).toBe("");
    expect(filterOf({ filter: "lr = " })).toBeUndefined();
    expect(filterOf({ filter: "name = a or name = b", state: "failed", tag: 'a "b"' })).toBe(
      '(name = a or name = b) and (state = failed) and (tag = "a \\"b\\"")',
    );
  });

  it("gives a filter that the server can read, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.option(fc.string(), { nil: undefined }), (filter, tag) => {
        const text = filterOf({ filter, ...(tag !== undefined && { tag }) });
        if (text !== undefined) parseFilter(text);
      }),
    );
  });
});

it("looks for every word in all the texts of a run", () => {
  expect(parseFilter(wordsFilter(["a", "b"]))).toMatchObject({ type: "and", parts: [{ type: "or" }, { type: "or" }] });
  expect(wordsFilter([])).toBe("");
  expect(joinFilters(["", "a = 1", ""])).toBe("a = 1");
});
