import { expect, it } from "vitest";
import { chartWords } from "./chart-words.ts";
import { plotModel } from "./plot-model.ts";
import { appendPoints, compactLine, emptyLine, type SeriesLine } from "./series-line.ts";

function words(line: SeriesLine, runs = 1) {
  const sources = Array.from({ length: runs }, (_, i) => ({ id: `r${i}`, line }));
  return chartWords(
    "loss",
    "step",
    sources,
    plotModel(sources, { smoothing: { kind: "time", weight: 0 }, logY: false }),
  );
}

function lineOf(values: readonly number[]): SeriesLine {
  const line = emptyLine();
  appendPoints(line, { firstIndex: 0, x: values.map((_, i) => i), values });
  return line;
}

it("says what a chart shows", () => {
  expect(words(lineOf([3, 1, 2])).summary).toBe("loss: last 2 at step 2, between 1 and 3, 3 points");
  expect(words(lineOf([3, 1, 2]), 2).summary).toBe("loss: 2 runs, 6 points");
  expect(words(lineOf([1])).count).toBe("1 point");
  expect(words(emptyLine()).summary).toBe("loss: no points, 0 points");
  expect(chartWords("loss", "step", [], undefined).summary).toBe("loss: loading");
});

it("says how many of how many points are drawn, and what a chart cannot draw", () => {
  const long = words(compactLine(lineOf(Array.from({ length: 5000 }, (_, i) => i)), 100));
  expect(long.count).toMatch(/^\d+ of 5,000 points$/);
  expect(long.countMeaning).toContain("Zoom in");
  expect(words(lineOf([1, Number.NaN])).count).toBe("2 points, 1 NaN or ∞");
});
