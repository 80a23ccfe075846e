/**
 * @file Whether one run matches a filter. This file says what each operator means; the catalog's SQL is tested against it.
 */
import type { JsonValue } from "../run/json.ts";
import {
  type Field,
  type Filter,
  type Literal,
  type Operator,
  RUN_FIELD_SOURCE,
  type RunFieldSource,
  type Statistic,
} from "./ast.ts";
import { typeOf } from "./fields.ts";
import { Pattern } from "./pattern.ts";

/** What a filter looks at in one metric of numbers. */
export interface FilterMetric {
  readonly count: number;
  readonly last?: number;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly lastStep?: number;
  /** By the definition of the metric. */
  readonly goal?: "min" | "max";
}

/** What a filter looks at in one run. */
export interface FilterSubject {
  /** The fields of the API's `RunInfo`. */
  readonly run: Readonly<Partial<Record<RunFieldSource, JsonValue>>>;
  /** By dotted path: see `flatten`. */
  readonly config: ReadonlyMap<string, JsonValue>;
  /** What was set by name, by dotted path, and for other keys what metrics of numbers imply. */
  readonly summary: ReadonlyMap<string, JsonValue>;
  /** Metrics of numbers. */
  readonly metrics: ReadonlyMap<string, FilterMetric>;
  /** Metrics of any other values. */
  readonly otherMetrics?: ReadonlySet<string>;
}

/** How a filter is evaluated. */
export interface EvaluateOptions {
  /** What relative times are relative to, in milliseconds since 1970. Default: now. */
  readonly nowMs?: number;
}

/**
 * Says whether a run matches.
 *
 * @throws TrainlogError `query/bad-pattern` (400).
 */
export function matches(filter: Filter, subject: FilterSubject, options: EvaluateOptions = {}): boolean {
  const nowMs = options.nowMs ?? Date.now();
  switch (filter.type) {
    case "and":
      return filter.parts.every((part) => matches(part, subject, { nowMs }));
    case "or":
      return filter.parts.some((part) => matches(part, subject, { nowMs }));
    case "not":
      return !matches(filter.part, subject, { nowMs });
    case "exists":
      return has(subject, filter.field);
    case "in":
      return filter.values.some((value) => compare(subject, filter.field, "=", value, nowMs));
    case "compare": {
      const { positive, negated } = positiveOf(filter.operator);
      return compare(subject, filter.field, positive, filter.value, nowMs) !== negated;
    }
  }
}

/** An operator as one that says something positive, and whether the opposite was meant. */
export function positiveOf(operator: Operator): {
  readonly positive: Exclude<Operator, "!=" | "!~">;
  readonly negated: boolean;
} {
  if (operator === "!=") return { positive: "=", negated: true };
  if (operator === "!~") return { positive: "~", negated: true };
  return { positive: operator, negated: false };
}

/** The number or text that a literal means beside a field: a duration beside a time is relative to now. */
export function plainValue(
  literal: Exclude<Literal, { type: "null" }>,
  field: Field,
  nowMs: number,
): string | number | boolean {
  if (literal.type === "time") return literal.ms;
  if (literal.type === "duration") return typeOf(field) === "time" ? nowMs + literal.ms : literal.ms;
  return literal.value;
}

/** A metric's statistic. */
export function statisticOf(metric: FilterMetric, statistic: Statistic): number | undefined {
  if (statistic === "step") return metric.lastStep;
  if (statistic !== "best") return metric[statistic];
  return metric.goal === undefined ? undefined : metric[metric.goal];
}

/** The path, or anything below it. */
function has(subject: FilterSubject, field: Field): boolean {
  if (field.of === "metric" && field.statistic === "last" && subject.otherMetrics?.has(field.key)) return true;
  if (valuesOf(subject, field).length > 0) return true;
  if (field.of !== "config" && field.of !== "summary") return false;
  return [...subject[field.of].keys()].some((path) => path.startsWith(`${field.path}.`));
}

function compare(subject: FilterSubject, field: Field, operator: Operator, literal: Literal, nowMs: number): boolean {
  if (literal.type === "null") {
    const values = valuesOf(subject, field);
    return values.includes(null) || (values.length === 0 && !has(subject, field));
  }
  const wanted = plainValue(literal, field, nowMs);
  // Tags are a list, and a list contains its elements.
  const meant = operator === "contains" && typeOf(field) === "tags" ? "=" : operator;
  return valuesOf(subject, field).some((value) => holds(value, meant, wanted));
}

/** What a run has under a field: nothing, one value, or each of its tags. */
function valuesOf(subject: FilterSubject, field: Field): readonly JsonValue[] {
  if (field.of === "config" || field.of === "summary") return present(subject[field.of].get(field.path));
  if (field.of === "metric") {
    const metric = subject.metrics.get(field.key);
    return present(metric && statisticOf(metric, field.statistic));
  }
  const value = subject.run[RUN_FIELD_SOURCE[field.name]];
  return Array.isArray(value) ? value : present(value);
}

function present(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value];
}

/** What each operator means between two values. Values of different types are unequal and in no order. */
function holds(value: JsonValue, operator: Operator, wanted: string | number | boolean): boolean {
  if (operator === "contains") return contains(value, wanted);
  if (operator === "~")
    return typeof value === "string" && typeof wanted === "string" && new Pattern(wanted).test(value);
  if (typeof value !== typeof wanted) return false;
  if (operator === "=") return value === wanted || (Number.isNaN(value) && Number.isNaN(wanted));
  const order = typeof value === "string" ? textOrder(value, String(wanted)) : numberOrder(value, wanted);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** A list contains its elements, a text its parts whatever their case. */
export function contains(value: JsonValue, wanted: string | number | boolean): boolean {
  if (Array.isArray(value))
    return value.some((element) => element === wanted || (Number.isNaN(element) && Number.isNaN(wanted)));
  return typeof value === "string" && typeof wanted === "string" && value.toLowerCase().includes(wanted.toLowerCase());
}

/** NaN, as it is no number, is in no order: then the result is NaN, which is neither below nor above. */
function numberOrder(value: unknown, wanted: unknown): number {
  if (typeof value !== "number" || typeof wanted !== "number") return Number.NaN;
  if (value === wanted) return 0;
  return value < wanted ? -1 : value > wanted ? 1 : Number.NaN;
}

/** By code points, as UTF-8 sorts. */
function textOrder(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [i, char] of left.entries()) {
    const order = (char.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? -1);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
