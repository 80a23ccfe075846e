import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatDuration, formatNumber, formatPlural } from "./format.ts";
import { type ProgressStream, startProgress } from "./progress.ts";
import { fitToCells, sparkline } from "./sparkline.ts";
import { makeStyle, wantsColour } from "./style.ts";

describe("format", () => {
  it.each([
    [0, "0 ms"],
    [850, "850 ms"],
    [9_940, "9.9 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_440_000, "2 h 4 min"],
    [529_200_000, "6 d 3 h"],
    [Number.NaN, "?"],
  ])("duration %d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    [0, "0"],
    [-0.5, "-0.5"],
    [0.03125, "0.03125"],
    [0.333333333, "0.33333"],
    [12345, "12,345"],
    [99999.5, "99,999.5"],
    [1234.5678, "1,234.6"],
    [1.23456e-7, "1.2346e-7"],
    [2e-5, "2e-5"],
    [1234567.5, "1.2346e+6"],
    [Number.NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("number %d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.50 KiB"],
    [12_900_000, "12.3 MiB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("says ages in one unit, and a time ahead of the clock as now", () => {
    expect(formatAge(0, 3_600_000)).toBe("1 h ago");
    expect(formatAge(5_000, 0)).toBe("just now");
  });

  it("counts in words", () => {
    expect(formatPlural(1, "run")).toBe("1 run");
    expect(formatPlural(1200, "run")).toBe("1,200 runs");
  });
});

describe("sparkline", () => {
  it("spans the finite values, leaves gaps for NaN, and is not stretched by infinity", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([0, Number.NaN, 7])).toBe("▁ █");
    expect(sparkline([0, Infinity, 7, -Infinity])).toBe("▁██▁");
    expect(sparkline([5, 5, 5])).toBe("▄▄▄");
    expect(sparkline([])).toBe("");
    expect(sparkline([Number.NaN])).toBe(" ");
  });

  it("averages a long series to the cells there are", () => {
    expect(fitToCells([1, 3, 5, 7], 2)).toEqual([2, 6]);
    expect(fitToCells([1, Number.NaN, Number.NaN, Number.NaN], 2)).toEqual([1, Number.NaN]);
    expect(fitToCells(Float64Array.of(1, 2), 10)).toEqual([1, 2]);
  });
});

describe("wantsColour", () => {
  it("colours terminals only, unless the environment says otherwise", () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "" })).toBe(true);
    expect(wantsColour(true, { TERM: "dumb" })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(true);
    expect(wantsColour(true, { FORCE_COLOR: "0" })).toBe(false);
  });

  it("gives plain text when colours are off", () => {
    expect(makeStyle(false).red("x")).toBe("x");
    expect(makeStyle(true).red("x")).toBe("\u001b[31mx\u001b[39m");
  });
});

describe("startProgress", () => {
  function recorder(isTTY: boolean): ProgressStream & { written: string } {
    const stream = {
      isTTY,
      columns: 80,
      written: "",
      write: (text: string) => {
        stream.written += text;
      },
    };
    return stream;
  }

  it("draws nothing into a pipe", () => {
    const stream = recorder(false);
    const bar = startProgress(stream, { label: "verify", total: 3 });
    bar.update(1);
    bar.end();
    expect(stream.written).toBe("");
  });

  it("draws at most ten times a second and wipes itself", () => {
    const stream = recorder(true);
    let nowMs = 0;
    const bar = startProgress(stream, { label: "verify", total: 4, nowMs: () => nowMs });
    bar.update(1, "first");
    bar.update(2, "too soon");
    nowMs = 150;
    bar.update(2, "second");
    bar.end();
    bar.update(3, "after the end");
    expect(stream.written).toContain("25 %  first");
    expect(stream.written).toContain("50 %  second");
    expect(stream.written).not.toContain("too soon");
    expect(stream.written.endsWith("\r\u001b[2K")).toBe(true);
  });

  it("says how long the rest will take, once the pace is known", () => {
    const stream = recorder(true);
    let nowMs = 0;
    const bar = startProgress(stream, { label: "export", total: 4, nowMs: () => nowMs });
    nowMs = 1000;
    bar.update(1, "early");
    nowMs = 30_000;
    bar.update(1, "a quarter");
    nowMs = 120_000;
    bar.update(4, "all");
    bar.end();
    expect(stream.written).toContain("25 %  early");
    expect(stream.written).toContain("25 %  1 min 30 s left  a quarter");
    expect(stream.written).toContain("100 %  all");
  });
});
