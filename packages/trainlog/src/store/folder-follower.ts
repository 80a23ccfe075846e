/**
 * @file Keeps the indexer told of what happens in one folder of runs, the store's own or a watched one: the first scan, then the watch.
 *
 * The watch speaks of folder names, the indexer of run ids; they differ where two folders have a run of one name.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FinishEvent, RunState } from "../run/event.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { FolderWatch } from "./folder-watch.ts";
import type { Indexer } from "./indexer.ts";
import type { RunPlaces } from "./run-places.ts";

/** The scan gives way to other work after this long. */
const SLICE_MS = 5;
/** Time between two checks of who of those that run still lives. */
const LIVENESS_MS = 1_000;
/** A run that seems to be written and that nothing came of yet is looked at every so many ticks of the watch. */
const QUIET_TICKS = 5;
/** Runs touched by the scan before the catalog is written. */
const SCAN_RUNS = 100;

/** What a follower needs from its surroundings. */
export interface FolderFollowerParts {
  /** The folder that is followed: one of `places.folders`. */
  readonly folder: string;
  readonly places: RunPlaces;
  readonly catalog: Catalog;
  readonly indexer: Indexer;
  /** This process writes the run, so every change is known without looking. */
  readonly isFedHere: (runId: string) => boolean;
  readonly stateOf: (runId: string, finish: FinishEvent | undefined) => RunState;
  readonly onProblem: (message: string) => void;
}

/** Follows a folder of runs. */
export class FolderFollower {
  readonly #parts: FolderFollowerParts;
  readonly #watch: FolderWatch;
  readonly #runsDir: string;
  #scan: Promise<void> = Promise.resolve();
  #liveness: NodeJS.Timeout | undefined;
  #tick = 0;
  #closed = false;

  constructor(parts: FolderFollowerParts) {
    this.#parts = parts;
    this.#runsDir = join(parts.folder, "runs");
    this.#watch = new FolderWatch(this.#runsDir, {
      onTouched: (name) => this.#touched(name),
      onGone: (name) => this.#gone(name),
      active: () => this.#active(),
      onProblem: (error) => this.#problem(error),
    });
  }

  /** Gives the runs that are there now their ids. */
  claim(): void {
    try {
      for (const name of this.#watch.list()) this.#idOf(name);
    } catch (error) {
      this.#problem(error);
    }
  }

  /** Scans the folder in the background and, with `follow`, goes on watching it. */
  start(follow: boolean): void {
    this.startOver();
    if (!follow) return;
    this.#watch.start();
    // The one of the store's own folder asks for all runs.
    if (this.#isOwn) this.#liveness = setInterval(() => this.#checkLiveness(), LIVENESS_MS).unref();
  }

  /** Scans the folder again: the catalog was lost. */
  startOver(): void {
    this.#scan = this.#scan.then(() => this.#scanAll()).catch((error: unknown) => this.#problem(error));
  }

  /** Resolves when every run that was there at the start is in the catalog. */
  async scanned(): Promise<void> {
    await this.#scan;
  }

  /** Looks at everything in the folder now. */
  async rescan(): Promise<void> {
    this.startOver();
    await this.#scan;
  }

  /** A run was deleted by this process. */
  lost(runId: string): void {
    const name = this.#parts.places.nameIn(this.#parts.folder, runId);
    if (name !== undefined) this.#watch.lost(name);
  }

  /** Ends. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#liveness);
    this.#watch.close();
  }

  async #scanAll(): Promise<void> {
    const gone = await this.#indexed();
    let sliceBegan = performance.now();
    let touched = 0;
    // The newest first: ids sort by time, and the newest are what people look at.
    for (const name of this.#watch.list().sort(descending)) {
      if (this.#closed) return;
      const runId = this.#idOf(name);
      gone.delete(runId);
      this.#watch.saw(name);
      if (!this.#parts.indexer.isStale(runId)) await this.#parts.indexer.recheckState(runId);
      else {
        this.#parts.indexer.touch(runId);
        if (++touched % SCAN_RUNS === 0) await this.#parts.indexer.flush();
      }
      if (performance.now() - sliceBegan < SLICE_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceBegan = performance.now();
    }
    await this.#parts.indexer.flush();
    for (const runId of gone) if (!existsSync(this.#parts.places.dirOf(runId))) await this.#parts.indexer.forget(runId);
    if (this.#isOwn) this.#parts.indexer.scanned();
  }

  /** Runs of this folder that are in the catalog. */
  async #indexed(): Promise<Set<string>> {
    const ids = (await this.#parts.catalog.indexed()).map((run) => run.runId);
    return new Set(ids.filter((runId) => this.#parts.places.nameIn(this.#parts.folder, runId) !== undefined));
  }

  /** Something about a run's folder is new. That need not be its log: a lock may have changed hands, or an index been written. */
  #touched(name: string): void {
    const { indexer } = this.#parts;
    const runId = this.#idOf(name);
    if (indexer.opened(runId) !== undefined || indexer.isStale(runId)) indexer.touch(runId);
    else indexer.recheckState(runId).catch((error: unknown) => this.#problem(error));
  }

  /** A watched run that had the id of a new one of the store itself is shown under another id from now on. */
  #displace(name: string): void {
    const { places, indexer, onProblem } = this.#parts;
    const { folder } = places.placeOf(name);
    const runId = places.displace(name);
    if (runId === undefined) return;
    onProblem(`run ${name} is in ${this.#parts.folder} and in ${folder}; the latter is shown as ${runId}`);
    // What is known under the id is of the other run.
    const forgotten = indexer.forget(name).then(() => {
      indexer.touch(runId);
      indexer.touch(name);
    });
    forgotten.catch((error: unknown) => this.#problem(error));
  }

  #gone(name: string): void {
    const { indexer, places, folder } = this.#parts;
    const runId = this.#idOf(name);
    const forgotten = indexer.forget(runId).then(() => {
      if (!existsSync(places.dirOf(runId))) places.release(folder, name);
    });
    forgotten.catch((error: unknown) => this.#problem(error));
  }

  #idOf(name: string): string {
    if (this.#isOwn) this.#displace(name);
    return this.#parts.places.idOf(this.#parts.folder, name);
  }

  get #isOwn(): boolean {
    return this.#parts.places.labelOf(this.#parts.folder) === undefined;
  }

  /** Runs that other processes are writing and that have to be looked at. */
  *#active(): Generator<string> {
    const { indexer, isFedHere, places, folder } = this.#parts;
    let turn = this.#tick++;
    for (const runId of indexer.running) {
      const name = places.nameIn(folder, runId);
      if (name === undefined || isFedHere(runId)) continue;
      if (indexer.opened(runId) !== undefined || (turn++ % QUIET_TICKS === 0 && indexer.isStale(runId))) yield name;
    }
  }

  /** A run that falls silent changes no file: its state is asked for. */
  #checkLiveness(): void {
    for (const runId of [...this.#parts.indexer.undecided()]) {
      const open = this.#parts.indexer.opened(runId);
      if (open !== undefined && this.#parts.stateOf(runId, open.finish) === open.state) continue;
      this.#parts.indexer.recheckState(runId).catch((error: unknown) => this.#problem(error));
    }
  }

  #problem(error: unknown): void {
    this.#parts.onProblem(error instanceof Error ? error.message : String(error));
  }
}

function descending(a: string, b: string): number {
  return a < b ? 1 : -1;
}
