/** @file Deleted runs of the store's own folder and of the watched ones: each goes into the trash of the folder that it lies in. */
import { TrainlogError } from "../run/error.ts";
import type { RunPlace, RunPlaces } from "./run-places.ts";
import { servingProcess } from "./server-lock.ts";
import { Trash } from "./trash.ts";
import { describeTrash } from "./trash-info.ts";
import type { DeletedRun, TrashedRun } from "./types.ts";

/** The trashes of several folders as one. */
export class DeletedRuns {
  readonly #places: RunPlaces;

  constructor(places: RunPlaces) {
    this.#places = places;
  }

  /**
   * Moves a run into the trash of its folder.
   *
   * @throws TrainlogError `store/locked` (409) when another process serves that folder: only that one may take runs away; and what `Trash.put` throws.
   */
  async put(runId: string, nowMs: number): Promise<DeletedRun> {
    const { folder, name } = this.#places.placeOf(runId);
    this.#assertNotServedElsewhere(folder, `delete run ${runId}`);
    const { trashDir } = await new Trash(folder).put(name, nowMs);
    return { runId, trashDir };
  }

  /**
   * Moves a run back.
   *
   * @returns Its id, which is another one when its old one was taken meanwhile by a run of another folder.
   * @throws as {@link put} and `Trash.restore`.
   */
  async restore(runId: string): Promise<string> {
    const { folder, name } = this.#find(runId);
    this.#assertNotServedElsewhere(folder, `restore run ${runId}`);
    await new Trash(folder).restore(name);
    return this.#places.idOf(folder, name);
  }

  /** All deleted runs, the last deleted first. */
  async list(): Promise<TrashedRun[]> {
    const entries = this.#places.folders.flatMap((folder) => new Trash(folder).list());
    return Promise.all(entries.sort((a, b) => b.deletedMs - a.deletedMs).map(describeTrash));
  }

  #find(runId: string): RunPlace {
    const place = this.#places.placeOf(runId);
    const elsewhere = this.#places.folders.map((folder) => ({ folder, name: runId }));
    const has = ({ folder, name }: RunPlace): boolean => new Trash(folder).list().some((entry) => entry.runId === name);
    return [place, ...elsewhere].find(has) ?? place;
  }

  #assertNotServedElsewhere(folder: string, doing: string): void {
    const server = this.#places.labelOf(folder) === undefined ? undefined : servingProcess(folder);
    if (server === undefined) return;
    const who = `process ${server.pid}${server.address === undefined ? "" : ` at ${server.address}`}`;
    throw new TrainlogError("store/locked", `cannot ${doing}: ${folder} is served by ${who}; do it there`, {
      status: 409,
    });
  }
}
