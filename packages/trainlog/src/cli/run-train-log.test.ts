import { describe, expect, it } from "vitest";
import { parseNotes } from "../log/index.ts";
import type { RunDetail, SeriesBuckets } from "../store/index.ts";
import { alignCurves, flattenConfig } from "./run-train-log.ts";

const RUN: RunDetail = {
  runId: "r1",
  project: "digits",
  name: "baseline",
  tags: ["a"],
  archived: false,
  state: "finished",
  createdMs: 0,
  lastMs: 0,
  durationMs: 0,
  rowCount: 0,
  pointCount: 0,
  metricCount: 0,
  damageCount: 0,
  config: { lr: 0.1, model: { hidden: 8 } },
  summary: {},
  definitions: [],
  alerts: [],
  damage: [],
  sealed: false,
  notesRevision: "0",
  dir: "/store/runs/r1",
};

function buckets(x: number[], mean: number[], exact = true): SeriesBuckets {
  const values = Float64Array.from(mean);
  const steps = Float64Array.from(x);
  const ones = new Uint32Array(x.length).fill(1);
  return {
    x: steps,
    xEnd: steps,
    count: ones,
    min: values,
    max: values,
    mean: values,
    first: values,
    last: values,
    values,
    nonFinite: ones,
    totalPoints: x.length,
    exact,
  };
}

describe("alignCurves", () => {
  it("puts metrics of different steps on one axis, with NaN where one was not reported", () => {
    const log = alignCurves(RUN, [
      { key: "loss", buckets: buckets([0, 1, 2], [3, 2, 1]) },
      { key: "eval", buckets: buckets([2, 5], [0.5, 0.25]) },
    ]);
    expect(log.title).toBe("baseline");
    expect(log.steps).toEqual([0, 1, 2, 5]);
    expect(log.series.map(({ name, values }) => [name, values])).toEqual([
      ["loss", [3, 2, 1, Number.NaN]],
      ["eval", [Number.NaN, Number.NaN, 0.5, 0.25]],
    ]);
  });

  it("keeps the run's metadata as notes that read back, and says what was averaged", () => {
    const { notes } = alignCurves(RUN, [{ key: "loss", buckets: buckets([0], [1], false) }]);
    const { run, notes: free } = parseNotes(notes);
    expect(run).toMatchObject({ project: "digits", name: "baseline", runId: "r1", tags: ["a"] });
    expect(run.config).toEqual([
      { key: "lr", value: "0.1" },
      { key: "model/hidden", value: "8" },
    ]);
    expect(free).toEqual(["averaged to at most 2000 points: loss"]);
  });
});

describe("flattenConfig", () => {
  it("joins keys, and keeps lists, empty objects and strange keys", () => {
    const config = JSON.parse('{"a":{"b":1,"c":{}},"list":[1,2],"__proto__":"x","none":null}');
    expect(flattenConfig(config)).toEqual([
      ["a/b", "1"],
      ["a/c", "{}"],
      ["list", "[1,2]"],
      ["__proto__", "x"],
      ["none", "null"],
    ]);
  });
});
