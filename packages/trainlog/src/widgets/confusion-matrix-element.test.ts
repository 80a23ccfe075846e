import { describe, expect, it } from "vitest";
import { parseLabels } from "./confusion-matrix-element.ts";

describe("parseLabels", () => {
  it.each([
    ["", []],
    ["cat, dog", ["cat", "dog"]],
    ['["a, b", "c", 3]', ["a, b", "c", "3"]],
    ["[0], [1]", ["[0]", "[1]"]],
  ])("reads %j", (attribute, labels) => {
    expect(parseLabels(attribute)).toEqual(labels);
  });
});
