/**
 * @file What a store answers: the shapes that the server, the command line and tests see. No code, so that it can be read as a contract.
 *
 * Objects keyed by names that trainlog did not choose (config, metric keys) are own-property records made by `objectFromEntries`, or lists of
 * entries, so that a key such as `__proto__` is an ordinary key.
 */

import type { Filter, Statistic } from "../query/ast.ts";
import type {
  AlertEvent,
  ArtifactEvent,
  ConsoleLine,
  FinishStatus,
  MediaEvent,
  MetricEvent,
  Rows,
  RunEvent,
  RunState,
} from "../run/event.ts";
import type { JsonObject, JsonValue } from "../run/json.ts";
import type { SeriesQuery as LogSeriesQuery, SeriesBuckets } from "../run-log/read/index.ts";

export type { SeriesBuckets } from "../run-log/read/index.ts";
export type * from "./column-types.ts";

/** The facts of one run that lists and headers show. Times are milliseconds since 1970. */
export interface RunInfo {
  readonly runId: string;
  readonly project: string;
  /** The run's name; its id when it has none. */
  readonly name: string;
  readonly group?: string;
  readonly jobType?: string;
  readonly tags: readonly string[];
  readonly notes?: string;
  readonly parentRunId?: string;
  /** What produced the run: `"trainlog"`, `"mlflow"`, … */
  readonly source?: string;
  readonly archived: boolean;
  readonly state: RunState;
  readonly createdMs: number;
  /** When the run ended, by its `finish` event. */
  readonly finishedMs?: number;
  /** Time of the last thing that the run said: its rows, console, media, finish. */
  readonly lastMs: number;
  /** From start to finish, or to the last thing said. */
  readonly durationMs: number;
  readonly exitCode?: number;
  /** Message and stack of the error that ended the run. */
  readonly error?: string;
  readonly rowCount: number;
  readonly pointCount: number;
  readonly metricCount: number;
  /** Highest step logged; absent when no row was. */
  readonly lastStep?: number;
  /** Number of damaged places found in the run's files; `RunDetail.damage` names them. */
  readonly damageCount: number;
  /** Short name of the watched folder that it lies in; absent for the store's own. See `Store.folders`. */
  readonly folder?: string;
}

/** One metric of one run, in numbers. */
export interface MetricSummary {
  readonly key: string;
  readonly kind: "number" | "json";
  /** Points logged, non-finite ones too. */
  readonly count: number;
  readonly finiteCount: number;
  /** Last value in arrival order, of any kind (NaN and ±Infinity are numbers here). */
  readonly last?: JsonValue;
  /** Over finite values; absent when there is none. */
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly lastStep?: number;
  readonly lastWallMs?: number;
  /** By the run's definition of the metric: its `goal`, else a `summary` rule that implies one. */
  readonly goal?: "min" | "max";
  /** `min` or `max` by the goal; absent without one. */
  readonly best?: number;
}

/** A metric statistic that runs can be filtered, sorted and grouped by. `step` is that of the last value. */
export type MetricStatistic = Statistic;

/** What to sort a list of runs by. Runs without the value come last in both directions. Keys of config and summary are dotted paths. */
export type RunSort =
  | { readonly by: RunColumn; readonly descending?: boolean }
  | { readonly by: "metric"; readonly key: string; readonly statistic?: MetricStatistic; readonly descending?: boolean }
  | { readonly by: "config" | "summary"; readonly key: string; readonly descending?: boolean };

/** Columns of {@link RunInfo} that a list can be sorted by. */
export type RunColumn =
  | "runId"
  | "project"
  | "name"
  | "group"
  | "jobType"
  | "state"
  | "source"
  | "parentRunId"
  | "notes"
  | "archived"
  | "exitCode"
  | "createdMs"
  | "finishedMs"
  | "lastMs"
  | "durationMs"
  | "rowCount"
  | "pointCount"
  | "metricCount"
  | "damageCount"
  | "lastStep"
  | "folder";

/** Which runs to list, in which order, with which extra columns. */
export interface RunQuery {
  readonly project?: string;
  readonly runIds?: readonly string[];
  readonly states?: readonly RunState[];
  /** Runs that carry all of these. */
  readonly tags?: readonly string[];
  readonly group?: string;
  readonly parentRunId?: string;
  /** Case-insensitive part of the name, id, group, notes or a tag. */
  readonly text?: string;
  /** A condition of the filter language; it holds besides all others. */
  readonly filter?: Filter;
  /** Archived runs: left out (default, unless `filter` speaks of `archived`), the only ones, or both. */
  readonly archived?: "exclude" | "only" | "include";
  /** Default: newest first. */
  readonly sort?: readonly RunSort[];
  /** Metrics to give with each run. A key that ends in `*` means every metric that begins so. */
  readonly metrics?: readonly string[];
  /**
   * Dotted paths into the configuration to give with each run, each under the name that it was asked by. One that ends in `*` gives every path that begins so
   * and leads to a value. `"*"` instead of a list gives the whole configuration as it is.
   */
  readonly config?: readonly string[] | "*";
  /** Paths into what was set in the summary to give with each run, as `config`. */
  readonly summary?: readonly string[] | "*";
  /** Default 100, at most 10,000. */
  readonly limit?: number;
  /** `RunPage.nextCursor` of the page before, with the same filter and sort. */
  readonly cursor?: string;
}

/** A run in a list, with the columns that were asked for. */
export interface RunRow extends RunInfo {
  readonly metrics: readonly MetricSummary[];
  readonly config: JsonObject;
  readonly summary: JsonObject;
}

/** One page of a list of runs. */
export interface RunPage {
  readonly runs: readonly RunRow[];
  /** Runs that match the filter, on all pages. */
  readonly total: number;
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/** Damage found in the files of a run: where, and in words. */
export interface StoreDamage {
  /** Path of the file, relative to the store. */
  readonly file: string;
  readonly offset: number;
  readonly endOffset: number;
  readonly kind: string;
  readonly message: string;
}

/** Everything about one run except its points, console and media. */
export interface RunDetail extends RunInfo {
  readonly config: JsonObject;
  /** The summary in effect: what the metrics imply by their rules, and the keys that were set, which win. */
  readonly summary: JsonObject;
  readonly host?: JsonObject;
  readonly code?: JsonObject;
  /** Metric definitions, in the order of their last change. */
  readonly definitions: readonly MetricEvent[];
  readonly alerts: readonly AlertEvent[];
  readonly damage: readonly StoreDamage[];
  /** Whether the run's log is sealed (compressed). */
  readonly sealed: boolean;
  /** Changes with the text of the notes. */
  readonly notesRevision: string;
  /** Run folder, absolute. */
  readonly dir: string;
}

/** One of the folders whose runs a store has. */
export interface StoreFolder {
  /** Absolute path. */
  readonly dir: string;
  /** Short name, as in `RunInfo.folder`; absent for the store's own folder. */
  readonly folder?: string;
  /** Whether it is there now. Runs of a watched folder that appears later appear with it. */
  readonly present: boolean;
  readonly runCount: number;
  /** Its runs whose id another folder has too: they are shown under `runId`, `name` is the id that they were made with. */
  readonly renamed: readonly { readonly runId: string; readonly name: string }[];
}

/** One project: the runs that named it. */
export interface ProjectInfo {
  readonly project: string;
  /** Runs that are not archived. */
  readonly runCount: number;
  readonly runningCount: number;
  readonly archivedCount: number;
  readonly lastMs: number;
}

/** What people wrote about a project. */
export interface ProjectNote {
  readonly project: string;
  /** Absent when there are none. */
  readonly notes?: string;
  /** Changes with the text. */
  readonly notesRevision: string;
}

/** Which metrics of a run to give. */
export interface MetricQuery {
  readonly prefix?: string;
  /** Keys after this one, in byte order of UTF-8: the last key of the page before. */
  readonly after?: string;
  /** Default 10,000. */
  readonly limit?: number;
}

/** One metric of one run. */
export interface SeriesTarget {
  readonly runId: string;
  readonly key: string;
}

/** What is asked of a series. */
export interface SeriesQuery extends LogSeriesQuery {
  /** Instead of `x`: the metric whose value in the same row is the point's x. Rows without a finite one are left out. */
  readonly xMetric?: string;
}

/** Buckets of one metric, and how much of the metric was there when they were made. */
export interface SeriesAnswer extends SeriesBuckets {
  /** Points of the metric in all: live rows from this arrival index on are newer than the answer. */
  readonly metricPoints: number;
}

/** Which raw points of a metric to give, by arrival index. */
export interface PointQuery {
  /** Points after this many: the arrival index of the first one. Default 0. */
  readonly after?: number;
  /** Default 10,000. */
  readonly limit?: number;
  /** Instead of `after`: this many last points. */
  readonly last?: number;
}

/** Raw points of one metric, in arrival order. */
export interface RawPoints {
  readonly kind: "number" | "json";
  /** Arrival index of the first one. */
  readonly firstIndex: number;
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
  /** Numbers for kind `"number"`. */
  readonly values: Float64Array | readonly JsonValue[];
  /** Points of the metric altogether. */
  readonly totalPoints: number;
}

/** A page of console lines, by line number. */
export interface ConsoleQuery {
  /** First line number; default 0. */
  readonly from?: number;
  /** Default 1,000, at most 100,000. */
  readonly limit?: number;
  /** Instead of `from`: this many last lines. */
  readonly last?: number;
  readonly stream?: "stdout" | "stderr";
}

/** Console lines in order of line number. */
export interface ConsolePage {
  readonly lines: readonly ConsoleLine[];
  readonly totalLines: number;
  /** `from` of the next page; absent on the last. */
  readonly nextFrom?: number;
}

/** What to look for in a console. */
export interface ConsoleSearch {
  /** A part of what a line shows, without regard to case; or a pattern of the filter language, `/loss: \d+/` or with `i` behind it. */
  readonly search: string;
  /** First line number; default 0. */
  readonly from?: number;
  /** Most lines; default 1,000. */
  readonly limit?: number;
  readonly stream?: "stdout" | "stderr";
}

/** Lines that were found, in order of line number. */
export interface ConsoleSearchPage {
  readonly lines: readonly ConsoleLine[];
  /** Lines of the console, found or not. */
  readonly totalLines: number;
  /** Where to go on: as many as asked for were found, or it took long (then there may be fewer, or none). Absent when all was looked through. */
  readonly nextFrom?: number;
}

/** An artifact of a project. */
export interface ArtifactName {
  readonly name: string;
  readonly kind: string;
  readonly versionCount: number;
  /** Runs that produced or used it. */
  readonly runCount: number;
  readonly lastMs: number;
}

/** What one run said about an artifact. */
export interface RunArtifact {
  readonly runId: string;
  readonly artifact: ArtifactEvent;
}

/** One content of an artifact. */
export interface ArtifactVersion {
  /** `v0`, `v1`, … in the order in which contents were first seen. */
  readonly version: string;
  /** What the script itself called the version. */
  readonly label?: string;
  readonly digest: string;
  readonly aliases: readonly string[];
  readonly createdMs: number;
  /** Files, description and metadata as they were said last. */
  readonly artifact: ArtifactEvent;
  /** Runs, the first one first. */
  readonly producedBy: readonly string[];
  readonly usedBy: readonly string[];
}

/** Which alerts to give. */
export interface AlertQuery {
  readonly project?: string;
  readonly level?: AlertEvent["level"];
  /** Default 100, at most 10,000. */
  readonly limit?: number;
  /** Alerts to leave out at the start. */
  readonly offset?: number;
}

/** An alert and the run that raised it. */
export interface RunAlert {
  readonly runId: string;
  readonly project: string;
  /** Name of the run. */
  readonly name: string;
  readonly alert: AlertEvent;
}

/** Alerts, the newest first. */
export interface AlertPage {
  readonly alerts: readonly RunAlert[];
  /** `offset` of the next page; absent on the last one. */
  readonly nextOffset?: number;
}

/** Which media of a run to give, in order of step and arrival. */
export interface MediaQuery {
  readonly key?: string;
  readonly step?: number;
  readonly fromStep?: number;
  readonly toStep?: number;
  /** Default 1,000. */
  readonly limit?: number;
  /** `MediaPage.nextAfter` of the page before. */
  readonly after?: number;
}

/** A page of media, with the list of all keys of the run so that a page can lay itself out. */
export interface MediaPage {
  readonly media: readonly MediaEvent[];
  readonly keys: readonly { readonly key: string; readonly kind: string; readonly count: number }[];
  readonly nextAfter?: number;
}

/** Identity and first facts of a run that is made through the store. */
export interface NewRun {
  /** Made from the time when absent. */
  readonly runId?: string;
  readonly project: string;
  readonly createdMs?: number;
  /** Resume a run that exists: `"allow"` (default), `"never"` (an existing id is an error) or `"must"`. */
  readonly resume?: "allow" | "never" | "must";
}

/** Answer to {@link NewRun}. */
export interface CreatedRun {
  readonly runId: string;
  readonly project: string;
  /** False when the run was there already. */
  readonly created: boolean;
}

/** Where a batch comes from, so that delivering it again changes nothing. */
export interface BatchOrigin {
  readonly writerId: string;
  /** Increases by one per batch of this writer. */
  readonly seq: number;
}

/** One delivery: it is stored whole or not at all. */
export interface IngestBatch {
  readonly origin?: BatchOrigin;
  readonly events: readonly RunEvent[];
}

/** What became of a batch. */
export interface AppendResult {
  /** The same origin was stored before; nothing was written. */
  readonly duplicate: boolean;
}

/** Changes that a person makes to a run afterwards. An empty text removes the group or the notes. */
export interface RunEdit {
  readonly name?: string;
  readonly group?: string;
  /** All tags anew. */
  readonly tags?: readonly string[];
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  readonly notes?: string;
  /** Revision of the notes that `notes` was made from: when they are others by now, nothing is changed (`run/notes-changed`). */
  readonly notesRevision?: string;
  readonly archived?: boolean;
  readonly config?: FieldPatch;
  readonly summary?: FieldPatch;
}

/** Patch of config or summary, by top-level key. What is removed goes first. */
export interface FieldPatch {
  readonly set?: JsonObject;
  readonly remove?: readonly string[];
}

/** How a run is ended through the store. */
export interface RunFinish {
  readonly status: FinishStatus;
  readonly wallMs?: number;
  readonly exitCode?: number;
  readonly error?: string;
}

/** Answer to a deletion: what to call to take it back. */
export interface DeletedRun {
  readonly runId: string;
  /** Folder in `trash/` until the next collection. */
  readonly trashDir: string;
}

/** A deleted run that still can be restored. */
export interface TrashedRun {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  readonly deletedMs: number;
  readonly sizeBytes: number;
}

/** What to collect. */
export interface GcOptions {
  /** Only say what would be removed. */
  readonly dryRun?: boolean;
  /** Deleted runs younger than this are kept; default 0. */
  readonly trashOlderThanMs?: number;
  /** Unreferenced blobs and temporary files younger than this are kept: an upload precedes the event that refers to it. Default one hour. */
  readonly graceMs?: number;
}

/** One thing that a collection removed, or would remove. */
export interface GcItem {
  readonly kind: "trash" | "blob" | "temporary";
  /** Relative to the store. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What a collection removed, or would remove. */
export interface GcReport {
  readonly dryRun: boolean;
  readonly items: readonly GcItem[];
  readonly freedBytes: number;
  /** Things that could not be removed or read, in words. */
  readonly problems: readonly string[];
}

/** Disk use of one run. */
export interface RunUsage {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  /** Files of the run folder. */
  readonly logBytes: number;
  /** Distinct blobs that its media refer to. */
  readonly mediaBytes: number;
  /** Distinct blobs that its artifacts refer to. */
  readonly artifactBytes: number;
  /** Part of media and artifacts that other runs refer to as well, so that deleting this run does not free it. */
  readonly sharedBytes: number;
}

/** Disk use of the store, in bytes as file sizes. */
export interface StoreUsage {
  readonly runs: readonly RunUsage[];
  readonly runBytes: number;
  readonly blobBytes: number;
  readonly trashBytes: number;
  readonly walBytes: number;
  readonly catalogBytes: number;
  readonly totalBytes: number;
}

/** Something that changed, as told to subscribers in the order in which each run said it. */
export type StoreChange =
  | { readonly type: "run"; readonly runId: string; readonly project: string; readonly run: RunInfo }
  | {
      readonly type: "rows";
      readonly runId: string;
      readonly project: string;
      readonly rows: Rows;
      /**
       * For each column, the arrival index of its first value among all points of that metric: a reader that already holds `n` points of the
       * metric skips what it has.
       */
      readonly firstIndex: readonly number[];
    }
  /** New events other than rows: console, media, config, summary, alert, artifact, metric, … */
  | { readonly type: "events"; readonly runId: string; readonly project: string; readonly events: readonly RunEvent[] }
  | { readonly type: "removed"; readonly runId: string; readonly project: string };

/** Receives changes. An error that it throws is reported to `onProblem` and hurts nobody else. */
export type StoreListener = (change: StoreChange) => void;

/** What a subscriber wants. */
export interface SubscribeOptions {
  /** Decode new rows: for all runs, or for those that the function names. Default true. */
  readonly rows?: boolean | ((runId: string) => boolean);
}
