import { expect, it } from "vitest";
import { defaultColumns, metricSort } from "./run-columns.ts";

it("puts losses and scores first and leaves system metrics out", () => {
  const keys = ["epoch", "lr", "system/cpu", "train/acc", "train/loss", "val/loss", "zeta"];
  expect(defaultColumns(keys)).toEqual(["val/loss", "train/loss", "train/acc", "epoch"]);
  expect(defaultColumns(["system/cpu"])).toEqual([]);
});

it("names a metric column as the API sorts by it", () => expect(metricSort("a:b/c", "min")).toBe("metric:a:b/c:min"));
