import { describe, expect, it } from "vitest";
import { MetricHistory } from "./metric-history.ts";

const history = MetricHistory.empty(["loss", { name: "accuracy", color: "#59a14f" }]);

describe("MetricHistory", () => {
  it("appends one value to each series", () => {
    expect(history.push(0, [0.7, 0.5]).push(1, [0.4, 0.8]).toTrainLog("MLP", ["n"])).toEqual({
      title: "MLP",
      steps: [0, 1],
      series: [
        { name: "loss", values: [0.7, 0.4], color: "#4e79a7" },
        { name: "accuracy", values: [0.5, 0.8], color: "#59a14f" },
      ],
      notes: ["n"],
    });
  });

  it.each([[[]], [[1]], [[1, 2, 3]]])("ignores the row %j of the wrong length, and pushStrict throws", (row) => {
    expect(history.push(0, row)).toBe(history);
    expect(() => history.pushStrict(0, row)).toThrow(
      expect.objectContaining({
        code: "log/bad-row",
        message: `row of step 0: expected 2 values (loss, accuracy), got ${row.length}; pass one value per metric, NaN for a missing one`,
      }),
    );
  });

  it("pushStrict takes a row of the right length, of a history without metrics too", () => {
    expect(history.pushStrict(3, [1, 2]).steps).toEqual([3]);
    expect(MetricHistory.empty().pushStrict(3, []).steps).toEqual([3]);
  });

  it("keeps rows of equal steps apart", () => {
    expect(history.push(1, [1, 2]).push(1, [3, 4]).steps).toEqual([1, 1]);
  });

  it("refuses wrong types by name", () => {
    expect(() => history.push(-1, [1, 2])).toThrow("step: expected a whole number of 0 or more, got -1");
    expect(() => history.push(0, [1, null as unknown as number])).toThrow("values[1]: expected a number, got null");
    expect(() => history.push(0, 1 as unknown as number[])).toThrow("values: expected an array, got 1");
    expect(() => MetricHistory.empty([{ name: 1 as unknown as string }])).toThrow(
      "metrics[0].name: expected a text, got 1",
    );
  });

  it("comes back from its own log", () => {
    const log = history.push(4, [1, Number.NaN]).push(9, [3, 4]).toTrainLog("MLP");
    expect(MetricHistory.fromTrainLog(log).toTrainLog("MLP")).toEqual(log);
  });

  it("fills ragged series and replaces steps that do not match", () => {
    const ragged = {
      title: "t",
      steps: [7],
      series: [
        { name: "a", values: [1, 2], color: "red" },
        { name: "b", values: [3], color: "red" },
      ],
      notes: [],
    };
    const read = MetricHistory.fromTrainLog(ragged);
    expect(read.steps).toEqual([0, 1]);
    expect(read.series.map((series) => series.values)).toEqual([
      [1, 2],
      [3, Number.NaN],
    ]);
  });

  it("is plain data as JSON", () => {
    expect(JSON.stringify(MetricHistory.empty(["a"]).push(0, [1]))).toBe(
      '{"steps":[0],"series":[{"name":"a","values":[1],"color":"#4e79a7"}]}',
    );
  });
});
