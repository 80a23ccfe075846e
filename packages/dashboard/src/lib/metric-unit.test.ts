import { describe, expect, it } from "vitest";
import { formatMetricTicks, formatMetricValue } from "./metric-unit.ts";

describe("formatMetricValue", () => {
  it.each([
    ["system/disk_free_bytes", 84_043_210_000, "84.04 GB"],
    ["memoryBytes", 25_276_500_000, "25.28 GB"],
    ["bytes", 999, "999 B"],
    ["bytes", 1000, "1 kB"],
    ["sent_bytes", -2_500_000, "−2.5 MB"],
    ["sent_bytes", Number.POSITIVE_INFINITY, "∞"],
    ["sent_bytes", 0, "0 B"],
    ["network_in_bytes_per_s", 12_500_000, "12.5 MB/s"],
    ["megabytes", 12.5, "12.5"],
    ["loss", 84_043_210_000, "8.404e10"],
  ])("%s of %d is %s", (key, value, text) => {
    expect(formatMetricValue(key, value)).toBe(text);
  });
});

describe("formatMetricTicks", () => {
  it("writes neighbours apart, in one unit", () => {
    expect(formatMetricTicks("free_bytes", [84.02e9, 84.03e9, 84.04e9])).toEqual(["84.02 GB", "84.03 GB", "84.04 GB"]);
    expect(formatMetricTicks("free_bytes", [0, 500_000, 1_000_000])).toEqual(["0.0 MB", "0.5 MB", "1.0 MB"]);
    expect(formatMetricTicks("loss", [0, 0.5, 1])).toEqual(["0.0", "0.5", "1.0"]);
  });
});
