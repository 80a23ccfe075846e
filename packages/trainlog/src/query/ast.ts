/**
 * @file What a filter of runs means, as a tree.
 *
 * The tree is what everything else works on: the parser makes it, the printer writes it, the catalog turns it into SQL, the evaluator into an answer for
 * one run. Other filter languages can be read into it as well.
 *
 * Logic has two values. A comparison with something that a run has not got is false, and every negative form (`!=`, `!~`, `not in`, `not contains`) is
 * exactly the opposite of its positive one; so `a != 1` holds for runs without `a`.
 */

/** A condition on runs. */
export type Filter =
  /** All parts hold; with no parts, every run matches. */
  | { readonly type: "and"; readonly parts: readonly Filter[] }
  /** At least one part holds. */
  | { readonly type: "or"; readonly parts: readonly Filter[] }
  | { readonly type: "not"; readonly part: Filter }
  /** The run has the field. */
  | { readonly type: "exists"; readonly field: Field }
  | { readonly type: "compare"; readonly field: Field; readonly operator: Operator; readonly value: Literal }
  /** The field equals one of the values. */
  | { readonly type: "in"; readonly field: Field; readonly values: readonly Literal[] };

/** How a field is compared. `~` is a pattern found anywhere; `contains` is a part of a text (case does not matter) or an element of a list. */
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" | "contains";

/** What a field is compared with. A `duration` against a time is relative to now. */
export type Literal =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  /** `= null` holds when the run has not got the field, or holds JSON's null. */
  | { readonly type: "null" }
  /** Milliseconds; negative ones lie in the past. */
  | { readonly type: "duration"; readonly ms: number }
  /** Milliseconds since 1970. */
  | { readonly type: "time"; readonly ms: number };

/** Something that runs have. */
export type Field =
  | { readonly of: "run"; readonly name: RunFieldName }
  /** A dotted path into the configuration, or a top-level key that is spelt like one. */
  | { readonly of: "config"; readonly path: string }
  /** A dotted path into what was set in the summary; else what a metric of numbers of this name implies by its rule. */
  | { readonly of: "summary"; readonly path: string }
  | { readonly of: "metric"; readonly key: string; readonly statistic: Statistic };

/** One number for a whole metric. `best` is `min` or `max` by the goal that the run defined for the metric; without a goal there is none. */
export type Statistic = "last" | "min" | "max" | "mean" | "best" | "count" | "step";

/** Every {@link Statistic}. `step` is the step of the last value, `count` the number of values. */
export const STATISTICS: readonly Statistic[] = ["last", "min", "max", "mean", "best", "count", "step"];

/** What a field of the run itself holds, which decides what it can be compared with. */
export type RunFieldType = "text" | "number" | "time" | "duration" | "boolean" | "state" | "tags";

/** Names of fields of the run itself: the friendly ones, then those that the API has instead. */
export type RunFieldName =
  | "id"
  | "name"
  | "project"
  | "group"
  | "job"
  | "state"
  | "tag"
  | "notes"
  | "parent"
  | "source"
  | "archived"
  | "created"
  | "finished"
  | "updated"
  | "duration"
  | "exitCode"
  | "error"
  | "rows"
  | "points"
  | "metrics"
  | "step"
  | "damage"
  | "runId"
  | "jobType"
  | "tags"
  | "parentRunId"
  | "createdMs"
  | "finishedMs"
  | "lastMs"
  | "durationMs"
  | "rowCount"
  | "pointCount"
  | "metricCount"
  | "lastStep"
  | "damageCount";

/** Fields of the run itself, in both spellings: the friendly one (`created`, a time) and the API's (`createdMs`, a number). */
export const RUN_FIELDS: Readonly<Record<RunFieldName, RunFieldType>> = {
  id: "text",
  name: "text",
  project: "text",
  group: "text",
  job: "text",
  state: "state",
  tag: "tags",
  notes: "text",
  parent: "text",
  source: "text",
  archived: "boolean",
  created: "time",
  finished: "time",
  updated: "time",
  duration: "duration",
  exitCode: "number",
  error: "text",
  rows: "number",
  points: "number",
  metrics: "number",
  step: "number",
  damage: "number",
  runId: "text",
  jobType: "text",
  tags: "tags",
  parentRunId: "text",
  createdMs: "number",
  finishedMs: "number",
  lastMs: "number",
  durationMs: "number",
  rowCount: "number",
  pointCount: "number",
  metricCount: "number",
  lastStep: "number",
  damageCount: "number",
};

/** Fields of the API's `RunInfo` that filters know. */
export type RunFieldSource =
  | "runId"
  | "name"
  | "project"
  | "group"
  | "jobType"
  | "state"
  | "tags"
  | "notes"
  | "parentRunId"
  | "source"
  | "archived"
  | "createdMs"
  | "finishedMs"
  | "lastMs"
  | "durationMs"
  | "exitCode"
  | "error"
  | "rowCount"
  | "pointCount"
  | "metricCount"
  | "lastStep"
  | "damageCount";

/** The field of the API's `RunInfo` that each name means. */
export const RUN_FIELD_SOURCE: Readonly<Record<RunFieldName, RunFieldSource>> = {
  id: "runId",
  name: "name",
  project: "project",
  group: "group",
  job: "jobType",
  state: "state",
  tag: "tags",
  notes: "notes",
  parent: "parentRunId",
  source: "source",
  archived: "archived",
  created: "createdMs",
  finished: "finishedMs",
  updated: "lastMs",
  duration: "durationMs",
  exitCode: "exitCode",
  error: "error",
  rows: "rowCount",
  points: "pointCount",
  metrics: "metricCount",
  step: "lastStep",
  damage: "damageCount",
  runId: "runId",
  jobType: "jobType",
  tags: "tags",
  parentRunId: "parentRunId",
  createdMs: "createdMs",
  finishedMs: "finishedMs",
  lastMs: "lastMs",
  durationMs: "durationMs",
  rowCount: "rowCount",
  pointCount: "pointCount",
  metricCount: "metricCount",
  lastStep: "lastStep",
  damageCount: "damageCount",
};

/** Says whether a text names a field of the run itself. */
export function isRunFieldName(text: string): text is RunFieldName {
  return Object.hasOwn(RUN_FIELDS, text);
}

/** Says whether a text names a statistic. */
export function isStatistic(text: string): text is Statistic {
  return STATISTICS.some((statistic) => statistic === text);
}

/** States that `state` can be compared with. */
export const FILTER_STATES: readonly string[] = ["running", "finished", "failed", "killed", "crashed"];

/** The filter that every run matches. */
export const EVERY_RUN: Filter = { type: "and", parts: [] };
