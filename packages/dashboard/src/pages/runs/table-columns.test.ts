import type { RunRow } from "trainlog/api";
import { describe, expect, it } from "vitest";
import { DEFAULT_RUNS_VIEW } from "../../lib/view-state.ts";
import { factColumns, gridTemplate } from "./table-columns.ts";

const run: RunRow = {
  runId: "a",
  project: "p",
  name: "a",
  state: "finished",
  createdMs: 0,
  lastMs: 0,
  durationMs: 0,
  tags: [],
  archived: false,
  rowCount: 0,
  pointCount: 0,
  metricCount: 0,
  damageCount: 0,
};

const sorts = (...of: Parameters<typeof factColumns>): string[] => factColumns(...of).map((fact) => fact.sort);

describe("factColumns", () => {
  it("leaves out a column that would be empty, and the project of a project's own list", () => {
    expect(sorts(DEFAULT_RUNS_VIEW, [run])).not.toContain("group");
    expect(sorts(DEFAULT_RUNS_VIEW, [run, { ...run, group: "g" }])).toContain("group");
    expect(sorts({ ...DEFAULT_RUNS_VIEW, sort: "group" }, [run])).toContain("group");
    expect(sorts(DEFAULT_RUNS_VIEW, [run])).toContain("project");
    expect(sorts({ ...DEFAULT_RUNS_VIEW, project: "p" }, [run])).not.toContain("project");
  });
});

describe("gridTemplate", () => {
  it("makes metric columns as wide as their titles, within bounds", () => {
    const widths = gridTemplate([], ["lr", "eval/accuracy", "x".repeat(200)]).match(/\d+px/g);
    expect(widths).toEqual(["34px", "84px", "113px", "150px"]);
  });
});
