/** @file Runs and projects as the API shows them, and what changes them. */
import { z } from "zod";
import type { RunState } from "../run/event.ts";
import type { JsonObject, JsonValue } from "../run/json.ts";
import { count, jsonObject, jsonValue, key, name, runId, step, text, type WireNumber, wallMs } from "./wire.ts";

/** Every state that a run can be shown in. */
export const RUN_STATES: readonly RunState[] = ["running", "finished", "failed", "killed", "crashed"];

/** What is known about a run without its points. */
export interface RunInfo {
  readonly runId: string;
  readonly project: string;
  /** What people call it; the id when the script gave no name. */
  readonly name: string;
  readonly state: RunState;
  readonly createdMs: number;
  /** When the run last said something. */
  readonly lastMs: number;
  /** When it finished; absent while it runs and when it crashed. */
  readonly finishedMs?: number;
  /** From start to finish, or to the last thing said. */
  readonly durationMs: number;
  readonly group?: string;
  readonly jobType?: string;
  readonly tags: readonly string[];
  readonly notes?: string;
  readonly parentRunId?: string;
  /** What produced it: `"trainlog"` for the SDK, else a protocol or an importer. */
  readonly source?: string;
  readonly archived: boolean;
  readonly exitCode?: number;
  /** Message and stack of the error that ended it. */
  readonly error?: string;
  /** Highest step logged so far; absent before the first row. */
  readonly lastStep?: number;
  /** Calls of `log` so far. */
  readonly rowCount: number;
  /** Number of metric values (of any kind) logged so far. */
  readonly pointCount: number;
  readonly metricCount: number;
  /** Places in its files that could not be read; 0 when all is well. */
  readonly damageCount: number;
  /** Short name of the watched folder that it lies in; absent for the server's own. */
  readonly folder?: string;
}

/** {@link RunInfo}. */
export const runInfo: z.ZodType<RunInfo> = z.object(runInfoShape());

/** What is known about one metric of a run without reading its points. */
export interface MetricInfo {
  readonly key: string;
  /** `json` for strings, booleans, null and nested values. A key that held both kinds shows as two metrics. */
  readonly kind: "number" | "json";
  /** Values logged, the non-finite ones included. */
  readonly count: number;
  readonly finiteCount: number;
  readonly lastStep?: number;
  readonly lastWallMs?: number;
  /** Last value in arrival order: a {@link WireNumber} when `kind` is `number`. */
  readonly last?: JsonValue;
  /** Extremes and mean of the finite values; absent when there is none. */
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  /** What is better, by the definition of the run. */
  readonly goal?: "min" | "max";
  /** `min` or `max` by the goal; absent without one. */
  readonly best?: number;
}

/** {@link MetricInfo}. */
export const metricInfo: z.ZodType<MetricInfo> = z.object({
  key: z.string(),
  kind: z.enum(["number", "json"]),
  count,
  finiteCount: count,
  lastStep: step.exactOptional(),
  lastWallMs: wallMs.exactOptional(),
  last: jsonValue.exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  mean: z.number().exactOptional(),
  goal: z.enum(["min", "max"]).exactOptional(),
  best: z.number().exactOptional(),
});

/** One row of a list of runs: the run and the columns that were asked for, as far as the run has them. */
export interface RunRow extends RunInfo {
  /** Those asked for by `metric`. */
  readonly metrics?: readonly MetricInfo[];
  /** Values asked for by `config`, by dotted path. */
  readonly config?: JsonObject;
  /** Values asked for by `summary`, by dotted path, as far as they were set by name. */
  readonly summary?: JsonObject;
}

/** {@link RunRow}. */
export const runRow: z.ZodType<RunRow> = z.object({
  ...runInfoShape(),
  metrics: z.array(metricInfo).exactOptional(),
  config: jsonObject.exactOptional(),
  summary: jsonObject.exactOptional(),
});

/** Answer of `GET /runs`. */
export interface RunList {
  readonly runs: readonly RunRow[];
  /** Runs that match, on all pages. */
  readonly total: number;
  /** Give it back as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** {@link RunList}. */
export const runList: z.ZodType<RunList> = z.object({
  runs: z.array(runRow),
  total: count,
  nextCursor: z.string().exactOptional(),
});

/** A place in a run's files that could not be read. */
export interface DamageInfo {
  readonly file: string;
  readonly offset: number;
  readonly endOffset: number;
  readonly kind: string;
  readonly message: string;
}

/** {@link DamageInfo}. */
export const damageInfo: z.ZodType<DamageInfo> = z.object({
  file: z.string(),
  offset: count,
  endOffset: count,
  kind: z.string(),
  message: z.string(),
});

/** A message for people that the script raised. */
export interface AlertInfo {
  readonly wallMs: number;
  readonly title: string;
  readonly text: string;
  readonly level: "info" | "warn" | "error";
}

/** {@link AlertInfo}. */
export const alertInfo: z.ZodType<AlertInfo> = z.object({
  wallMs,
  title: z.string(),
  text: z.string(),
  level: z.enum(["info", "warn", "error"]),
});

/** A definition that the script gave for a metric, or for every metric of a prefix (`key` ends in `*`). */
export interface MetricDefinition {
  readonly key: string;
  readonly stepMetric?: string;
  readonly summary?: "last" | "min" | "max" | "best" | "mean" | "none";
  readonly goal?: "min" | "max";
}

/** {@link MetricDefinition}. */
export const metricDefinition: z.ZodType<MetricDefinition> = z.object({
  key: z.string(),
  stepMetric: z.string().exactOptional(),
  summary: z.enum(["last", "min", "max", "best", "mean", "none"]).exactOptional(),
  goal: z.enum(["min", "max"]).exactOptional(),
});

/** Answer of `GET /runs/:id`: the run with everything that is not a series. */
export interface RunDetail extends RunInfo {
  readonly config: JsonObject;
  /** Summary in effect: what the metrics imply by their rules, and the keys that the script set, which win. */
  readonly summary: JsonObject;
  readonly definitions: readonly MetricDefinition[];
  /** Facts about the machine. */
  readonly host: JsonObject;
  /** Code version. */
  readonly code: JsonObject;
  /** The newest alerts, at most 1000, oldest first. */
  readonly alerts: readonly AlertInfo[];
  readonly damage: readonly DamageInfo[];
  /** Whether its log is compressed. */
  readonly sealed: boolean;
  /** Changes with the text of the notes: give it back when you edit them. */
  readonly notesRevision: string;
}

/** {@link RunDetail}. */
export const runDetail: z.ZodType<RunDetail> = z.object({
  ...runInfoShape(),
  config: jsonObject,
  summary: jsonObject,
  definitions: z.array(metricDefinition),
  host: jsonObject,
  code: jsonObject,
  alerts: z.array(alertInfo),
  damage: z.array(damageInfo),
  sealed: z.boolean(),
  notesRevision: z.string(),
});

/** Body of `PATCH /runs/:id`: what to change; absent fields stay. An empty text clears `group` and `notes`. All of it is done, or nothing. */
export interface RunPatch {
  readonly name?: string;
  /** All tags anew. */
  readonly tags?: readonly string[];
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly notes?: string;
  /** `notesRevision` of the notes that `notes` was made from: when they are others by now, the answer is 412 with `current`. */
  readonly notesRevision?: string;
  readonly group?: string;
  readonly archived?: boolean;
  readonly config?: FieldPatch;
  readonly summary?: FieldPatch;
}

/** Patch of configuration or summary, by top-level key. What is removed goes first. */
export interface FieldPatch {
  readonly set?: JsonObject;
  readonly remove?: readonly string[];
}

const fieldPatch: z.ZodType<FieldPatch> = z.strictObject({
  set: jsonObject.exactOptional(),
  remove: z.array(key).max(10_000).exactOptional(),
});

const tags = z.array(name).max(1000);

/** {@link RunPatch}. */
export const runPatch: z.ZodType<RunPatch> = z.strictObject({
  name: name.exactOptional(),
  tags: tags.exactOptional(),
  addTags: tags.exactOptional(),
  removeTags: tags.exactOptional(),
  notes: text.exactOptional(),
  notesRevision: z.string().exactOptional(),
  group: z.union([name, z.literal("")]).exactOptional(),
  archived: z.boolean().exactOptional(),
  config: fieldPatch.exactOptional(),
  summary: fieldPatch.exactOptional(),
});

/** Answer of `PATCH /runs/:id`. */
export interface EditedRun extends RunInfo {
  readonly notesRevision: string;
}

/** {@link EditedRun}. */
export const editedRun: z.ZodType<EditedRun> = z.object({ ...runInfoShape(), notesRevision: z.string() });

/** Body of `POST /runs`. Creating a run that is there already resumes it and changes nothing by itself; a `start` event with `resumed` does. */
export interface CreateRun {
  /** Made by the server when absent. */
  readonly runId?: string;
  readonly project: string;
  readonly name?: string;
  readonly group?: string;
  readonly jobType?: string;
  readonly tags?: readonly string[];
  readonly notes?: string;
  readonly parentRunId?: string;
  readonly source?: string;
  readonly config?: JsonObject;
  readonly host?: JsonObject;
  readonly code?: JsonObject;
  /** Start time; now when absent. */
  readonly createdMs?: number;
  /** What to do when the id is taken: go on with that run (`allow`, the default) or refuse (`never`). `must` refuses when it is not there. */
  readonly resume?: "allow" | "never" | "must";
}

/** {@link CreateRun}. */
export const createRun: z.ZodType<CreateRun> = z.strictObject({
  runId: runId.exactOptional(),
  project: name,
  name: name.exactOptional(),
  group: name.exactOptional(),
  jobType: name.exactOptional(),
  tags: z.array(name).max(1000).exactOptional(),
  notes: text.exactOptional(),
  parentRunId: runId.exactOptional(),
  source: name.exactOptional(),
  config: jsonObject.exactOptional(),
  host: jsonObject.exactOptional(),
  code: jsonObject.exactOptional(),
  createdMs: wallMs.exactOptional(),
  resume: z.enum(["allow", "never", "must"]).exactOptional(),
});

/** Answer of `POST /runs`. */
export interface CreatedRun {
  readonly runId: string;
  readonly project: string;
  /** False when the run was there already. */
  readonly created: boolean;
}

/** {@link CreatedRun}. */
export const createdRun: z.ZodType<CreatedRun> = z.object({ runId, project: z.string(), created: z.boolean() });

/** Answer of `GET /runs/:id/metrics`, ordered by key. */
export interface MetricList {
  readonly runId: string;
  readonly metrics: readonly MetricInfo[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly nextAfter?: string;
}

/** {@link MetricList}. */
export const metricList: z.ZodType<MetricList> = z.object({
  runId: z.string(),
  metrics: z.array(metricInfo),
  nextAfter: z.string().exactOptional(),
});

/** Answer of `DELETE /runs/:id`: the run is in the trash, `POST /runs/:id/restore` brings it back until `trainlog gc`. */
export interface DeletedRun {
  readonly runId: string;
}

/** {@link DeletedRun}. */
export const deletedRun: z.ZodType<DeletedRun> = z.object({ runId });

/** The fields of {@link RunInfo}; a function, because schemas that extend it spread it. */
function runInfoShape() {
  return {
    runId,
    project: z.string(),
    name: z.string(),
    state: z.enum(RUN_STATES),
    createdMs: wallMs,
    lastMs: wallMs,
    finishedMs: wallMs.exactOptional(),
    durationMs: z.number(),
    group: z.string().exactOptional(),
    jobType: z.string().exactOptional(),
    tags: z.array(z.string()),
    notes: z.string().exactOptional(),
    parentRunId: z.string().exactOptional(),
    source: z.string().exactOptional(),
    archived: z.boolean(),
    exitCode: z.int().exactOptional(),
    error: z.string().exactOptional(),
    lastStep: step.exactOptional(),
    rowCount: count,
    pointCount: count,
    metricCount: count,
    damageCount: count,
    folder: z.string().exactOptional(),
  };
}
