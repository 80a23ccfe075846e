/** @file What SQLite is lent for filters: patterns, parts of texts whatever their case, and values in JSON. */
import type { DatabaseSync } from "node:sqlite";
import { contains } from "../../query/evaluate.ts";
import { Pattern } from "../../query/pattern.ts";
import type { JsonValue } from "../../run/json.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";

/** Compiled patterns that are kept: more than one filter has, or each run would compile them anew. */
const KEPT_PATTERNS = 100;

/** Adds the functions to a connection. */
export function addSqlFunctions(database: DatabaseSync): void {
  const patterns = new Map<string, Pattern>();
  const options = { deterministic: true, directOnly: true };
  database.function("trainlog_matches", options, (pattern, text) => {
    return typeof text === "string" && compiled(patterns, String(pattern)).test(text) ? 1 : 0;
  });
  database.function("trainlog_contains", options, (part, text) => {
    return typeof text === "string" && text.toLowerCase().includes(String(part)) ? 1 : 0;
  });
  database.function("trainlog_holds", options, (wanted, json) => {
    return contains(parsed(json), scalarOf(parsed(wanted))) ? 1 : 0;
  });
  database.function("trainlog_text", options, (json) => {
    const value = parsed(json);
    return typeof value === "string" ? value : null;
  });
}

function parsed(json: unknown): JsonValue {
  return typeof json === "string" ? fromEventJson(json) : null;
}

function scalarOf(value: JsonValue): string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : "";
}

function compiled(patterns: Map<string, Pattern>, source: string): Pattern {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  if (patterns.size >= KEPT_PATTERNS) patterns.clear();
  const made = new Pattern(source);
  patterns.set(source, made);
  return made;
}
