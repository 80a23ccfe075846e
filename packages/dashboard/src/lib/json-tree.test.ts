import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countLeaves, filterTree, type JsonNode, jsonTree, splitLongTexts } from "./json-tree.ts";

const CONFIG = {
  model: { width: 64, layers: [{ kind: "conv" }, { kind: "dense", size: 10 }] },
  lr: 0.01,
  sizes: [1, 2, 3],
  bad: { $float: "NaN" },
  empty: {},
};

const paths = (nodes: readonly JsonNode[]): string[] =>
  nodes.flatMap(({ path, children }) => (children === undefined ? [path] : paths(children)));

describe("jsonTree", () => {
  it("opens objects and lists of objects, and shows all else in one line", () => {
    expect(paths(jsonTree(CONFIG))).toEqual([
      "bad",
      "empty",
      "lr",
      "model/layers/0/kind",
      "model/layers/1/kind",
      "model/layers/1/size",
      "model/width",
      "sizes",
    ]);
    expect(countLeaves(jsonTree(CONFIG))).toBe(8);
  });
});

describe("splitLongTexts", () => {
  it("takes out texts of many lines, wherever they are", () => {
    const { nodes, texts } = splitLongTexts(jsonTree({ git: { diff: "a\nb", commit: "c" }, only: { log: "x\ny" } }));
    expect([paths(nodes), texts.map(({ path }) => path)]).toEqual([["git/commit"], ["git/diff", "only/log"]]);
  });
});

describe("filterTree", () => {
  it.each([
    ["", 8],
    ["WIDTH", 1],
    ["model/layers/1", 2],
    ["layers", 3],
    ["dense", 1],
    ["0.01", 1],
    ["nothing", 0],
  ])("leaves by %j %i values", (wanted, count) =>
    expect(countLeaves(filterTree(jsonTree(CONFIG), wanted))).toBe(count),
  );

  it("invents nothing", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ maxLength: 2 }), (object, wanted) => {
        // What fast-check calls JSON is JSON here, too; it has no type for it.
        const tree = jsonTree(object as Parameters<typeof jsonTree>[0]);
        const kept = new Set(paths(filterTree(tree, wanted)));
        const all = new Set(paths(tree));
        expect([...kept].every((path) => all.has(path))).toBe(true);
      }),
    );
  });
});
