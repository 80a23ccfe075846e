/** @file Fields as texts, and what each can be compared with. */
import {
  FILTER_STATES,
  type Field,
  isRunFieldName,
  isStatistic,
  type Literal,
  type Operator,
  RUN_FIELDS,
  type RunFieldType,
  STATISTICS,
} from "./ast.ts";
import { type FilterProblem, problemAt } from "./problem.ts";
import { type PathPart, parseTime, type Token, tokensOf } from "./tokens.ts";

/** Words that are no bare texts. */
export const KEYWORDS: readonly string[] = [
  "and",
  "or",
  "not",
  "in",
  "contains",
  "exists",
  "true",
  "false",
  "null",
  "nan",
  "inf",
  "now",
];

const OPERATORS: Readonly<Record<RunFieldType | "value", readonly Operator[]>> = {
  text: ["=", "!=", "~", "!~", "contains", "<", "<=", ">", ">="],
  state: ["=", "!="],
  tags: ["=", "!=", "~", "!~", "contains"],
  boolean: ["=", "!="],
  number: ["=", "!=", "<", "<=", ">", ">="],
  time: ["<", "<=", ">", ">=", "=", "!="],
  duration: ["<", "<=", ">", ">=", "=", "!="],
  value: ["=", "!=", "<", "<=", ">", ">=", "~", "!~", "contains"],
};

const EXPECTED: Readonly<Record<RunFieldType | "value", string>> = {
  text: "a text",
  state: `a state (${FILTER_STATES.join(", ")})`,
  tags: "a text",
  boolean: "true or false",
  number: "a number",
  time: "a date such as 2026-01-31, or a time ago such as -7d",
  duration: "a duration such as 90s, 5m or 1h30m",
  value: "a text, a number, true, false or null",
};

/** What a field holds: `value` when each run may hold something else in it. */
export function typeOf(field: Field): RunFieldType | "value" {
  if (field.of === "run") return RUN_FIELDS[field.name];
  return field.of === "metric" ? "number" : "value";
}

/** Operators that make sense for a field, the usual one first. */
export function operatorsOf(field: Field): readonly Operator[] {
  return OPERATORS[typeOf(field)];
}

/** What a field is compared with, in words. */
export function expectedValue(field: Field): string {
  return EXPECTED[typeOf(field)];
}

/**
 * The field that a path names, or what is wrong with it.
 *
 * @param place - Where the path stands.
 */
export function fieldOf(
  parts: readonly PathPart[],
  place: { readonly from: number; readonly to: number },
): Field | FilterProblem {
  const [first, ...rest] = parts;
  if (first === undefined) return problemAt(place, "expected a field");
  const kind = first.quoted ? "" : first.text;
  if (rest.length === 0 && isRunFieldName(kind)) return { of: "run", name: kind };
  if (kind === "config" || kind === "summary") {
    return rest.length === 0 ? unnamed(kind, place) : { of: kind, path: rest.map((part) => part.text).join(".") };
  }
  if (kind === "metric") return rest.length === 0 ? unnamed(kind, place) : metricOf(rest);
  const known = Object.keys(RUN_FIELDS);
  const message = `no field ${JSON.stringify(parts.map((part) => part.text).join("."))}; configuration is config.<path>, metrics are metric.<key>.<${STATISTICS.join("|")}>, the summary is summary.<key>`;
  return problemAt(place, message, first.text, rest.length === 0 ? known : ["config", "summary", "metric"]);
}

function unnamed(kind: string, place: { readonly from: number; readonly to: number }): FilterProblem {
  return problemAt(place, `${kind} of what? expected ${kind}.<name>`);
}

function metricOf(parts: readonly PathPart[]): Field {
  const last = parts.at(-1);
  const statistic =
    parts.length > 1 && last !== undefined && !last.quoted && isStatistic(last.text) ? last.text : undefined;
  const key = (statistic === undefined ? parts : parts.slice(0, -1)).map((part) => part.text).join(".");
  return { of: "metric", key, statistic: statistic ?? "last" };
}

/** A field as it is written in a filter. */
export function fieldText(field: Field): string {
  if (field.of === "run") return field.name;
  return field.of === "metric"
    ? `metric.${nameText(field.key)}.${field.statistic}`
    : `${field.of}.${nameText(field.path)}`;
}

/** A name as it is written behind a dot: in backticks when it has odd characters. */
export function nameText(name: string): string {
  return /^[\p{L}\p{N}_/:@-]+(\.[\p{L}\p{N}_/:@-]+)*$/u.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

/**
 * Reads one field, such as a column or what to sort by.
 *
 * @returns The field, or what is wrong with the text.
 */
export function readField(text: string): Field | FilterProblem {
  const [token, next] = tokensOf(text);
  if (token?.kind === "bad") return problemAt(token, token.text);
  if (token?.parts === undefined) return problemAt({ from: 0, to: text.length }, "expected a field");
  if (next !== undefined) return problemAt(next, "expected one field and nothing behind it");
  return fieldOf(token.parts, token);
}

/** Says whether a reader found a problem. */
export function isProblem(read: Field | Literal | FilterProblem): read is FilterProblem {
  return "message" in read;
}

/** The value that a token stands for beside a field, or what is wrong with it. */
export function literalOf(token: Token, field: Field): Literal | FilterProblem {
  const type = typeOf(field);
  const plain = plainLiteral(token, type === "time");
  if (plain === undefined || !fits(plain, type)) return unfit(token, field, plain);
  if (plain.type === "text" && type === "time") return { type: "time", ms: parseTime(plain.value) ?? 0 };
  // Where any value may stand, a date or a duration without quotes is the text that it looks like.
  if (type === "value" && (plain.type === "time" || plain.type === "duration"))
    return { type: "text", value: token.source };
  return plain;
}

function plainLiteral(token: Token, isTime: boolean): Literal | undefined {
  if (token.kind === "text") return { type: "text", value: token.text };
  if (token.kind === "number") return { type: "number", value: token.value ?? 0 };
  if (token.kind === "duration" || token.kind === "time") return { type: token.kind, ms: token.value ?? 0 };
  const [part, ...more] = token.parts ?? [];
  if (part === undefined || part.quoted || more.length > 0) return undefined;
  return wordLiteral(part.text, isTime);
}

function wordLiteral(word: string, isTime: boolean): Literal | undefined {
  if (word === "true" || word === "false") return { type: "boolean", value: word === "true" };
  if (word === "null") return { type: "null" };
  if (word === "nan" || word === "NaN") return { type: "number", value: Number.NaN };
  if (word === "inf" || word === "Infinity") return { type: "number", value: Infinity };
  if (word === "now" && isTime) return { type: "duration", ms: 0 };
  return KEYWORDS.includes(word) && word !== "now" ? undefined : { type: "text", value: word };
}

function fits(literal: Literal, type: RunFieldType | "value"): boolean {
  if (literal.type === "null") return true;
  if (type === "value") return true;
  if (type === "text" || type === "tags") return literal.type === "text";
  if (type === "state") return literal.type === "text" && FILTER_STATES.includes(literal.value);
  if (type === "time")
    return (
      literal.type === "time" ||
      literal.type === "duration" ||
      (literal.type === "text" && parseTime(literal.value) !== undefined)
    );
  return literal.type === type;
}

function unfit(token: Token, field: Field, literal: Literal | undefined): FilterProblem {
  const name = fieldText(field);
  const found = JSON.stringify(token.source.slice(0, 80));
  const hint = literal?.type === "number" && typeOf(field) === "duration" ? "; give the unit" : "";
  const isText = literal === undefined && token.kind === "path";
  const quotes = isText ? `; put a text in quotes: "${token.source.slice(0, 40)}"` : "";
  const message = `${name}: expected ${expectedValue(field)}, found ${found}${hint}${quotes}`;
  return problemAt(token, message, token.text, typeOf(field) === "state" ? FILTER_STATES : []);
}
