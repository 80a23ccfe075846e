/**
 * @file RunEvent: the one vocabulary between everything that produces run data and everything that consumes it.
 *
 * SDK, wire adapters and importers make these; the store, sinks and live subscribers take them; nobody else speaks to anybody, so N inputs and
 * M outputs cost N + M. What the wire protocols disagree on is settled here once: steps may repeat and go back, NaN and ±Infinity are values,
 * nothing is dropped (views decide what to show), values that are not numbers are kept as typed JSON.
 */
import type { JsonObject, JsonValue } from "./json.ts";

/** Everything that a run ever says. */
export type RunEvent =
  | StartEvent
  | EditEvent
  | ConfigEvent
  | SummaryEvent
  | MetricEvent
  | RowsEvent
  | MediaEvent
  | ConsoleEvent
  | ArtifactEvent
  | AlertEvent
  | FinishEvent;

/** The name of one kind of event. */
export type RunEventType = RunEvent["type"];

/** A run begins, or a resumed run begins again (then `resumed` is true and the fields that are given replace the former ones). */
export interface StartEvent {
  readonly type: "start";
  readonly runId: string;
  readonly project: string;
  readonly wallMs: number;
  readonly name?: string;
  readonly group?: string;
  readonly jobType?: string;
  readonly tags?: readonly string[];
  readonly notes?: string;
  readonly parentRunId?: string;
  readonly resumed?: boolean;
  /** What produced the run: `"trainlog"` for the SDK, else a protocol (`"mlflow"`, `"wandb"`, …) or an importer. */
  readonly source?: string;
  /** Facts about the machine: `hostname`, `os`, `cpu`, `node`, `pid`, `command`, … */
  readonly host?: JsonObject;
  /** Code version: `commit`, `branch`, `dirty`, `diff`, `remote`, `entrypoint`, `packages`, … */
  readonly code?: JsonObject;
}

/** A later change of what `start` said. Absent fields stay as they are. */
export interface EditEvent {
  readonly type: "edit";
  readonly wallMs: number;
  readonly name?: string;
  readonly group?: string;
  readonly tags?: readonly string[];
  readonly notes?: string;
  readonly archived?: boolean;
}

/** Patch of the typed configuration, by top-level key: `set` replaces, `remove` deletes. */
export interface ConfigEvent {
  readonly type: "config";
  readonly set: JsonObject;
  readonly remove?: readonly string[];
}

/** Patch of the summary, by key: `set` replaces, `remove` deletes. Keys set here win over what rows imply. */
export interface SummaryEvent {
  readonly type: "summary";
  readonly set: JsonObject;
  readonly remove?: readonly string[];
}

/** Which value of a metric stands for the whole series in tables. `best` is `min` or `max` by the metric's goal. */
export type SummaryRule = "last" | "min" | "max" | "best" | "mean" | "none";

/** Definition of a metric. `key` may end in `*` and then means every metric with that prefix. */
export interface MetricEvent {
  readonly type: "metric";
  readonly key: string;
  /** Metric to use as the x axis instead of the step. */
  readonly stepMetric?: string;
  readonly summary?: SummaryRule;
  readonly goal?: "min" | "max";
}

/** Logged rows, in arrival order. */
export interface RowsEvent {
  readonly type: "rows";
  readonly rows: Rows;
}

/**
 * A table of logged values, column by column.
 *
 * Row `i` is one call of `log`: `steps[i]` (a safe integer; it may repeat, go back or be negative), `wallMs[i]` (milliseconds since 1970, may have a
 * fraction) and the value of each column that has one in this row.
 */
export interface Rows {
  /** Shape `[n]`. */
  readonly steps: Float64Array;
  /** Shape `[n]`. */
  readonly wallMs: Float64Array;
  readonly columns: readonly Column[];
}

/** One metric's values in a table of rows. */
export type Column = NumberColumn | JsonColumn;

/** Numbers: NaN and ±Infinity are values; −0 stays −0. */
export interface NumberColumn {
  readonly kind: "number";
  readonly key: string;
  /** Shape `[m]`. */
  readonly values: Float64Array;
  /** Shape `[m]`, ascending: the row of each value. Absent when every row has one (`m = n`). */
  readonly rowIndex?: Uint32Array;
}

/** Strings, booleans, null and whatever else JSON holds. */
export interface JsonColumn {
  readonly kind: "json";
  readonly key: string;
  /** Length `m`. */
  readonly values: readonly JsonValue[];
  /** Shape `[m]`, ascending: the row of each value. Absent when every row has one (`m = n`). */
  readonly rowIndex?: Uint32Array;
}

/** What a media value is, which decides how it is shown. */
export type MediaKind =
  | "histogram"
  | "image"
  | "audio"
  | "video"
  | "table"
  | "text"
  | "html"
  | "figure"
  | "confusion-matrix"
  | "generations"
  | "file";

/** Bytes in the blob store, by content. */
export interface BlobRef {
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mime?: string;
}

/** One media value under a key at a step. Small payloads are inline in `data`, bytes are blobs. */
export interface MediaEvent {
  readonly type: "media";
  readonly key: string;
  readonly step: number;
  readonly wallMs: number;
  readonly kind: MediaKind;
  /** Inline payload and description, by kind: see `run/media.ts`. */
  readonly data: JsonObject;
  readonly blobs?: readonly BlobRef[];
}

/** One line of console output. A later line of the same number and stream replaces the earlier one (progress bars). */
export interface ConsoleLine {
  readonly line: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  readonly wallMs: number;
}

/** Console output. */
export interface ConsoleEvent {
  readonly type: "console";
  readonly lines: readonly ConsoleLine[];
}

/** One file of an artifact. Either a blob of the store or a reference to a place outside (`uri`). */
export interface ArtifactFile {
  /** Relative path inside the artifact, `/`-separated. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256?: string;
  readonly uri?: string;
}

/** A run produced or used an artifact. */
export interface ArtifactEvent {
  readonly type: "artifact";
  readonly direction: "produced" | "used";
  readonly name: string;
  /** `"model"`, `"dataset"`, `"file"`, … */
  readonly kind: string;
  readonly wallMs: number;
  /** Digest of the sorted manifest, 64 hexadecimal digits: equal content is one version. */
  readonly digest: string;
  readonly files: readonly ArtifactFile[];
  readonly version?: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly metadata?: JsonObject;
  readonly step?: number;
}

/** A message for people, raised by the script. */
export interface AlertEvent {
  readonly type: "alert";
  readonly wallMs: number;
  readonly title: string;
  readonly text: string;
  readonly level: "info" | "warn" | "error";
}

/** How a run ended. A run whose writer died without saying so has no `finish` event and shows as `crashed`. */
export type FinishStatus = "finished" | "failed" | "killed";

/** The run ended. */
export interface FinishEvent {
  readonly type: "finish";
  readonly wallMs: number;
  readonly status: FinishStatus;
  readonly exitCode?: number;
  /** Message and stack of the error that ended the run. */
  readonly error?: string;
}

/** State of a run as shown: `running` and `crashed` are derived from the writer's lock and heartbeat. */
export type RunState = "running" | "crashed" | FinishStatus;
