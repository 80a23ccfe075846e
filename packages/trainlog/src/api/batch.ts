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
  isWireNumber,
  jsonObject,
  key,
  name,
  runId,
  sha256,
  step,
  type WireNumber,
  wallMs,
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

/** Columns of numbers are checked in a plain loop: a schema per value would cost more than parsing the body. */
const wireNumbers = list<WireNumber>('a number or "NaN", "Infinity", "-Infinity", "-0"', isWireNumber);

const removed = z.array(key).exactOptional();
const columnHead = { key, rowIndex: numbers("a row number", (value) => Number.isSafeInteger(value)).exactOptional() };

/** {@link JsonRows}; that the lengths agree is checked too. */
export const jsonRows: z.ZodType<JsonRows> = z
  .strictObject({
    steps: numbers("a whole number below 2^53", (value) => Number.isSafeInteger(value)),
    wallMs: numbers("milliseconds since 1970", (value) => Number.isFinite(value)),
    columns: z.array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("number"), ...columnHead, values: wireNumbers }),
        z.strictObject({ kind: z.literal("json"), ...columnHead, values: list<JsonValue>("a JSON value", () => true) }),
      ]),
    ),
  })
  .superRefine(checkRows);

/*
 * Free text has no limit of its own here: what a script logged lies on its disk and will be sent again until it is taken, so the server takes all that
 * a run log can hold. The body's size bounds it.
 */
const edit = {
  name: z.string().exactOptional(),
  group: z.string().exactOptional(),
  tags: z.array(z.string()).exactOptional(),
  notes: z.string().exactOptional(),
};

const eventSchemas = {
  start: z.strictObject({
    type: z.literal("start"),
    runId,
    project: name,
    wallMs,
    ...edit,
    jobType: z.string().exactOptional(),
    parentRunId: runId.exactOptional(),
    resumed: z.boolean().exactOptional(),
    source: z.string().exactOptional(),
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
    blobs: z.array(z.strictObject({ sha256, sizeBytes: count, mime: z.string().exactOptional() })).exactOptional(),
  }),
  console: z.strictObject({
    type: z.literal("console"),
    lines: z.array(z.strictObject({ line: count, stream: z.enum(["stdout", "stderr"]), text: z.string(), wallMs })),
  }),
  artifact: z.strictObject({
    type: z.literal("artifact"),
    direction: z.enum(["produced", "used"]),
    name: z.string(),
    kind: z.string(),
    wallMs,
    digest: sha256,
    files: z.array(
      z.strictObject({
        path: z.string(),
        sizeBytes: count,
        sha256: sha256.exactOptional(),
        uri: z.string().exactOptional(),
      }),
    ),
    version: z.string().exactOptional(),
    aliases: z.array(z.string()).exactOptional(),
    description: z.string().exactOptional(),
    metadata: jsonObject.exactOptional(),
    step: step.exactOptional(),
  }),
  alert: z.strictObject({
    type: z.literal("alert"),
    wallMs,
    title: z.string(),
    text: z.string(),
    level: z.enum(["info", "warn", "error"]),
  }),
  finish: z.strictObject({
    type: z.literal("finish"),
    wallMs,
    status: z.enum(["finished", "failed", "killed"]),
    exitCode: z.int().exactOptional(),
    error: z.string().exactOptional(),
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

/**
 * What is wrong with an event of a binary batch, which is stored as it came; `undefined` when nothing is.
 *
 * Fields that this version does not know are no fault there: a newer SDK may write them and a newer reader understand them. People who write JSON
 * by hand get them refused as slips.
 */
export function eventFault(event: unknown): z.core.$ZodIssue | undefined {
  const result = jsonEvent.safeParse(event);
  return result.success ? undefined : result.error.issues.find((issue) => issue.code !== "unrecognized_keys");
}

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
  return { kind: "number", key: column.key, values: toFloats(column.values), ...index };
}

/** A plain loop: `Float64Array.from` with a function takes ten times as long. */
function toFloats(values: readonly WireNumber[]): Float64Array {
  const floats = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) floats[i] = fromWireNumber(values[i]!);
  return floats;
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

function numbers(expected: string, isRight: (value: number) => boolean): z.ZodType<number[]> {
  return list<number>(expected, (value) => typeof value === "number" && isRight(value));
}

function list<T>(expected: string, isRight: (value: unknown) => boolean): z.ZodType<T[]> {
  return z
    .custom<T[]>(Array.isArray, { error: "expected a list" })
    .superRefine((values, context) => {
      const bad = Array.isArray(values) ? values.findIndex((value) => !isRight(value)) : -1;
      if (bad >= 0) context.addIssue({ code: "custom", path: [bad], message: `expected ${expected}` });
    })
    .meta({ jsonSchema: { type: "array", description: `Each ${expected}` } });
}
