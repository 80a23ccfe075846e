/**
 * @file Where runs lie: in the store's own folder, or in one of the folders that it watches.
 *
 * All of them are in one catalog, by id. An id that is taken already (two folders may hold copies of one run) does not hide anything: the second run is
 * shown under `<id>.at-<folder>`. The store's own folder comes first, then the watched ones in the order in which they were named.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MAX_RUN_ID_LENGTH } from "../run/limits.ts";
import type { StoreFolder } from "./types.ts";

/** Where one run lies. */
export interface RunPlace {
  /** The store's folder, absolute. */
  readonly folder: string;
  /** Name of the run's folder in `runs/`; the id that the run was made with. */
  readonly name: string;
  /** Short name of a watched folder; absent for the store's own. */
  readonly label?: string;
}

/** Knows the place of every run. */
export class RunPlaces {
  readonly #own: string;
  /** Short names of the watched folders, by path. */
  readonly #labels: ReadonlyMap<string, string>;
  /** Places of runs in watched folders, by id. A run that is not in here is in the store's own folder. */
  readonly #watched = new Map<string, RunPlace>();
  /** Ids of those runs, by folder and name. */
  readonly #ids = new Map<string, string>();

  /**
   * @param own - The store's folder, absolute.
   * @param watched - Other folders, absolute, each once.
   */
  constructor(own: string, watched: readonly string[]) {
    this.#own = own;
    this.#labels = labelsOf(watched);
  }

  /** The store's own folder, then the watched ones. */
  get folders(): readonly string[] {
    return [this.#own, ...this.#labels.keys()];
  }

  /** Short name of a watched folder; `undefined` for the store's own. */
  labelOf(folder: string): string | undefined {
    return this.#labels.get(folder);
  }

  /** Where a run lies, or would lie. */
  placeOf(runId: string): RunPlace {
    return this.#watched.get(runId) ?? { folder: this.#own, name: runId };
  }

  /** Folder of a run. */
  dirOf(runId: string): string {
    return dirAt(this.placeOf(runId));
  }

  /** Says whether a run is in the store's own folder. */
  isOwn(runId: string): boolean {
    return !this.#watched.has(runId);
  }

  /** Folder name of a run, if it lies in `folder`. */
  nameIn(folder: string, runId: string): string | undefined {
    const place = this.placeOf(runId);
    return place.folder === folder ? place.name : undefined;
  }

  /** The id of the run that lies in a folder under a name; from now on it keeps it. */
  idOf(folder: string, name: string): string {
    if (folder === this.#own) return name;
    const known = this.#ids.get(join(folder, name));
    if (known !== undefined) return known;
    const label = this.#labels.get(folder) ?? basename(folder);
    return this.#put(this.#freeId(name, label), { folder, name, label });
  }

  /** Notes what a catalog says of a run that another process placed. */
  adopt(runId: string, dir: string): void {
    const folder = dirname(dirname(dir));
    this.#put(runId, { folder, name: basename(dir), label: this.#labels.get(folder) ?? basename(folder) });
  }

  /** The run is gone from its folder. */
  release(folder: string, name: string): void {
    const runId = this.#ids.get(join(folder, name));
    if (runId === undefined) return;
    this.#ids.delete(join(folder, name));
    this.#watched.delete(runId);
  }

  /**
   * A run came into the store's own folder: the watched one that had its id gets another.
   *
   * @returns The new id of the watched one; `undefined` when there was none.
   */
  displace(name: string): string | undefined {
    const place = this.#watched.get(name);
    if (place === undefined) return undefined;
    this.release(place.folder, place.name);
    return this.#put(this.#freeId(name, place.label ?? basename(place.folder)), place);
  }

  /** The folders, with how many of these runs lie in each. */
  describe(runIds: readonly string[]): StoreFolder[] {
    const counts = new Map<string, number>();
    for (const runId of runIds) {
      const { folder } = this.placeOf(runId);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    return this.folders.map((dir) => {
      const folder = this.#labels.get(dir);
      const facts = { present: existsSync(dir), runCount: counts.get(dir) ?? 0, renamed: this.#renamed(dir) };
      return { dir, ...(folder === undefined ? {} : { folder }), ...facts };
    });
  }

  /** Says which folders have runs that are not shown under the id that they were made with, a sentence each. */
  renamedNotes(): string[] {
    return this.folders.flatMap((folder) => {
      const [first, ...others] = this.#renamed(folder);
      if (first === undefined) return [];
      const more = others.length === 0 ? "" : ` (and ${others.length} more like it)`;
      return [`run ${first.name} of ${folder} has the id of another run; it is shown as ${first.runId}${more}`];
    });
  }

  #renamed(folder: string): { readonly runId: string; readonly name: string }[] {
    return Array.from(this.#watched).flatMap(([runId, place]) =>
      place.folder === folder && place.name !== runId ? [{ runId, name: place.name }] : [],
    );
  }

  #put(runId: string, place: RunPlace): string {
    this.#watched.set(runId, place);
    this.#ids.set(join(place.folder, place.name), runId);
    return runId;
  }

  #freeId(name: string, label: string): string {
    if (!this.#isTaken(name)) return name;
    for (let i = 1; ; i++) {
      const suffix = `.at-${label}${i === 1 ? "" : `-${i}`}`;
      const runId = name.slice(0, MAX_RUN_ID_LENGTH - suffix.length) + suffix;
      if (!this.#isTaken(runId)) return runId;
    }
  }

  #isTaken(runId: string): boolean {
    return this.#watched.has(runId) || existsSync(dirAt({ folder: this.#own, name: runId }));
  }
}

/** Folder of the run at a place. */
export function dirAt({ folder, name }: RunPlace): string {
  return join(folder, "runs", name);
}

/** Short names that are different from each other, of characters that an id may have. */
function labelsOf(folders: readonly string[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const folder of folders) {
    const plain =
      basename(folder)
        .replaceAll(/[^\w-]+/g, "-")
        .slice(0, 30) || "folder";
    const taken = new Set(labels.values());
    let label = plain;
    for (let i = 2; taken.has(label); i++) label = `${plain}-${i}`;
    labels.set(folder, label);
  }
  return labels;
}
