import fc from "fast-check";
import type { RunRow } from "trainlog/api";
import { parseFilter } from "trainlog/query";
import { describe, expect, it } from "vitest";
import { isMarked, parallelAxes, placeOnAxis, rangesFilter } from "./parallel-plot.ts";
import { runColumns } from "./run-columns.ts";

const run = (name: string, loss: number, opt?: string): RunRow => ({
  runId: name,
  project: "p",
  name,
  state: "finished",
  createdMs: loss * 1e6,
  lastMs: 0,
  durationMs: loss * 1e4,
  tags: [],
  archived: false,
  rowCount: 0,
  pointCount: 0,
  metricCount: 0,
  damageCount: 0,
  config: { loss, ...(opt !== undefined && { opt }), same: 1 },
});

const runs = [run("a", 1, "adam"), run("b", 2, "sgd"), run("c", 5)];
const columns = runColumns(["config.loss", "config.opt", "config.same", "config.none", "created", "duration", "state"]);
const axes = parallelAxes(columns, runs);

describe("parallel coordinates", () => {
  it("have an axis for each column whose values differ", () => {
    expect(axes.map(({ column }) => column.id)).toEqual(["config.loss", "config.opt", "created", "duration"]);
    expect(axes.map((axis) => runs.map((each) => placeOnAxis(axis, each)))).toEqual([
      [0, 0.25, 1],
      [1, 0, undefined],
      [0, 0.25, 1],
      [0, 0.25, 1],
    ]);
  });

  it("mark the runs within all ranges", () => {
    const ranges = new Map([
      ["config.loss", { from: 0, to: 0.5 }],
      ["config.opt", { from: 0.9, to: 1 }],
    ]);
    expect(runs.filter((each) => isMarked(axes, ranges, each)).map(({ name }) => name)).toEqual(["a"]);
    expect(rangesFilter(axes, ranges)).toBe('config.loss >= 1 and config.loss <= 3 and config.opt in ("adam")');
    expect(rangesFilter(axes, new Map())).toBe("");
  });

  it("say ranges as filters that can be read, wherever they lie", () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...axes), place, place, (axis, a, b) => {
        const range = { from: Math.min(a, b), to: Math.max(a, b) };
        parseFilter(rangesFilter(axes, new Map([[axis.column.id, range]])));
      }),
    );
  });

  it("place the largest numbers that there are", () => {
    const [axis] = parallelAxes(runColumns(["config.loss"]), [
      run("low", -Number.MAX_VALUE),
      run("high", Number.MAX_VALUE),
    ]);
    expect(placeOnAxis(axis!, run("middle", 0))).toBe(0.5);
  });
});
