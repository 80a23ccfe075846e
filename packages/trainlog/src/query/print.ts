/** @file From the tree of a filter to its text. Reading the text again gives the same tree. */
import type { Field, Filter, Literal } from "./ast.ts";
import { fieldText, typeOf } from "./fields.ts";
import { UNITS } from "./tokens.ts";

/**
 * The text of a filter, in one spelling for all that mean the same tree.
 *
 * @example
 * printFilter(parseFilter("metric.loss<.1&&(archived)")); // "metric.loss.last < 0.1 and archived = true"
 */
export function printFilter(filter: Filter): string {
  switch (filter.type) {
    case "and":
    case "or":
      return filter.parts.map(printPart(filter.type)).join(` ${filter.type} `);
    case "not":
      return `not ${printTight(filter.part)}`;
    case "exists":
      return `exists(${fieldText(filter.field)})`;
    case "in":
      return `${fieldText(filter.field)} in (${filter.values.map((value) => literalText(value, filter.field)).join(", ")})`;
    case "compare":
      return `${fieldText(filter.field)} ${filter.operator} ${literalText(filter.value, filter.field)}`;
  }
}

/** `and` binds tighter than `or`; a chain inside a chain of its own kind keeps its brackets, so that the tree comes back. */
function printPart(around: "and" | "or"): (part: Filter) => string {
  return (part) => (part.type === "or" || part.type === around ? `(${printFilter(part)})` : printFilter(part));
}

function printTight(part: Filter): string {
  return part.type === "and" || part.type === "or" ? `(${printFilter(part)})` : printFilter(part);
}

/** A value as it is written beside its field. */
export function literalText(literal: Literal, field: Field): string {
  switch (literal.type) {
    case "null":
      return "null";
    case "boolean":
      return String(literal.value);
    case "number":
      return numberText(literal.value);
    case "duration":
      return literal.ms === 0 && typeOf(field) === "time" ? "now" : durationText(literal.ms);
    case "time":
      return timeText(literal.ms);
    case "text":
      return typeOf(field) === "state" ? literal.value : quoted(literal.value);
  }
}

/** A text in quotes, as filters read it. */
export function quoted(text: string): string {
  const escapedText = text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escapedText}"`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Number.isFinite(value)) return String(value);
  // A number that is too large for float64 reads as infinity.
  return value > 0 ? "inf" : "-1e999";
}

/** The longest unit that says it in whole numbers. */
function durationText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, size]) => Number.isInteger(ms / size) && (ms / size) * size === ms) ?? [
    "ms",
    1,
  ];
  return `${ms / unitMs}${unit}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/T00:00:00\.000Z$/, "");
}
