/** @file Configurations and summaries as tables: nested objects become one row per leaf, with path-like keys as in `run.config`. */
import { isPlainObject, type JsonObject, type JsonValue } from "trainlog/run";
import { compareNaturally } from "./metric-groups.ts";
import { formatNumber } from "./number-format.ts";

/** One leaf of a JSON object. */
export interface FlatEntry {
  /** Keys on the way to it, joined by `/`. */
  readonly path: string;
  readonly value: JsonValue;
}

/** Lists the leaves of an object in natural order of their paths. Arrays and empty objects are leaves. */
export function flatten(object: JsonObject): FlatEntry[] {
  const entries: FlatEntry[] = [];
  collect(object, "", entries);
  return entries.sort((a, b) => compareNaturally(a.path, b.path));
}

/** Writes a value as a table shows it: numbers short, texts as they are, everything else as JSON. `{"$float": …}` is a number that JSON cannot say. */
export function formatValue(value: JsonValue): string {
  if (typeof value === "number") return formatNumber(value, 6);
  if (typeof value === "string") return value;
  const special = specialNumber(value);
  return special === undefined ? JSON.stringify(value) : formatNumber(special);
}

/** The number in `{"$float": "NaN" | "Infinity" | "-Infinity" | "-0"}`; undefined for anything else. */
export function specialNumber(value: JsonValue): number | undefined {
  if (!isPlainObject(value)) return undefined;
  const name = value["$float"];
  return typeof name === "string" && Object.keys(value).length === 1 ? Number(name) : undefined;
}

function collect(object: JsonObject, prefix: string, entries: FlatEntry[]): void {
  for (const [key, value] of Object.entries(object)) {
    const path = prefix === "" ? key : `${prefix}/${key}`;
    if (isObject(value) && specialNumber(value) === undefined && Object.keys(value).length > 0)
      collect(value, path, entries);
    else entries.push({ path, value });
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return isPlainObject(value);
}
