/**
 * @file Finds out which runs of a folder changed, cheaply: the guarantee is polling, `fs.watch` makes it quick.
 *
 * A run that is being written is looked at every 200 ms. New runs are found by the modification time of `runs/`, which a new folder changes. Runs that
 * ended are not looked at, except that a slice of them per tick has its folder's time compared (a lock that appears changes it), so that a run
 * resumed after weeks is noticed within seconds while ten thousand old runs cost next to nothing.
 */
import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { checkRunId } from "../run/limits.ts";
import { systemCode } from "../run-log/disk-error.ts";
import { folderTime } from "./run-folder.ts";

/** Time between two ticks. */
const TICK_MS = 200;
/** Most runs that are not being written whose folder's time is compared per tick. */
const SWEEP_RUNS = 200;
/** Ticks in which a few runs are gone through once: there is no hurry, and a server that nobody looks at should do next to nothing. */
const SWEEP_TICKS = 10;
/** A folder's time that is younger than this may change again without looking different. */
const RACY_MS = 2000;
/** Most run folders watched at once; the others are only polled. */
const MAX_WATCHED = 64;

/** What a watch tells. */
export interface FolderWatchEvents {
  /** The run may have changed, or is new. */
  readonly onTouched: (runId: string) => void;
  readonly onGone: (runId: string) => void;
  /** Runs that somebody else is writing now. */
  readonly active: () => Iterable<string>;
  /** The folder could not be looked at this time. */
  readonly onProblem: (error: unknown) => void;
}

/** Watches `runs/`. */
export class FolderWatch {
  readonly #runsDir: string;
  readonly #events: FolderWatchEvents;
  /** Folder time of every run, as text. */
  readonly #known = new Map<string, string>();
  readonly #watchers = new Map<string, FSWatcher>();
  #sweep: IterableIterator<string> | undefined;
  #runsTime = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(runsDir: string, events: FolderWatchEvents) {
    this.#runsDir = runsDir;
    this.#events = events;
  }

  /** Run folders that are there now. */
  list(): string[] {
    try {
      return readdirSync(this.#runsDir).filter(isRunId);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  /** Says that a run has been seen as it is now. */
  saw(runId: string): void {
    this.#known.set(runId, timeOf(join(this.#runsDir, runId)) ?? "");
  }

  /** Says that a run is gone. */
  lost(runId: string): void {
    this.#known.delete(runId);
  }

  /** Begins to watch. */
  start(): void {
    this.#timer = setInterval(() => this.#safely(() => this.#tick()), TICK_MS).unref();
    this.#watch("", this.#runsDir, () => this.#safely(() => this.#discover()));
  }

  /** Looks for runs that came or went, now. */
  discover(): void {
    this.#runsTime = "";
    this.#discover();
  }

  /** Ends. */
  close(): void {
    clearInterval(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** A disk that comes and goes ends no process. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#events.onProblem(error);
    }
  }

  #tick(): void {
    this.#discover();
    const active = new Set(this.#events.active());
    for (const runId of active) this.#events.onTouched(runId);
    this.#watchActive(active);
    this.#sweepSome(active);
  }

  #discover(): void {
    const time = timeOf(this.#runsDir);
    if (time === this.#runsTime) return;
    // A time of just now can stand for two changes. A folder that went away (a disk that was taken out) has no runs, until it comes back.
    this.#runsTime = time !== undefined && Date.now() - Number(time) > RACY_MS ? time : "";
    if (time === undefined && this.#known.size === 0) return;
    const names = new Set(time === undefined ? [] : this.list());
    for (const runId of names) {
      if (this.#known.has(runId)) continue;
      this.saw(runId);
      this.#events.onTouched(runId);
    }
    for (const runId of [...this.#known.keys()]) {
      if (names.has(runId)) continue;
      this.#known.delete(runId);
      this.#events.onGone(runId);
    }
  }

  #sweepSome(active: ReadonlySet<string>): void {
    const count = Math.min(SWEEP_RUNS, Math.ceil(this.#known.size / SWEEP_TICKS));
    for (let i = 0; i < count; i++) {
      this.#sweep ??= this.#known.keys();
      const { value: runId, done } = this.#sweep.next();
      if (done) {
        this.#sweep = undefined;
        return;
      }
      if (active.has(runId)) continue;
      const time = timeOf(join(this.#runsDir, runId)) ?? "";
      if (time === this.#known.get(runId)) continue;
      this.#known.set(runId, time);
      this.#events.onTouched(runId);
    }
  }

  /** Watches the runs that are being written, so that a change is seen before the next tick. */
  #watchActive(active: ReadonlySet<string>): void {
    for (const [runId, watcher] of this.#watchers) {
      if (runId === "" || active.has(runId)) continue;
      watcher.close();
      this.#watchers.delete(runId);
    }
    for (const runId of active) {
      if (this.#watchers.size >= MAX_WATCHED) return;
      this.#watch(runId, join(this.#runsDir, runId), () => this.#events.onTouched(runId));
    }
  }

  #watch(name: string, path: string, onChange: () => void): void {
    if (this.#watchers.has(name)) return;
    try {
      const watcher = watch(path, { persistent: false }, onChange);
      watcher.on("error", () => this.#unwatch(name));
      this.#watchers.set(name, watcher);
    } catch {
      // No watch on this file system, or none left: polling sees it too.
    }
  }

  #unwatch(name: string): void {
    this.#watchers.get(name)?.close();
    this.#watchers.delete(name);
  }
}

/** Says whether a name in `runs/` can be a run: others (editors' files, half-made folders) are not ours. */
function isRunId(name: string): boolean {
  try {
    checkRunId(name);
    return true;
  } catch {
    return false;
  }
}

function timeOf(path: string): string | undefined {
  try {
    return folderTime(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
