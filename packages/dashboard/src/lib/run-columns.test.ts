import type { RunRow } from "trainlog/api";
import { describe, expect, it } from "vitest";
import {
  cellText,
  cellTitle,
  cellValue,
  columnQuery,
  defaultColumns,
  FACT_COLUMNS,
  mergeRow,
  runColumn,
  runColumns,
} from "./run-columns.ts";

const metric = {
  key: "val/loss",
  kind: "number",
  count: 3,
  finiteCount: 2,
  last: "NaN",
  min: 0.5,
  lastStep: 9,
} as const;
const run: RunRow = {
  runId: "a",
  project: "p",
  name: "first",
  state: "finished",
  createdMs: 0,
  lastMs: 0,
  durationMs: 61_000,
  tags: ["x", "y"],
  archived: false,
  rowCount: 0,
  pointCount: 1234,
  metricCount: 1,
  damageCount: 0,
  metrics: [metric],
  config: { "opt.lr": 0.1, layers: [1, 2] },
};

const text = (id: string): string => {
  const column = runColumn(id)!;
  return cellText(column.field, cellValue(run, column.field), 120_000);
};

describe("runColumn", () => {
  it("knows a column by both spellings of its field", () => {
    expect(runColumn("createdMs")?.id).toBe("created");
    expect(runColumn("metric.`loss`")?.id).toBe("metric.loss.last");
    expect(runColumns(["created", "createdMs", "nonsense", "lr ="]).map(({ id }) => id)).toEqual(["created"]);
  });

  it("says what kind of thing a title is that could be several", () => {
    expect(runColumn("metric.val/loss.min")).toMatchObject({ title: "val/loss", kind: "min" });
    expect(runColumn("config.lr")).toMatchObject({ title: "lr", kind: "config" });
    expect(runColumn("metric.lr")).not.toHaveProperty("kind");
  });

  it("has a column for every fact of the menu", () => {
    expect(runColumns(FACT_COLUMNS).map(({ id }) => id)).toEqual(FACT_COLUMNS);
  });

  it("makes columns of values as wide as their titles, within bounds", () => {
    expect(runColumn("config.x")?.width).toBe(88);
    expect(runColumn(`config.${"x".repeat(100)}`)?.width).toBe(170);
  });
});

describe("cells", () => {
  it.each([
    ["metric.val/loss", "NaN"],
    ["metric.val/loss.min", "0.5"],
    ["metric.val/loss.max", ""],
    ["metric.val/loss.step", "9"],
    ["metric.other", ""],
    ["config.opt.lr", "0.1"],
    ["config.layers", "[1,2]"],
    ["config.constructor", ""],
    ["summary.x", ""],
    ["created", "2 min ago"],
    ["duration", "1m 01s"],
    ["points", "1,234"],
    ["tag", "x, y"],
    ["archived", "no"],
  ])("show %s as %j", (id, expected) => expect(text(id)).toBe(expected));

  it("say the whole value in their tooltip", () => {
    const column = runColumn("config.layers")!;
    expect(cellTitle(column, cellValue(run, column.field))).toBe("layers: [1,2]");
    expect(cellTitle(column, undefined)).toBeUndefined();
    expect(cellTitle(column, "x".repeat(1000))?.length).toBeLessThan(520);
  });
});

describe("columnQuery", () => {
  it("asks for each metric once, whatever statistics are shown", () => {
    const columns = runColumns(["state", "metric.a.min", "metric.a.max", "config.x", "summary.y"]);
    expect(columnQuery(columns)).toEqual({ metric: ["a"], config: ["x"], summary: ["y"] });
    expect(columnQuery([])).toEqual({});
  });
});

describe("mergeRow", () => {
  it("takes facts from the newer and columns from both", () => {
    const newer: RunRow = { ...run, name: "new", metrics: [{ ...metric, min: 0.25 }], config: { x: 1 } };
    const older: RunRow = { ...run, metrics: [metric, { ...metric, key: "acc" }], config: { x: 0, y: 2 } };
    const merged = mergeRow(older, newer);
    expect(merged.name).toBe("new");
    expect(merged.metrics?.map(({ key, min }) => [key, min])).toEqual([
      ["val/loss", 0.25],
      ["acc", 0.5],
    ]);
    expect(merged.config).toEqual({ x: 1, y: 2 });
  });
});

describe("defaultColumns", () => {
  it("puts losses and scores first and leaves system metrics out", () => {
    const keys = ["epoch", "lr", "system/cpu", "train/acc", "train/loss", "val/loss", "zeta"];
    expect(defaultColumns(keys, { project: false, groups: true })).toEqual([
      ...["state", "group", "created", "duration", "step"],
      ...["metric.val/loss.last", "metric.train/loss.last", "metric.train/acc.last", "metric.epoch.last"],
    ]);
    expect(defaultColumns(["system/cpu"], { project: true, groups: false })).toContain("project");
  });
});
