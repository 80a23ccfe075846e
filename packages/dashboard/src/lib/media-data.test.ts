import { describe, expect, it } from "vitest";
import { confusionData, histogramData, isMovedOut, tableData, textField } from "./media-data.ts";

describe("payloads of media", () => {
  it("reads what the constructors write", () => {
    expect(histogramData({ edges: [0, 1, 2], counts: [3, 4], count: 7, nonFinite: 1 })).toEqual({
      edges: [0, 1, 2],
      counts: [3, 4],
      nonFinite: 1,
    });
    expect(tableData({ columns: ["a", "b"], rows: [[1, null]] })).toEqual({ columns: ["a", "b"], rows: [[1, null]] });
    expect(
      confusionData({
        counts: [
          [1, 2],
          [3, 4],
        ],
        labels: ["cat", "dog"],
      })?.labels,
    ).toEqual(["cat", "dog"]);
    expect(textField({ text: "hi" }, "text")).toBe("hi");
    expect(isMovedOut({ payload: "blob" })).toBe(true);
  });

  it.each([
    ["edges that do not fit the counts", histogramData({ edges: [0, 1], counts: [1, 2] })],
    ["counts that are no numbers", histogramData({ edges: [0, 1], counts: ["x"] })],
    ["a table without columns", tableData({ rows: [] })],
    ["a matrix that is not square", confusionData({ counts: [[1, 2]] })],
    ["no matrix at all", confusionData({})],
    ["an empty matrix", confusionData({ counts: [] })],
    ["a text that is a number", textField({ text: 1 }, "text")],
  ])("refuses %s", (_name, read) => expect(read).toBeUndefined());

  it("names classes by number when labels are missing", () => {
    expect(
      confusionData({
        counts: [
          [1, 0],
          [0, 1],
        ],
        labels: ["a"],
      })?.labels,
    ).toEqual(["a", "1"]);
  });
});
