import { expect, it } from "vitest";
import { formatAgo, formatClock, formatDateTime, formatDuration, formatTimeOfDay } from "./time-format.ts";

it.each([
  [-5, "0ms"],
  [999.4, "999ms"],
  [9_990, "9.9s"],
  [59_999, "59s"],
  [61_000, "1m 01s"],
  [3_723_000, "1h 02m"],
  [90_000_000, "1d 01h"],
])("formats %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [0, "just now"],
  [-10_000, "just now"],
  [300_000, "5 min ago"],
  [3_600_000, "1 hour ago"],
  [3 * 86_400_000, "3 days ago"],
])("formats %d ms ago as %s", (ms, text) => expect(formatAgo(1e12 - ms, 1e12)).toBe(text));

it("formats local dates and times", () => {
  const wallMs = new Date(2026, 10, 21, 2, 13, 7, 125).getTime();
  expect(formatDateTime(wallMs)).toBe("2026-11-21 02:13");
  expect(formatTimeOfDay(wallMs)).toBe("02:13:07.125");
});

it("formats the ticks of a time axis no finer than their distance", () => {
  const midnight = new Date(2026, 10, 21).getTime();
  const ticks = [midnight, midnight + 3_661_000];
  expect(formatClock(ticks, 86_400_000)).toEqual(["2026-11-21", "2026-11-21"]);
  expect(formatClock(ticks, 3_600_000)).toEqual(["11-21", "01:01"]);
  expect(formatClock(ticks, 1000)).toEqual(["11-21", "01:01:01"]);
  expect(formatClock(ticks, 100)).toEqual(["11-21", "01:01.000"]);
});
