/** @file Columns of the table of runs: anything that the filter language can name is one. */
import type { ColumnInfo, RunListQuery, RunRow } from "trainlog/api";
import {
  type Field,
  fieldText,
  isProblem,
  RUN_FIELD_SOURCE,
  RUN_FIELDS,
  type RunFieldName,
  readField,
  typeOf,
} from "trainlog/query";
import { isPlainObject, type JsonValue } from "trainlog/run";
import { formatValue } from "./flatten.ts";
import { compareNaturally, isSystemMetric } from "./metric-groups.ts";
import { formatMetricValue } from "./metric-unit.ts";
import { formatCount } from "./number-format.ts";
import { formatAgo, formatDateTime, formatDuration } from "./time-format.ts";

/** One column. */
export interface RunColumn {
  /** Its field as filters write it, in one spelling. */
  readonly id: string;
  readonly field: Field;
  readonly title: string;
  /** What kind of thing it is, where the title alone would not say. */
  readonly kind?: string;
  readonly numeric: boolean;
  /** Whether people want the largest first: times and numbers of the run. */
  readonly descendingFirst: boolean;
  /** Usual width, in CSS pixels. */
  readonly width: number;
  /** Share of the room that is left; absent for a column that never grows. */
  readonly grow?: number;
}

/** The column that is always there, always first. */
export const NAME_COLUMN: RunColumn = {
  id: "name",
  field: { of: "run", name: "name" },
  title: "Name",
  numeric: false,
  descendingFirst: false,
  width: 210,
  grow: 2.6,
};

/** Titles and widths of facts about a run, for those whose name is not both; the order is that of menus. */
const FACTS: Partial<Readonly<Record<RunFieldName, Pick<RunColumn, "title" | "width" | "grow">>>> = {
  state: { title: "State", width: 102 },
  project: { title: "Project", width: 96, grow: 0.8 },
  group: { title: "Group", width: 96, grow: 0.6 },
  created: { title: "Created", width: 106 },
  duration: { title: "Duration", width: 82 },
  step: { title: "Step", width: 78 },
  tag: { title: "Tags", width: 150 },
  notes: { title: "Notes", width: 220 },
  updated: { title: "Last heard", width: 106 },
  finished: { title: "Finished", width: 106 },
  id: { title: "Id", width: 190 },
  job: { title: "Job type", width: 90 },
  parent: { title: "Parent run", width: 190 },
  source: { title: "Source", width: 90 },
  error: { title: "Error", width: 260 },
  exitCode: { title: "Exit code", width: 82 },
  metrics: { title: "Metrics", width: 78 },
  points: { title: "Points", width: 90 },
  rows: { title: "Rows", width: 90 },
  damage: { title: "Damaged places", width: 120 },
  archived: { title: "Archived", width: 82 },
};

/** Facts that can be columns, as fields. */
export const FACT_COLUMNS: readonly string[] = Object.keys(FACTS);

/** Width of a column of values in CSS pixels: as wide as its title, within bounds that a number needs and that leave room for others. */
const VALUE_WIDTH = { least: 88, most: 170, perLetter: 7.4, padding: 26 };

/** Columns shown until the viewer chooses: more would not fit beside the facts of a run. */
const DEFAULT_METRICS = 4;

/** What people look for first, in this order. Longer words come before the shorter ones that they contain. */
const WANTED = [
  /(^|[/_.-])(val|valid|validation|eval|test)[/_.-].*loss|loss.*(val|eval|test)/i,
  /loss/i,
  /acc|f1|auc|bleu|reward|return|score/i,
];

/** The column of a field; undefined when the text names none. Both spellings of a run's fields are the same column. */
export function runColumn(text: string): RunColumn | undefined {
  const field = readField(text);
  if (isProblem(field)) return undefined;
  if (field.of !== "run") return valueColumn(field);
  const name = friendlyName(field.name);
  const fact = FACTS[name];
  if (fact === undefined) return undefined;
  const type = RUN_FIELDS[name];
  const numeric = type === "number" || type === "duration";
  return { id: name, field: { of: "run", name }, numeric, descendingFirst: numeric || type === "time", ...fact };
}

/** The columns of some fields, without those that there are none of, and each once. */
export function runColumns(texts: readonly string[]): RunColumn[] {
  const columns = texts.map(runColumn).filter((column) => column !== undefined);
  return [...new Map(columns.map((column) => [column.id, column])).values()];
}

/**
 * The columns of a list whose viewer has chosen none: facts, then metrics, losses and scores first, never system metrics.
 *
 * @param metrics - Metric keys of the list.
 */
export function defaultColumns(
  metrics: Iterable<string>,
  { project, groups }: { readonly project: boolean; readonly groups: boolean },
): string[] {
  const facts = ["state", ...(project ? ["project"] : []), ...(groups ? ["group"] : []), "created", "duration", "step"];
  const own = [...new Set(metrics)].filter((key) => !isSystemMetric(key)).sort(compareNaturally);
  const rank = (key: string): number => {
    const found = WANTED.findIndex((pattern) => pattern.test(key));
    return found < 0 ? WANTED.length : found;
  };
  const wanted = own.sort((a, b) => rank(a) - rank(b) || compareNaturally(a, b)).slice(0, DEFAULT_METRICS);
  return [...facts, ...wanted.map((key) => fieldText({ of: "metric", key, statistic: "last" }))];
}

/** Parameters that ask for the values of columns. */
export function columnQuery(columns: readonly RunColumn[]): Pick<RunListQuery, "metric" | "config" | "summary"> {
  const [metric, config, summary]: [string[], string[], string[]] = [[], [], []];
  for (const { field } of columns) {
    if (field.of === "metric") metric.push(field.key);
    else if (field.of === "config") config.push(field.path);
    else if (field.of === "summary") summary.push(field.path);
  }
  return {
    ...(metric.length > 0 && { metric: [...new Set(metric)] }),
    ...(config.length > 0 && { config }),
    ...(summary.length > 0 && { summary }),
  };
}

/** What a run has in a field, as JSON; undefined when it has nothing. Numbers that JSON cannot say are `{"$float": …}`. */
export function cellValue(run: RunRow, field: Field): JsonValue | undefined {
  if (field.of === "config") return own(run.config, field.path);
  if (field.of === "summary") return own(run.summary, field.path);
  if (field.of === "metric") return metricValue(run, field.key, field.statistic);
  const value = run[RUN_FIELD_SOURCE[field.name]];
  return typeof value === "object" ? [...value] : value;
}

/** A value as a cell shows it. */
export function cellText(field: Field, value: JsonValue | undefined, nowMs: number): string {
  if (value === undefined) return "";
  if (field.of === "run") return factText(field.name, value, nowMs);
  const key = field.of === "metric" ? field.key : field.path;
  const isAmount = field.of === "metric" && field.statistic !== "count" && field.statistic !== "step";
  return typeof value === "number" && isAmount ? formatMetricValue(key, value) : formatValue(value);
}

/** A value in full, for the cell's tooltip. */
export function cellTitle(column: RunColumn, value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  const { field } = column;
  const isTime = typeOf(field) === "time" && typeof value === "number";
  const text = isTime ? formatDateTime(value) : typeof value === "string" ? value : JSON.stringify(value);
  return `${column.title}: ${text.length > 500 ? `${text.slice(0, 500)}…` : text}`;
}

/** The number in a cell, for charts; undefined when it holds none. */
export function cellNumber(run: RunRow, field: Field): number | undefined {
  const value = cellValue(run, field);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Joins what two answers know of a run: facts of the newer, columns of both. */
export function mergeRow(older: RunRow, newer: RunRow): RunRow {
  const named = new Map((older.metrics ?? []).map((metric) => [`${metric.kind} ${metric.key}`, metric]));
  for (const metric of newer.metrics ?? []) named.set(`${metric.kind} ${metric.key}`, metric);
  return {
    ...newer,
    ...(named.size > 0 && { metrics: [...named.values()] }),
    ...(older.config !== undefined && { config: { ...older.config, ...newer.config } }),
    ...(older.summary !== undefined && { summary: { ...older.summary, ...newer.summary } }),
  };
}

/** Whether a column has numbers, as far as the project knows. */
export function holdsNumbers({ types }: Pick<ColumnInfo, "types">): boolean {
  return types.some(({ type }) => type === "number");
}

function valueColumn(field: Exclude<Field, { of: "run" }>): RunColumn {
  const title = field.of !== "metric" ? field.path : field.key;
  const statistic = field.of === "metric" && field.statistic !== "last" ? field.statistic : undefined;
  const kind = field.of === "metric" ? statistic : field.of;
  const letters = title.length + (kind === undefined ? 0 : kind.length + 1);
  const { least, most, perLetter, padding } = VALUE_WIDTH;
  return {
    id: fieldText(field),
    field,
    title,
    ...(kind !== undefined && { kind }),
    numeric: true,
    descendingFirst: false,
    width: Math.min(most, Math.max(least, Math.ceil(letters * perLetter + padding))),
    grow: 0.7,
  };
}

/** The first of a field's spellings, which is the friendly one. */
function friendlyName(name: RunFieldName): RunFieldName {
  return FRIENDLY.get(RUN_FIELD_SOURCE[name]) ?? name;
}

const FRIENDLY: ReadonlyMap<string, RunFieldName> = new Map(
  // `Object.entries` of a record of fields has fields as keys.
  (Object.entries(RUN_FIELD_SOURCE) as [RunFieldName, string][]).reverse().map(([name, source]) => [source, name]),
);

function own(object: RunRow["config"], path: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, path) ? object[path] : undefined;
}

function metricValue(run: RunRow, key: string, statistic: string): JsonValue | undefined {
  const named = run.metrics?.filter((metric) => metric.key === key) ?? [];
  const metric = named.find(({ kind }) => kind === "number") ?? named[0];
  if (metric === undefined) return undefined;
  if (statistic === "last") return metric.kind === "number" ? wireNumber(metric.last) : metric.last;
  if (statistic === "step") return metric.lastStep;
  if (statistic === "count") return metric.count;
  return statistic === "min" || statistic === "max" || statistic === "mean" || statistic === "best"
    ? metric[statistic]
    : undefined;
}

/** A number as the API writes it where numbers stand, in the form that free JSON has. */
function wireNumber(last: JsonValue | undefined): JsonValue | undefined {
  return typeof last === "string" ? { $float: last } : last;
}

function factText(name: RunFieldName, value: JsonValue, nowMs: number): string {
  const type = RUN_FIELDS[name];
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "number") {
    if (type === "time") return formatAgo(value, nowMs);
    return type === "duration" ? formatDuration(value) : formatCount(value);
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  return isPlainObject(value) ? formatValue(value) : String(value);
}
