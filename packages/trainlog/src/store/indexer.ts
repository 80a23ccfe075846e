/**
 * @file Keeps the catalog up to date with the run folders, and tells subscribers what is new.
 *
 * A run is *looked at* when something says that it may have changed (an append, the watcher, a query for that run). Looking reads what was appended and
 * tells subscribers; the catalog is written later, for all runs that changed together in one transaction. Both are done in short slices with rests in
 * proportion, so that neither holds up the event loop nor takes the processor from those who append.
 */
import { existsSync } from "node:fs";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import type { FinishEvent, RunState } from "../run/event.ts";
import { ChunkCache } from "../run-log/read/index.ts";
import type { Catalog, IndexedRun } from "./catalog/catalog.ts";
import { folderSignature, isSealedFolder, type RunIdentity, readIdentity } from "./run-folder.ts";
import { type IndexedUpTo, RunFollower } from "./run-follower.ts";
import { dirAt, type RunPlaces } from "./run-places.ts";
import type { Subscribers } from "./subscribers.ts";

/** Time from a change to the look at it, when somebody listens. */
const LOOK_MS = 40;
/** A slice of looking ends after this long, and the next one begins after this many times as long. */
const SLICE_MS = 15;
const SLICE_REST_FACTOR = 3;
/** Shortest time between two writes of the catalog, and how many times as long as the last one took. */
const WRITE_MS = 250;
const WRITE_REST_FACTOR = 10;
/** Bytes of a run's log that are not worth an index of their own: reading them again takes a few milliseconds. */
const SIDECAR_BYTES = 512 * 1024;
/** Time from a write of the catalog to that of indexes, which are for a later opening and can wait. */
const SAVE_MS = 1_000;
/** Runs looked at before the catalog is written: what is to be told to it is held in memory. */
const ROUND_RUNS = 100;
/** Decoded points kept for queries, all runs together. */
const CACHE_BYTES = 64 * 1024 * 1024;

/** What an indexer needs from its surroundings. */
export interface IndexerParts {
  readonly places: RunPlaces;
  readonly catalog: Catalog;
  readonly subscribers: Subscribers;
  /** State of a run now. */
  readonly stateOf: (runId: string, finish: FinishEvent | undefined) => RunState;
  readonly onProblem: (message: string) => void;
  readonly maxOpenReaders: number;
  /** Whether this process writes the catalog; if not, another one does. */
  readonly writesCatalog: boolean;
  /** Whether to write the indexes of runs beside them; those of runs in watched folders are left to others. */
  readonly writesIndexes: boolean;
}

interface Open {
  readonly follower: RunFollower;
  state: RunState;
  /** State of the files from before the last look. */
  files: string;
  isDirty: boolean;
}

/** What the catalog holds of a run. */
interface Known {
  readonly state: RunState;
  /** What the run's files looked like then. */
  readonly files: string;
  readonly upTo: IndexedUpTo | undefined;
}

/** Readers of runs, the catalog behind them, the subscribers in front. */
export class Indexer {
  readonly #parts: IndexerParts;
  readonly #cache = new ChunkCache(CACHE_BYTES);
  /** In order of use: the first one is the least recently used. */
  readonly #open = new Map<string, Open>();
  readonly #touched = new Set<string>();
  /** What the catalog holds of each run. */
  readonly #known = new Map<string, Known>();
  readonly #running = new Set<string>();
  readonly #unreadable = new Map<string, string>();
  #lookTimer: NodeJS.Timeout | undefined;
  #writeTimer: NodeJS.Timeout | undefined;
  #saveTimer: NodeJS.Timeout | undefined;
  #writeRestMs = WRITE_MS;
  #writing: Promise<void> = Promise.resolve();
  /** From now on, a run that is not in the catalog began while somebody could listen. */
  #isScanned = false;
  #closed = false;

  constructor(parts: IndexerParts) {
    this.#parts = parts;
  }

  /** Tells what the catalog holds, before anything else. */
  adopt(indexed: readonly IndexedRun[]): void {
    for (const { runId, signature, state } of indexed) this.#learn(runId, signature, state);
  }

  /** Says whether a run is something else on the disk than in the catalog, or not known at all. */
  isStale(runId: string): boolean {
    return this.#known.get(runId)?.files !== folderSignature(this.#runDir(runId));
  }

  /**
   * Sees to it that the state of a run is right although none of its files changed: a writer that died, a run that fell silent. Does not open the run.
   */
  async recheckState(runId: string): Promise<void> {
    const known = this.#known.get(runId);
    if (known === undefined || this.#open.has(runId)) {
      this.touch(runId);
      return;
    }
    // A run with a `finish` event is neither.
    if (known.state !== "running" && known.state !== "crashed") return;
    const state = this.#parts.stateOf(runId, undefined);
    this.#noteRunning(runId, state);
    if (state === known.state) return;
    const info = await this.#parts.catalog.run(runId);
    if (info === undefined) return;
    if (this.#parts.writesCatalog) await this.#parts.catalog.write([{ runId, info: { ...info, state } }]);
    this.#known.set(runId, { ...known, state });
    this.#parts.subscribers.emitRun({ ...info, state });
  }

  /** Tells that all runs that were there at the beginning have been seen. */
  scanned(): void {
    this.#isScanned = true;
  }

  /** Runs that were running when they were last looked at. */
  get running(): ReadonlySet<string> {
    return this.#running;
  }

  /** Runs whose state may change without a change of their files: those that run, and those open ones that seemed dead. */
  *undecided(): Generator<string> {
    yield* this.#running;
    for (const [runId, { state }] of this.#open) if (state === "crashed") yield runId;
  }

  /** The state of a run when it was last looked at, and what it said at the end; `undefined` when it is not open. */
  opened(runId: string): { readonly state: RunState; readonly finish: FinishEvent | undefined } | undefined {
    const open = this.#open.get(runId);
    return open && { state: open.state, finish: open.follower.fold.finish };
  }

  /** Something of this run may have changed. */
  touch(runId: string): void {
    if (this.#closed) return;
    this.#touched.add(runId);
    this.#scheduleLook(this.#parts.subscribers.isEmpty ? this.#writeRestMs : LOOK_MS);
  }

  /**
   * The run as it is on the disk now.
   *
   * @throws TrainlogError `run/not-found`.
   */
  look(runId: string): RunFollower {
    this.#touched.delete(runId);
    const open = this.#opened(runId);
    const files = folderSignature(this.#runDir(runId)) ?? "";
    const update = this.#refreshed(runId, open);
    const state = this.#parts.stateOf(runId, open.follower.fold.finish);
    this.#noteRunning(runId, state);
    if (update.changed || state !== open.state || files !== open.files) {
      open.isDirty = true;
      open.state = state;
      this.#scheduleWrite();
    }
    open.files = files;
    const { project } = open.follower.identity;
    this.#parts.subscribers.emitEvents(runId, project, update.events, () => open.follower.reader.metrics());
    return open.follower;
  }

  /** Brings the catalog up to date for one run. Resolves also when the run is gone. */
  async sync(runId: string): Promise<void> {
    try {
      this.look(runId);
    } catch (error) {
      if (!isTrainlogError(error, "run/not-found")) throw error;
      await this.forget(runId);
      return;
    }
    await this.write();
  }

  /** Brings the catalog up to date with everything that was touched until now. */
  async flush(): Promise<void> {
    let begun = performance.now();
    for (const [i, runId] of [...this.#touched].entries()) {
      if (this.#touched.has(runId)) this.#lookSafely(runId);
      if (i % ROUND_RUNS === ROUND_RUNS - 1) await this.write();
      if (performance.now() - begun < SLICE_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      begun = performance.now();
    }
    await this.write();
  }

  /** Runs that cannot be read at all, with the reason. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable;
  }

  /** Writes what runs said since the last time. */
  write(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Forgets what the catalog holds: it was lost and is to be written anew. The runs have to be touched again. */
  startOver(): void {
    this.#known.clear();
    for (const runId of [...this.#open.keys()]) this.#drop(runId);
  }

  /** The run is gone. */
  async forget(runId: string): Promise<void> {
    this.#touched.delete(runId);
    const project = this.#open.get(runId)?.follower.identity.project ?? (await this.#parts.catalog.run(runId))?.project;
    this.#drop(runId);
    this.#known.delete(runId);
    this.#unreadable.delete(runId);
    this.#running.delete(runId);
    if (project === undefined) return;
    if (this.#parts.writesCatalog) await this.#parts.catalog.remove(runId);
    this.#parts.subscribers.emit({ type: "removed", runId, project });
  }

  /** Closes everything, after a last write. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#lookTimer);
    // What changed since it was looked at would be read again by the next opening: the locks of runs that were fed here are gone by now.
    for (const [runId, { files }] of this.#open)
      if (folderSignature(this.#runDir(runId)) !== files) this.#touched.add(runId);
    for (const runId of [...this.#touched]) this.#lookSafely(runId);
    await this.write().catch((error: unknown) => this.#parts.onProblem(messageOf(error)));
    clearTimeout(this.#writeTimer);
    clearTimeout(this.#saveTimer);
    for (const runId of [...this.#open.keys()]) this.#drop(runId);
  }

  #scheduleLook(waitMs: number): void {
    this.#lookTimer ??= setTimeout(() => {
      this.#lookTimer = undefined;
      this.#lookSlice();
    }, waitMs).unref();
  }

  #lookSlice(): void {
    const begun = performance.now();
    for (const runId of [...this.#touched]) {
      this.#lookSafely(runId);
      if (performance.now() - begun > SLICE_MS) break;
    }
    if (this.#touched.size > 0) this.#scheduleLook((performance.now() - begun) * SLICE_REST_FACTOR);
  }

  #lookSafely(runId: string): void {
    try {
      this.look(runId);
      this.#unreadable.delete(runId);
    } catch (error) {
      this.#touched.delete(runId);
      if (isTrainlogError(error, "run/not-found")) {
        this.forget(runId).catch((failure: unknown) => this.#parts.onProblem(messageOf(failure)));
        return;
      }
      // One run that cannot be read never hides another.
      if (this.#unreadable.get(runId) !== messageOf(error))
        this.#parts.onProblem(`run ${runId} cannot be read: ${messageOf(error)}`);
      this.#unreadable.set(runId, messageOf(error));
    }
  }

  #opened(runId: string): Open {
    const known = this.#open.get(runId);
    if (known !== undefined) {
      this.#open.delete(runId);
      this.#open.set(runId, known);
      return known;
    }
    const identity = this.#identity(runId);
    const upTo = this.#parts.writesCatalog ? this.#known.get(runId)?.upTo : undefined;
    const follower = RunFollower.open(this.#parts.places.placeOf(runId), identity, {
      cache: this.#cache,
      upTo,
      rowsFromStart: this.#isScanned && upTo === undefined,
    });
    const open: Open = { follower, state: "crashed", files: "", isDirty: false };
    this.#evict();
    this.#open.set(runId, open);
    return open;
  }

  #identity(runId: string): RunIdentity {
    const place = this.#parts.places.placeOf(runId);
    const identity = readIdentity(dirAt(place), place.name);
    if (identity !== undefined) return { ...identity, runId };
    throw new TrainlogError("run/not-found", `run ${runId} is not in ${place.folder}`, { status: 404 });
  }

  #refreshed(runId: string, open: Open): ReturnType<RunFollower["refresh"]> {
    try {
      return open.follower.refresh(this.#parts.subscribers.wantRows(runId));
    } catch (error) {
      this.#drop(runId);
      throw error;
    }
  }

  /** Closes the least recently used readers that have nothing to tell. */
  #evict(): void {
    for (const [runId, { isDirty }] of this.#open) {
      if (this.#open.size <= this.#parts.maxOpenReaders) return;
      if (!isDirty || !this.#parts.writesCatalog) this.#drop(runId);
    }
  }

  #drop(runId: string): void {
    const open = this.#open.get(runId);
    this.#open.delete(runId);
    if (open === undefined) return;
    this.#saveIndex(runId, open.follower, SIDECAR_BYTES);
    open.follower.close();
  }

  #scheduleSave(): void {
    if (this.#closed || !this.#parts.writesIndexes) return;
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = undefined;
      this.#saveIndexes().catch((error: unknown) => this.#parts.onProblem(messageOf(error)));
    }, SAVE_MS).unref();
  }

  /** Writes the indexes of runs that grew by as much as an index is worth, so that no opening reads more than that again. */
  async #saveIndexes(): Promise<void> {
    for (const [runId, { follower }] of [...this.#open]) {
      const { unsavedBytes } = follower.reader;
      if (unsavedBytes < SIDECAR_BYTES || unsavedBytes < follower.reader.indexBytes) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#open.get(runId)?.follower === follower) this.#saveIndex(runId, follower, SIDECAR_BYTES);
    }
  }

  #saveIndex(runId: string, { reader }: RunFollower, fromBytes: number): void {
    if (!this.#parts.writesIndexes || !this.#parts.places.isOwn(runId)) return;
    if (reader.unsavedBytes < fromBytes || !existsSync(this.#runDir(runId))) return;
    try {
      reader.writeSidecar();
    } catch (error) {
      // Derived data: without it the next opening takes longer.
      this.#parts.onProblem(`the index of run ${runId} cannot be written: ${messageOf(error)}`);
    }
  }

  #scheduleWrite(): void {
    if (this.#closed) return;
    this.#writeTimer ??= setTimeout(() => {
      this.#writeTimer = undefined;
      this.write().catch((error: unknown) =>
        this.#parts.onProblem(`the catalog cannot be written: ${messageOf(error)}`),
      );
    }, this.#writeRestMs).unref();
  }

  async #write(): Promise<void> {
    const dirty = [...this.#open].filter(([, { isDirty }]) => isDirty);
    if (dirty.length === 0) return;
    const begun = performance.now();
    for (const [, open] of dirty) open.isDirty = false;
    if (this.#parts.writesCatalog) await this.#writeCatalog(dirty);
    for (const [, { follower, state }] of dirty) this.#parts.subscribers.emitRun(follower.info(state));
    this.#scheduleSave();
    this.#evict();
    this.#writeRestMs = Math.max(WRITE_MS, (performance.now() - begun) * WRITE_REST_FACTOR);
  }

  async #writeCatalog(dirty: readonly (readonly [string, Open])[]): Promise<void> {
    const changes = dirty.map(([runId, { follower, state, files }]) =>
      follower.takeChange(state, files, isSealedFolder(this.#runDir(runId))),
    );
    try {
      await this.#parts.catalog.write(changes);
      for (const { runId, signature = "", info } of changes) this.#learn(runId, signature, info.state);
    } catch (error) {
      // The followers count their changes as told: they are read again, from where the catalog stands.
      for (const [runId] of dirty) {
        this.#drop(runId);
        if (existsSync(this.#runDir(runId))) this.touch(runId);
      }
      throw error;
    }
  }

  #learn(runId: string, signature: string, state: RunState): void {
    const { files, events, rows, generation } = parseJson(signature);
    this.#noteRunning(runId, state);
    this.#known.set(runId, {
      state,
      files: typeof files === "string" ? files : "",
      upTo:
        isNumber(events) && isNumber(rows) && typeof generation === "string" ? { events, rows, generation } : undefined,
    });
  }

  #noteRunning(runId: string, state: RunState): void {
    if (state === "running") this.#running.add(runId);
    else this.#running.delete(runId);
  }

  #runDir(runId: string): string {
    return this.#parts.places.dirOf(runId);
  }
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? { ...value } : {};
  } catch {
    return {};
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
