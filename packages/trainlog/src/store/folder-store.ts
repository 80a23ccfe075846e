/** @file The store in a folder: the embedded implementation of `Store`, which ties the parts of this room together. */
import { join } from "node:path";
import { describeValue, TrainlogError } from "../run/error.ts";
import type { ArtifactEvent, RunEvent, RunState } from "../run/event.ts";
import { newRunId } from "../run/id.ts";
import { objectFromEntries } from "../run/json.ts";
import { checkRunId } from "../run/limits.ts";
import { versionsOf } from "./artifact-versions.ts";
import type { Blobs } from "./blobs/blobs.ts";
import { FolderBlobs } from "./blobs/folder-blobs.ts";
import { LayeredBlobs } from "./blobs/layered-blobs.ts";
import { ResilientCatalog } from "./catalog/resilient-catalog.ts";
import { searchConsole } from "./console-search.ts";
import { DeletedRuns } from "./deleted-runs.ts";
import { appendEdit } from "./edits.ts";
import { FolderFollower } from "./folder-follower.ts";
import { collectGarbage } from "./garbage.ts";
import { Indexer } from "./indexer.ts";
import { Ingest } from "./ingest.ts";
import { checkNotesRevision, notesRevision } from "./notes-revision.ts";
import { ProjectNotes } from "./project-notes.ts";
import { checkEdit, checkNotes, checkProject } from "./run-checks.ts";
import { editEvents } from "./run-edit.ts";
import { summaryInEffect } from "./run-fold.ts";
import { lastContactMs } from "./run-folder.ts";
import { RunPlaces } from "./run-places.ts";
import { seriesOf } from "./run-series.ts";
import { runState } from "./run-state.ts";
import { assertNotWritten, Sealer, sealRunFolder } from "./sealing.ts";
import type { ServerLock } from "./server-lock.ts";
import type { Store, StoreOptions } from "./store.ts";
import { Subscribers } from "./subscribers.ts";
import { Trash } from "./trash.ts";
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
import { measureUsage } from "./usage.ts";
import type { Durability } from "./wal/durability.ts";
import { warnOnce } from "./warn-once.ts";

const DEFAULT_SILENT_MS = 60_000;
const DEFAULT_SEAL_MS = 60_000;
const DEFAULT_OPEN_RUNS = 128;
/** Metrics whose rule counts into the summary of a run; a run with more has them in `metrics()`. */
const MAX_SUMMARY_METRICS = 10_000;
/** Events handed out before the event loop gets its turn. */
const EVENTS_PER_TURN = 200;

/** What opening a store made ready. */
export interface StoreParts {
  readonly dir: string;
  readonly options: StoreOptions;
  /** Absent in read mode. */
  readonly lock?: ServerLock;
  /** Absent in read mode. */
  readonly durability?: Durability;
  /** Another process serves the folder and keeps the catalog up to date. */
  readonly isServedElsewhere: boolean;
  readonly notes: readonly string[];
  /** Absolute paths of the folders to watch. */
  readonly watched?: readonly string[];
}

/** A store in a folder. Use `openStore`. */
export class FolderStore implements Store {
  readonly dir: string;
  readonly mode: "serve" | "read";
  readonly blobs: Blobs;
  readonly #notes: string[];
  readonly #lock: ServerLock | undefined;
  readonly #durability: Durability | undefined;
  readonly #ingest: Ingest | undefined;
  readonly #catalog: ResilientCatalog;
  readonly #indexer: Indexer;
  readonly #subscribers: Subscribers;
  readonly #places: RunPlaces;
  /** One per folder, that of the store first. */
  readonly #followers: readonly FolderFollower[];
  readonly #sealer: Sealer | undefined;
  readonly #deletedRuns: DeletedRuns;
  readonly #projectNotes: ProjectNotes;
  readonly #silentAfterMs: number;
  readonly #isServedElsewhere: boolean;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    const { options } = parts;
    const onProblem = options.onProblem ?? warnOnce();
    this.dir = parts.dir;
    this.mode = options.mode ?? "read";
    this.#lock = parts.lock;
    this.#durability = parts.durability;
    this.#isServedElsewhere = parts.isServedElsewhere;
    this.#silentAfterMs = options.silentAfterMs ?? DEFAULT_SILENT_MS;
    this.#places = new RunPlaces(parts.dir, parts.watched ?? []);
    this.#deletedRuns = new DeletedRuns(this.#places);
    const [ownBlobs, ...otherBlobs] = this.#places.folders.map((folder) => new FolderBlobs(join(folder, "blobs")));
    this.blobs = new LayeredBlobs(ownBlobs!, otherBlobs);
    this.#projectNotes = new ProjectNotes(parts.dir);
    this.#subscribers = new Subscribers(onProblem);
    this.#catalog = new ResilientCatalog(join(parts.dir, "catalog.sqlite"), {
      readOnly: parts.isServedElsewhere,
      onRebuild: (notes) => this.#rebuildCatalog(notes, onProblem),
    });
    this.#notes = [...parts.notes, ...this.#catalog.notes];
    this.#indexer = new Indexer({
      places: this.#places,
      catalog: this.#catalog,
      subscribers: this.#subscribers,
      stateOf: (runId, finish) => this.#stateOf(runId, finish),
      onProblem,
      maxOpenReaders: options.maxOpenReaders ?? DEFAULT_OPEN_RUNS,
      writesIndexes: parts.lock !== undefined,
      writesCatalog: !parts.isServedElsewhere || this.#catalog.inMemory,
    });
    this.#followers = this.#places.folders.map(
      (folder) =>
        new FolderFollower({
          folder,
          places: this.#places,
          catalog: this.#catalog,
          indexer: this.#indexer,
          isFedHere: (runId) => this.#ingest?.holds(runId) ?? false,
          stateOf: (runId, finish) => this.#stateOf(runId, finish),
          onProblem,
        }),
    );
    if (parts.durability === undefined) return;
    this.#ingest = new Ingest({
      storeDir: parts.dir,
      durability: parts.durability,
      maxOpenWriters: options.maxOpenWriters ?? DEFAULT_OPEN_RUNS,
      onWritten: (runId) => this.#indexer.touch(runId),
      onProblem,
    });
    const sealAfterMs = options.sealAfterMs ?? DEFAULT_SEAL_MS;
    if (sealAfterMs === false) return;
    this.#sealer = new Sealer({
      sealAfterMs,
      candidates: (beforeMs, limit) => this.#catalog.unsealed(beforeMs, limit),
      seal: async (runId) => void (await this.sealRun(runId)),
      onProblem,
    });
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Begins to follow the folder. To be called once, before anything else. */
  async start(follow: boolean): Promise<void> {
    const trustsCatalog = this.#isServedElsewhere && !this.#catalog.inMemory;
    const indexed = await this.#catalog.indexed();
    // Another server's catalog holds runs of the folders that it watches; this one watches by its own list.
    if (trustsCatalog) for (const { runId, dir } of indexed) if (dir !== undefined) this.#places.adopt(runId, dir);
    for (const follower of this.#followers) follower.claim();
    this.#notes.push(...this.#places.renamedNotes());
    this.#indexer.adopt(indexed);
    if (trustsCatalog && !follow) return;
    for (const follower of this.#followers) follower.start(follow);
    if (!follow) await this.#scanned();
    this.#sealer?.start();
  }

  async folders(): Promise<StoreFolder[]> {
    await this.#indexer.flush();
    const indexed = await this.#catalog.indexed();
    return this.#places.describe(indexed.map(({ runId }) => runId));
  }

  async projects(): Promise<ProjectInfo[]> {
    await this.#indexer.flush();
    return this.#catalog.projects();
  }

  async listRuns(query: RunQuery = {}): Promise<RunPage> {
    await this.#indexer.flush();
    return this.#catalog.list(query);
  }

  async columns(query: ColumnQuery): Promise<ColumnPage> {
    await this.#indexer.flush();
    return this.#catalog.columns(query);
  }

  async groups(query: GroupQuery): Promise<GroupPage> {
    await this.#indexer.flush();
    return this.#catalog.groups(query);
  }

  async projectNote(project: string): Promise<ProjectNote> {
    const notes = this.#projectNotes.get(checkProject(project));
    if (notes === undefined) await this.#assertProject(project);
    return { project, ...(notes === undefined ? {} : { notes }), notesRevision: notesRevision(notes) };
  }

  async editProject(
    project: string,
    edit: { readonly notes: string; readonly notesRevision?: string },
  ): Promise<ProjectNote> {
    this.#writable(this.#ingest, "edit a project");
    const notes = checkNotes(edit.notes);
    await this.#assertProject(project);
    // Looked at and written in one go: only this process edits the projects of its store.
    checkNotesRevision(edit.notesRevision, this.#projectNotes.get(project), `project ${project}`);
    this.#projectNotes.set(project, notes);
    return this.projectNote(project);
  }

  async getRun(runId: string): Promise<RunDetail> {
    const info = await this.#info(runId);
    const [extras, config, set] = await Promise.all([
      this.#catalog.extras(runId),
      this.#catalog.config(runId),
      this.#catalog.summary(runId),
    ]);
    const metrics = await this.#catalog.metrics(runId, { limit: MAX_SUMMARY_METRICS });
    const { definitions = [], alerts = [], damage = [], sealed = false, ...facts } = extras ?? {};
    return {
      ...info,
      ...facts,
      config: objectFromEntries(config),
      summary: summaryInEffect(metrics, definitions, set),
      ...{ definitions, alerts, damage, sealed },
      notesRevision: notesRevision(info.notes),
      dir: this.#runDir(runId),
    };
  }

  async findRuns(text: string, limit = 10): Promise<RunInfo[]> {
    await this.#indexer.flush();
    return this.#catalog.find(text, limit);
  }

  async metrics(runId: string, query: MetricQuery = {}): Promise<MetricSummary[]> {
    await this.#info(runId);
    return this.#catalog.metrics(runId, query);
  }

  async series(targets: readonly SeriesTarget[], query: SeriesQuery): Promise<(SeriesAnswer | undefined)[]> {
    const answers = new Array<SeriesAnswer | undefined>(targets.length);
    for (const [runId, ofRun] of Map.groupBy(targets.entries(), ([, target]) => target.runId)) {
      const reader = this.#reader(runId);
      if (reader === undefined) continue;
      for (const [i, { key }] of ofRun) {
        const metricPoints = reader.points(key, { last: 0, kind: "number" }).totalPoints;
        if (metricPoints > 0) answers[i] = { ...seriesOf(reader, key, query), metricPoints };
      }
    }
    return answers;
  }

  async points(runId: string, key: string, query: PointQuery = {}): Promise<RawPoints | undefined> {
    const { reader } = this.#indexer.look(checkRunId(runId));
    const { first, end: _, ...points } = reader.points(key, { limit: 10_000, ...query });
    return points.totalPoints === 0 ? undefined : { ...points, firstIndex: first };
  }

  async *events(runId: string): AsyncGenerator<RunEvent> {
    let count = 0;
    for (const event of this.#indexer.look(checkRunId(runId)).reader.events()) {
      yield event;
      if (++count % EVENTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async console(runId: string, query: ConsoleQuery = {}): Promise<ConsolePage> {
    await this.#info(runId);
    return this.#catalog.console(runId, query);
  }

  async searchConsole(runId: string, search: ConsoleSearch): Promise<ConsoleSearchPage> {
    await this.#info(runId);
    return searchConsole((query) => this.#catalog.console(runId, query), search);
  }

  async media(runId: string, query: MediaQuery = {}): Promise<MediaPage> {
    await this.#info(runId);
    return this.#catalog.media(runId, query);
  }

  async artifacts(runId: string): Promise<readonly ArtifactEvent[]> {
    await this.#info(runId);
    return this.#catalog.artifacts(runId);
  }

  async artifactNames(project: string): Promise<ArtifactName[]> {
    await this.#indexer.flush();
    return this.#catalog.artifactNames(project);
  }

  async artifactVersions(project: string, name: string): Promise<ArtifactVersion[]> {
    await this.#indexer.flush();
    return versionsOf(await this.#catalog.artifactEvents(project, name));
  }

  async alerts(query: AlertQuery = {}): Promise<AlertPage> {
    await this.#indexer.flush();
    return this.#catalog.alerts(query);
  }

  async createRun(run: NewRun): Promise<CreatedRun> {
    const ingest = this.#writable(this.#ingest, "create a run");
    const createdMs = run.createdMs ?? Date.now();
    const runId = this.#fedHere(run.runId ?? newRunId(createdMs));
    const project = checkProject(run.project);
    if (run.resume === "must") await this.#info(runId);
    const { identity, created } = await ingest.create({ runId, project, createdMs });
    if (!created && run.resume === "never") {
      throw new TrainlogError("run/exists", `run ${runId} is there already; choose another id, or resume it`, {
        status: 409,
      });
    }
    return { runId, project: identity.project, created };
  }

  async append(runId: string, batches: readonly IngestBatch[]): Promise<AppendResult[]> {
    return this.#writable(this.#ingest, "append to a run").append(this.#fedHere(runId), batches);
  }

  async heartbeat(runId: string): Promise<void> {
    this.#writable(this.#ingest, "note a heartbeat").heartbeat(this.#fedHere(runId));
    this.#indexer.touch(runId);
  }

  async finishRun(runId: string, finish: RunFinish): Promise<void> {
    await this.append(runId, [{ events: [{ type: "finish", wallMs: Date.now(), ...finish }] }]);
    await this.#indexer.sync(runId);
  }

  async editRun(runId: string, edit: RunEdit): Promise<RunInfo> {
    this.#writable(this.#ingest, "edit a run");
    const checked = checkEdit(edit);
    await this.#info(runId);
    await appendEdit(this.#runDir(runId), async () => editEvents(checked, await this.#info(runId), Date.now()));
    return this.#info(runId);
  }

  async deleteRun(runId: string): Promise<DeletedRun> {
    const ingest = this.#writable(this.#ingest, "delete a run");
    await this.#info(runId);
    const put = (): Promise<DeletedRun> => {
      assertNotWritten(this.#runDir(runId), runId, "delete");
      return this.#deletedRuns.put(runId, Date.now());
    };
    const deleted = await (this.#places.isOwn(runId) ? ingest.exclusively(runId, put) : put());
    ingest.forget(runId);
    for (const follower of this.#followers) follower.lost(runId);
    await this.#indexer.forget(runId);
    return deleted;
  }

  async restoreRun(runId: string): Promise<RunInfo> {
    this.#writable(this.#ingest, "restore a run");
    return this.#info(await this.#deletedRuns.restore(checkRunId(runId)));
  }

  async trash(): Promise<TrashedRun[]> {
    return this.#deletedRuns.list();
  }

  async sealRun(runId: string): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }> {
    const ingest = this.#writable(this.#ingest, "seal a run");
    const { state } = await this.#info(runId);
    this.#assertOwn(runId, "sealed");
    if (state === "running") {
      throw new TrainlogError("run/running", `run ${runId} is still running; it can be sealed when it has ended`, {
        status: 409,
      });
    }
    const report = await ingest.exclusively(runId, () => {
      assertNotWritten(this.#runDir(runId), runId, "seal");
      return sealRunFolder(this.#runDir(runId));
    });
    await this.#indexer.sync(runId);
    return report;
  }

  async gc(options: GcOptions = {}): Promise<GcReport> {
    // A dry run changes nothing, so it works beside a server and on a read-only folder.
    if (options.dryRun !== true) this.#writable(this.#ingest, "collect garbage");
    await this.refresh();
    return collectGarbage(
      {
        storeDir: this.dir,
        blobs: this.blobs,
        trash: new Trash(this.dir),
        usedBlobs: async () => new Set((await this.#catalog.blobUses()).map((use) => use.sha256)),
        damagedRuns: async () =>
          [...(await this.#catalog.damaged()), ...this.#indexer.unreadable.keys()].filter((id) =>
            this.#places.isOwn(id),
          ),
        nowMs: Date.now(),
      },
      options,
    );
  }

  async du(): Promise<StoreUsage> {
    await this.refresh();
    const runs: RunInfo[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await this.#catalog.list({ archived: "include", limit: 10_000, ...(cursor ? { cursor } : {}) });
      runs.push(...page.runs.filter((run) => run.folder === undefined));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    const uses = await this.#catalog.blobUses();
    return measureUsage(
      this.dir,
      runs,
      uses.filter((use) => this.#places.isOwn(use.runId)),
    );
  }

  announce(address: string): void {
    this.#lock?.announce(address);
  }

  async refresh(): Promise<void> {
    for (const follower of this.#followers) await follower.rescan();
    await this.#indexer.flush();
  }

  subscribe(listener: StoreListener, options: SubscribeOptions = {}): () => void {
    return this.#subscribers.add(listener, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#sealer?.close();
    for (const follower of this.#followers) follower.close();
    this.#ingest?.close();
    await this.#durability?.close();
    await this.#indexer.close();
    await this.#catalog.close();
    this.#lock?.release();
  }

  /** The facts of a run as it is on the disk now. @throws TrainlogError `run/not-found`. */
  async #info(runId: string): Promise<RunInfo> {
    checkRunId(runId);
    if (!this.#isServedElsewhere || this.#catalog.inMemory) await this.#indexer.sync(runId);
    const info = await this.#catalog.run(runId);
    if (info !== undefined) return info;
    throw new TrainlogError("run/not-found", `run ${runId} is not in ${this.dir}`, { status: 404 });
  }

  /** @throws TrainlogError `project/not-found` (404). */
  async #assertProject(project: string): Promise<void> {
    const { total } = await this.listRuns({ project: checkProject(project), archived: "include", limit: 1 });
    if (total > 0) return;
    throw new TrainlogError(
      "project/not-found",
      `there is no run of project ${describeValue(project)} in ${this.dir}`,
      {
        status: 404,
      },
    );
  }

  /** The reader of a run as it is on the disk now; `undefined` when there is none. */
  #reader(runId: string): ReturnType<Indexer["look"]>["reader"] | undefined {
    try {
      return this.#indexer.look(checkRunId(runId)).reader;
    } catch (error) {
      if (error instanceof TrainlogError && error.status === 404) return undefined;
      throw error;
    }
  }

  #stateOf(runId: string, finish: Parameters<typeof runState>[0]["finish"]): RunState {
    const runDir = this.#runDir(runId);
    return runState({
      finish,
      runDir,
      contactMs:
        this.#ingest === undefined || !this.#places.isOwn(runId)
          ? lastContactMs(runDir)
          : this.#ingest.contactMs(runId),
      isHeldHere: this.#ingest?.holds(runId) ?? false,
      nowMs: Date.now(),
      silentAfterMs: this.#silentAfterMs,
    });
  }

  #rebuildCatalog(notes: readonly string[], onProblem: (message: string) => void): void {
    for (const note of notes) onProblem(note);
    this.#notes.push(...notes);
    this.#indexer.startOver();
    for (const follower of this.#followers) follower.startOver();
  }

  #writable<T>(part: T | undefined, doing: string): T {
    if (part !== undefined) return part;
    throw new TrainlogError("store/read-only", `cannot ${doing}: ${this.dir} was opened for reading`, { status: 403 });
  }

  #runDir(runId: string): string {
    return this.#places.dirOf(runId);
  }

  async #scanned(): Promise<void> {
    for (const follower of this.#followers) await follower.scanned();
  }

  /** Checks the id of a run that is to be fed through this store. */
  #fedHere(runId: string): string {
    this.#assertOwn(checkRunId(runId), "fed here");
    return runId;
  }

  /** @throws TrainlogError `run/watched` (409) for a run of a watched folder. */
  #assertOwn(runId: string, done: string): void {
    if (this.#places.isOwn(runId)) return;
    const { folder } = this.#places.placeOf(runId);
    const message = `run ${runId} cannot be ${done}: it lies in ${folder}, which this store only watches; use another id, or a server of that folder`;
    throw new TrainlogError("run/watched", message, { status: 409 });
  }
}
