import fc from "fast-check";
import { parseNotes, trainLog } from "trainlog/log";
import { describe, expect, it } from "vitest";
import { batchOfLog, logFigures, runOfLog } from "./dropped-log.ts";

const LOG = trainLog({
  title: "MLP",
  steps: [0, 10, 20],
  series: [
    { name: "loss", values: [1, Number.NaN, Infinity], color: "#000" },
    { name: "loss", values: [-0, 2, 3, 4], color: "#000" },
    { name: "never", values: [Number.NaN], color: "#000" },
  ],
  notes: ["a remark"],
});

describe("batchOfLog", () => {
  it("holds what was reported, under names of its own, over steps that go on", () => {
    const [rows] = batchOfLog(LOG, 5).events;
    expect(rows).toMatchObject({
      rows: {
        steps: [0, 10, 20, 21],
        wallMs: [5, 5, 5, 5],
        columns: [
          { key: "loss", values: [1, "Infinity"], rowIndex: [0, 2] },
          { key: "loss (2)", values: ["-0", 2, 3, 4], rowIndex: [0, 1, 2, 3] },
        ],
      },
    });
  });
});

describe("runOfLog", () => {
  it("has the title, the remarks, and a project of its own", () => {
    expect(runOfLog(LOG, parseNotes(LOG.notes))).toMatchObject({
      project: "imported",
      name: "MLP",
      notes: "a remark",
      config: {},
    });
  });
});

describe("logFigures", () => {
  it("keeps both ends and the extremes of curves of any length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 9000 }),
        (values) => {
          const [figure] = logFigures(trainLog({ series: [{ name: "a", values, color: "#000" }] }));
          const y = figure?.traces[0]?.y ?? [];
          expect(y.length).toBeLessThanOrEqual(4000);
          expect([Math.min(...y), Math.max(...y)]).toEqual([Math.min(...values), Math.max(...values)]);
        },
      ),
      { numRuns: 30 },
    );
  });
});
