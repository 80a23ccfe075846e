/** @file Parallel coordinates: runs as lines over the axes of some columns, and what ranges of axes that someone marks mean as a filter. */
import type { RunRow } from "trainlog/api";
import { literalText } from "trainlog/query";
import { compareNaturally } from "./metric-groups.ts";
import { cellNumber, cellText, cellValue, type RunColumn } from "./run-columns.ts";
import { quoted } from "./run-search.ts";

/** Most axes side by side. */
export const MAX_AXES = 12;

/** Most lines: beyond, nothing can be told apart and drawing takes long. */
export const MAX_LINES = 500;

/** Most different texts of an axis; one with more says nothing. */
const MAX_TEXTS = 30;

/** One axis. */
export interface ParallelAxis {
  readonly column: RunColumn;
  /** Ends of an axis of numbers; texts of an axis of texts, from the bottom up. */
  readonly scale:
    | { readonly kind: "numbers"; readonly min: number; readonly max: number }
    | { readonly kind: "texts"; readonly texts: readonly string[] };
}

/** A marked part of an axis: 0 is its bottom, 1 its top. */
export interface AxisRange {
  readonly from: number;
  readonly to: number;
}

/** Marked parts by the column's id. */
export type AxisRanges = ReadonlyMap<string, AxisRange>;

/** The axes of some columns: those whose values differ among the runs, numbers or a few texts. */
export function parallelAxes(columns: readonly RunColumn[], runs: readonly RunRow[]): ParallelAxis[] {
  return columns.flatMap((column) => axisOf(column, runs)).slice(0, MAX_AXES);
}

/** Where a run meets an axis, from 0 to 1; undefined when it has no value there. */
export function placeOnAxis({ column, scale }: ParallelAxis, run: RunRow): number | undefined {
  if (scale.kind === "numbers") {
    const value = cellNumber(run, column.field);
    // Halves, so that the distance of two huge numbers is finite.
    return value === undefined ? undefined : (value / 2 - scale.min / 2) / (scale.max / 2 - scale.min / 2);
  }
  const at = scale.texts.indexOf(textOf(column, run) ?? "");
  return at < 0 ? undefined : at / Math.max(1, scale.texts.length - 1);
}

/** Whether a run lies within all marked parts. */
export function isMarked(axes: readonly ParallelAxis[], ranges: AxisRanges, run: RunRow): boolean {
  return axes.every((axis) => {
    const range = ranges.get(axis.column.id);
    if (range === undefined) return true;
    const place = placeOnAxis(axis, run);
    return place !== undefined && place >= range.from && place <= range.to;
  });
}

/** The condition for the runs within all marked parts, in the filter language; empty when nothing is marked. */
export function rangesFilter(axes: readonly ParallelAxis[], ranges: AxisRanges): string {
  return axes
    .flatMap((axis) => {
      const range = ranges.get(axis.column.id);
      return range === undefined ? [] : [rangeFilter(axis, range)];
    })
    .join(" and ");
}

/** What stands at the ends of an axis, bottom first. */
export function axisEnds({ column, scale }: ParallelAxis, nowMs: number): readonly [string, string] {
  if (scale.kind === "texts") return [scale.texts[0] ?? "", scale.texts.at(-1) ?? ""];
  return [cellText(column.field, scale.min, nowMs), cellText(column.field, scale.max, nowMs)];
}

function axisOf(column: RunColumn, runs: readonly RunRow[]): ParallelAxis[] {
  const numbers = runs.map((run) => cellNumber(run, column.field)).filter((value) => value !== undefined);
  if (numbers.length > 0) {
    const [min, max] = numbers.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    return min < max ? [{ column, scale: { kind: "numbers", min, max } }] : [];
  }
  const texts = [...new Set(runs.map((run) => textOf(column, run)).filter((text) => text !== undefined))];
  const says = texts.length > 1 && texts.length <= MAX_TEXTS;
  return says ? [{ column, scale: { kind: "texts", texts: texts.sort(compareNaturally).reverse() } }] : [];
}

function textOf({ field }: RunColumn, run: RunRow): string | undefined {
  const value = cellValue(run, field);
  return typeof value === "string" || typeof value === "boolean" ? String(value) : undefined;
}

function rangeFilter({ column, scale }: ParallelAxis, { from, to }: AxisRange): string {
  if (scale.kind === "texts") {
    const last = Math.max(1, scale.texts.length - 1);
    const inside = scale.texts.filter((_, at) => at / last >= from && at / last <= to);
    // No text is inside of a range between two.
    if (inside.length === 0) return `not exists(${column.id}) and exists(${column.id})`;
    return `${column.id} in (${inside.map((text) => (isBareWord(column) ? text : quoted(text))).join(", ")})`;
  }
  const valueAt = (place: number): number => scale.min * (1 - place) + scale.max * place;
  const bound = (place: number): string => boundText(column, valueAt(place));
  return `${column.id} >= ${bound(from)} and ${column.id} <= ${bound(to)}`;
}

/** States and booleans are written without quotes. */
function isBareWord({ field }: RunColumn): boolean {
  return field.of === "run" && (field.name === "state" || field.name === "archived");
}

function boundText({ field }: RunColumn, value: number): string {
  if (field.of === "run" && field.name === "duration") return literalText({ type: "duration", ms: value }, field);
  const isTime = field.of === "run" && ["created", "finished", "updated"].includes(field.name);
  return literalText(isTime ? { type: "time", ms: Math.round(value) } : { type: "number", value }, field);
}
