/**
 * @file The store as the rest of trainlog sees it: one folder of runs, with queries, durable ingest, edits and clean-up.
 *
 * The interface is asynchronous even where the embedded implementation answers at once, so that one which asks another machine can take its place.
 */
import type { ArtifactEvent, RunEvent } from "../run/event.ts";
import type { Blobs } from "./blobs/blobs.ts";
import type {
  AlertPage,
  AlertQuery,
  AppendResult,
  ArtifactName,
  ArtifactVersion,
  ColumnPage,
  ColumnQuery,
  ConsolePage,
  ConsoleQuery,
  ConsoleSearch,
  ConsoleSearchPage,
  CreatedRun,
  DeletedRun,
  GcOptions,
  GcReport,
  GroupPage,
  GroupQuery,
  IngestBatch,
  MediaPage,
  MediaQuery,
  MetricQuery,
  MetricSummary,
  NewRun,
  PointQuery,
  ProjectInfo,
  ProjectNote,
  RawPoints,
  RunDetail,
  RunEdit,
  RunFinish,
  RunInfo,
  RunPage,
  RunQuery,
  SeriesAnswer,
  SeriesQuery,
  SeriesTarget,
  StoreFolder,
  StoreListener,
  StoreUsage,
  SubscribeOptions,
  TrashedRun,
} from "./types.ts";

/**
 * A folder of runs.
 *
 * Methods that name a run reject with `run/not-found` (404) when the store has none of that id. Methods that change something reject with
 * `store/read-only` (403) in read mode, and with `store/disk-full` (507) or `store/io` when the disk does not take it; the store stays usable.
 */
export interface Store extends AsyncDisposable {
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly mode: "serve" | "read";
  /** What opening it found and did (replayed log, damage set aside, catalog rebuilt), one sentence each. */
  readonly notes: readonly string[];
  readonly blobs: Blobs;

  /** The store's own folder and those that it watches. */
  folders(): Promise<StoreFolder[]>;
  /** All projects that have runs, by name. */
  projects(): Promise<ProjectInfo[]>;
  listRuns(query?: RunQuery): Promise<RunPage>;
  /** Metrics and paths into config and summary that the runs of a project have. Quick also for ten thousand runs of thousands of metrics. */
  columns(query: ColumnQuery): Promise<ColumnPage>;
  /** Runs by the values that they have in some fields, with numbers of each group; with one field, its distinct values. */
  groups(query: GroupQuery): Promise<GroupPage>;
  /** What people wrote about a project; a project without runs has none. @throws TrainlogError `project/not-found` (404). */
  projectNote(project: string): Promise<ProjectNote>;
  /** Replaces the notes of a project. @throws TrainlogError `run/notes-changed` (412) when they are not of that revision any more. */
  editProject(project: string, edit: { readonly notes: string; readonly notesRevision?: string }): Promise<ProjectNote>;
  getRun(runId: string): Promise<RunDetail>;
  /**
   * Finds runs by a part of what a person types: a whole id, the beginning of an id, or a whole name. Newest first, at most `limit` (default 10).
   */
  findRuns(text: string, limit?: number): Promise<RunInfo[]>;
  /** Metrics of a run, ordered by key. */
  metrics(runId: string, query?: MetricQuery): Promise<MetricSummary[]>;
  /**
   * Buckets of several metrics at once, in the order of `targets`. A metric that a run has not got gives `undefined`, so that one curve that is
   * not there yet never hides the others; so does a run that is gone.
   */
  series(targets: readonly SeriesTarget[], query: SeriesQuery): Promise<(SeriesAnswer | undefined)[]>;
  /** Raw points of one metric by arrival index: a page, or the last ones. `undefined` when the run has no such metric. */
  points(runId: string, key: string, query?: PointQuery): Promise<RawPoints | undefined>;
  /** Everything that the run said, in order, then edits made by others; in bounded memory. */
  events(runId: string): AsyncIterable<RunEvent>;
  console(runId: string, query?: ConsoleQuery): Promise<ConsolePage>;
  /** Looks for text in the console of a run. @throws TrainlogError `query/bad-pattern` (400). */
  searchConsole(runId: string, search: ConsoleSearch): Promise<ConsoleSearchPage>;
  media(runId: string, query?: MediaQuery): Promise<MediaPage>;
  artifacts(runId: string): Promise<readonly ArtifactEvent[]>;
  /** Artifacts that runs of a project produced or used, by name. */
  artifactNames(project: string): Promise<ArtifactName[]>;
  /** Versions of one artifact, the oldest first; none when no run of the project knows it. */
  artifactVersions(project: string, name: string): Promise<ArtifactVersion[]>;
  /** Alerts of the runs of a project, or of all, the newest first. */
  alerts(query?: AlertQuery): Promise<AlertPage>;

  /** Makes or resumes a run that is fed through this store. Idempotent by id. */
  createRun(run: NewRun): Promise<CreatedRun>;
  /**
   * Stores batches of one run. Resolves when they survive `kill -9` and power loss; each batch is whole or absent.
   *
   * @throws TrainlogError `run/not-found`, `run/locked` (another process writes this run, 409), `store/disk-full` (507), `store/io`.
   */
  append(runId: string, batches: readonly IngestBatch[]): Promise<AppendResult[]>;
  /** Says that the run's script still lives. */
  heartbeat(runId: string): Promise<void>;
  /** Ends a run that is fed through this store. */
  finishRun(runId: string, finish: RunFinish): Promise<void>;
  /**
   * Changes name, tags, notes, group, archive flag, config or summary of any run, also of one that another process is writing. All of it or nothing.
   *
   * @throws TrainlogError `run/notes-changed` (412) when the notes are not of the given revision any more.
   */
  editRun(runId: string, edit: RunEdit): Promise<RunInfo>;
  /** Moves a run to the trash, from where {@link restoreRun} brings it back until a collection. Refused while another process writes it. */
  deleteRun(runId: string): Promise<DeletedRun>;
  restoreRun(runId: string): Promise<RunInfo>;
  trash(): Promise<TrashedRun[]>;

  /** Compresses the logs of a run that ended. */
  sealRun(runId: string): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }>;
  gc(options?: GcOptions): Promise<GcReport>;
  du(): Promise<StoreUsage>;

  /** Says where the server of this store listens, so that a second server can name it. Does nothing in read mode. */
  announce(address: string): void;
  /** Looks at the folder now, and comes back when everything that is on disk is visible to queries. */
  refresh(): Promise<void>;
  /** Calls `listener` for each change from now on. Returns the function that ends it. */
  subscribe(listener: StoreListener, options?: SubscribeOptions): () => void;
  /** Flushes, releases locks, stops timers. Later calls do nothing. */
  close(): Promise<void>;
}

/** How {@link openStore} opens a folder. */
export interface StoreOptions {
  /**
   * `"serve"`: take the server lock, accept ingest, keep the catalog file, follow the folder. `"read"`: take nothing and change no run; works on a
   * read-only folder and beside a server. Default `"read"`.
   */
  readonly mode?: "serve" | "read";
  /**
   * More folders whose runs are shown live beside the store's own, in serve mode. Each is a store's folder (it holds `runs`), may appear later, and may be served
   * by another process. Its runs can be edited, deleted and restored as those of the store; they are not fed, sealed or collected here, and nothing is
   * written there unless a person changes a run. A run whose id is taken is shown under `<id>.at-<folder>`.
   */
  readonly watch?: readonly string[];
  /** Follow the folder (watch and poll). Default: true in serve mode. */
  readonly follow?: boolean;
  /** Make the folder when it is not there. Default: true in serve mode; in read mode a missing folder is `store/not-found`. */
  readonly create?: boolean;
  /** Address to name in the server lock, so that a second server can say where the first one is. */
  readonly address?: string;
  /** A run fed through the store counts as crashed when it was silent for this long. Default 60,000 ms. */
  readonly silentAfterMs?: number;
  /** Seal runs in the background this long after they ended; `false` never. Default 60,000 ms. */
  readonly sealAfterMs?: number | false;
  /** Run logs open for writing at once. Default 128. */
  readonly maxOpenWriters?: number;
  /** Run logs open for reading at once. Default 128. */
  readonly maxOpenReaders?: number;
  /** Hears of trouble in the background (a failed seal, a listener that threw). Default: once per message on the console. */
  readonly onProblem?: (message: string) => void;
}
