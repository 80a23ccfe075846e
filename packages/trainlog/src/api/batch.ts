/**
 * @file Batches of run events as JSON: for people, scripts and languages without the binary form (which `docs/http-api.md` describes).
 *
 * The events are the run events of the waist with arrays in place of typed arrays and the numbers that JSON cannot say by name.
 */
import { z } from "zod";
import type { RunEvent, RunEventType } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import { MEDIA_KINDS } from "./content.ts";
import {
  count,
  fromWireNumber,
  jsonObject,
  jsonValue,
  key,
  name,
  runId,
  sha256,
  step,
  text,
  type WireNumber,
  wallMs,
  wireNumber,
} from "./wire.ts";

/** Media type of the binary body. */
export const BATCH_TYPE = "application/vnd.trainlog.batch";

/** A column of {@link JsonRows}. */
export type JsonRowsColumn =
  | {
      readonly kind: "number";
      readonly key: string;
      readonly values: readonly WireNumber[];
      readonly rowIndex?: readonly number[];
    }
  | {
      readonly kind: "json";
      readonly key: string;
      readonly values: readonly JsonValue[];
      readonly rowIndex?: readonly number[];
    };

/** Logged rows as columns; see `Rows`. */
export interface JsonRows {
  readonly steps: readonly number[];
  readonly wallMs: readonly number[];
  readonly columns: readonly JsonRowsColumn[];
}

/** A run event as JSON. */
export type JsonEvent = Exclude<RunEvent, { type: "rows" }> | { readonly type: "rows"; readonly rows: JsonRows };

/** Body of `POST /runs/:id/batches` when it is JSON. */
export interface JsonBatch {
  /** Whoever sends: one process of one run. */
  readonly writerId: string;
  /** Counts the batches of this writer up from 0. A number that was stored before changes nothing. */
  readonly seq: number;
  readonly events: readonly JsonEvent[];
}

const removed = z.array(key).exactOptional();
const columnHead = { key, rowIndex: z.array(count).exactOptional() };

/** {@link JsonRows}; that the lengths agree is checked too. */
export const jsonRows: z.ZodType<JsonRows> = z
  .strictObject({
    steps: z.array(step),
    wallMs: z.array(wallMs),
    columns: z.array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("number"), ...columnHead, values: z.array(wireNumber) }),
        z.strictObject({ kind: z.literal("json"), ...columnHead, values: z.array(jsonValue) }),
      ]),
    ),
  })
  .superRefine(checkRows);

const edit = {
  name: name.exactOptional(),
  group: z.union([name, z.literal("")]).exactOptional(),
  tags: z.array(name).max(1000).exactOptional(),
  notes: text.exactOptional(),
};

const eventSchemas = {
  start: z.strictObject({
    type: z.literal("start"),
    runId,
    project: name,
    wallMs,
    ...edit,
    group: name.exactOptional(),
    jobType: name.exactOptional(),
    parentRunId: runId.exactOptional(),
    resumed: z.boolean().exactOptional(),
    source: name.exactOptional(),
    host: jsonObject.exactOptional(),
    code: jsonObject.exactOptional(),
  }),
  edit: z.strictObject({ type: z.literal("edit"), wallMs, ...edit, archived: z.boolean().exactOptional() }),
  config: z.strictObject({ type: z.literal("config"), set: jsonObject, remove: removed }),
  summary: z.strictObject({ type: z.literal("summary"), set: jsonObject, remove: removed }),
  metric: z.strictObject({
    type: z.literal("metric"),
    key,
    stepMetric: key.exactOptional(),
    summary: z.enum(["last", "min", "max", "best", "mean", "none"]).exactOptional(),
    goal: z.enum(["min", "max"]).exactOptional(),
  }),
  rows: z.strictObject({ type: z.literal("rows"), rows: jsonRows }),
  media: z.strictObject({
    type: z.literal("media"),
    key,
    step,
    wallMs,
    kind: z.enum(MEDIA_KINDS),
    data: jsonObject,
    blobs: z.array(z.strictObject({ sha256, sizeBytes: count, mime: text.exactOptional() })).exactOptional(),
  }),
  console: z.strictObject({
    type: z.literal("console"),
    lines: z.array(z.strictObject({ line: count, stream: z.enum(["stdout", "stderr"]), text, wallMs })),
  }),
  artifact: z.strictObject({
    type: z.literal("artifact"),
    direction: z.enum(["produced", "used"]),
    name,
    kind: name,
    wallMs,
    digest: sha256,
    files: z.array(
      z.strictObject({ path: name, sizeBytes: count, sha256: sha256.exactOptional(), uri: text.exactOptional() }),
    ),
    version: name.exactOptional(),
    aliases: z.array(name).exactOptional(),
    description: text.exactOptional(),
    metadata: jsonObject.exactOptional(),
    step: step.exactOptional(),
  }),
  alert: z.strictObject({
    type: z.literal("alert"),
    wallMs,
    title: text,
    text,
    level: z.enum(["info", "warn", "error"]),
  }),
  finish: z.strictObject({
    type: z.literal("finish"),
    wallMs,
    status: z.enum(["finished", "failed", "killed"]),
    exitCode: z.int().exactOptional(),
    error: text.exactOptional(),
  }),
} satisfies Record<RunEventType, z.ZodType>;

/** {@link JsonEvent}. */
export const jsonEvent: z.ZodType<JsonEvent> = z.discriminatedUnion("type", [
  eventSchemas.start,
  eventSchemas.edit,
  eventSchemas.config,
  eventSchemas.summary,
  eventSchemas.metric,
  eventSchemas.rows,
  eventSchemas.media,
  eventSchemas.console,
  eventSchemas.artifact,
  eventSchemas.alert,
  eventSchemas.finish,
]);

/** {@link JsonBatch}. */
export const jsonBatch: z.ZodType<JsonBatch> = z.strictObject({
  writerId: name,
  seq: count,
  events: z.array(jsonEvent),
});

/** Answer of `POST /runs/:id/batches`: everything in the body is durable (it survives a power loss). */
export interface BatchAnswer {
  /** Batches stored now. */
  readonly stored: number;
  /** Batches that were stored before. */
  readonly duplicates: number;
}

/** {@link BatchAnswer}. */
export const batchAnswer: z.ZodType<BatchAnswer> = z.object({ stored: count, duplicates: count });

/** Turns a checked event from JSON into a run event. */
export function fromJsonEvent(event: JsonEvent): RunEvent {
  if (event.type !== "rows") return event;
  const { steps, wallMs, columns } = event.rows;
  return {
    type: "rows",
    rows: { steps: Float64Array.from(steps), wallMs: Float64Array.from(wallMs), columns: columns.map(fromJsonColumn) },
  };
}

function fromJsonColumn(column: JsonRowsColumn): Extract<RunEvent, { type: "rows" }>["rows"]["columns"][number] {
  const index = column.rowIndex === undefined ? {} : { rowIndex: Uint32Array.from(column.rowIndex) };
  if (column.kind === "json") return { kind: "json", key: column.key, values: column.values, ...index };
  return { kind: "number", key: column.key, values: Float64Array.from(column.values, fromWireNumber), ...index };
}

function checkRows(rows: JsonRows, context: z.RefinementCtx): void {
  const rowCount = rows.steps.length;
  const complain = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: "custom", path, message });
  };
  if (rows.wallMs.length !== rowCount)
    complain(["wallMs"], `expected ${rowCount} values as in steps, got ${rows.wallMs.length}`);
  rows.columns.forEach((column, i) => {
    const { rowIndex, values } = column;
    const expected = rowIndex === undefined ? rowCount : rowIndex.length;
    if (values.length !== expected)
      complain(["columns", i, "values"], `expected ${expected} values, got ${values.length}`);
    const bad = rowIndex?.findIndex((row, j) => row >= rowCount || (j > 0 && row <= rowIndex[j - 1]!)) ?? -1;
    if (bad >= 0)
      complain(
        ["columns", i, "rowIndex", bad],
        `expected ascending row numbers below ${rowCount}, got ${rowIndex![bad]}`,
      );
  });
}
