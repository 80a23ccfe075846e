import type { RunRow } from "trainlog/api";
import { describe, expect, it } from "vitest";
import { DEFAULT_RUNS_VIEW } from "../../lib/view-state.ts";
import { factColumns, tableGrid } from "./table-columns.ts";

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

describe("tableGrid", () => {
  it("makes metric columns as wide as their titles, within bounds", () => {
    const { tracks, leastWidth } = tableGrid([], ["lr", "eval/accuracy", "x".repeat(200)]);
    expect(tracks).toBe("34px minmax(84px, 0.7fr) minmax(113px, 0.7fr) minmax(150px, 0.7fr)");
    expect(leastWidth).toBe(34 + 84 + 113 + 150 + 12);
  });

  it("fits all facts but the group and four usual metrics beside the projects of a 1360 pixel page", () => {
    const facts = factColumns(DEFAULT_RUNS_VIEW, [run]);
    const { leastWidth } = tableGrid(facts, ["eval/loss", "val/loss", "train/loss", "eval/accuracy"]);
    expect(leastWidth).toBeLessThanOrEqual(1118);
  });
});
