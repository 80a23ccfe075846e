/** @file Edits of a run from its page: what the server answers is shown at once, what it refuses is told. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { DeletedRun, EditedRun, RunInfo, RunPatch } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import type { RunPageStore } from "./run-page.ts";

/** Edits one run. */
export class RunEdits {
  readonly #client: ApiClient;
  readonly #store: RunPageStore;
  readonly #path: string;
  readonly #busy: Signal<boolean> = signal(false);
  readonly #error: Signal<Error | undefined> = signal(undefined);

  constructor(client: ApiClient, store: RunPageStore, runId: string) {
    this.#client = client;
    this.#store = store;
    this.#path = `/runs/${encodeURIComponent(runId)}`;
  }

  /** Whether an edit is on its way. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  /** What the server said against the last edit. */
  get error(): ReadonlySignal<Error | undefined> {
    return this.#error;
  }

  /** Forgets the last error. */
  dismiss(): void {
    this.#error.value = undefined;
  }

  /** Changes the run; false when the server refused. */
  patch(patch: RunPatch): Promise<boolean> {
    return this.#do(async () => this.#store.takeEdit(await this.#client.patch<EditedRun>(this.#path, patch)));
  }

  /** Moves the run to the trash. */
  remove(): Promise<boolean> {
    return this.#do(() => this.#client.delete<DeletedRun>(this.#path));
  }

  /** Brings the run back from the trash. */
  restore(): Promise<boolean> {
    return this.#do(async () => {
      const { runId } = await this.#client.post<RunInfo>(`${this.#path}/restore`, {});
      this.#store.takeRestored(runId);
    });
  }

  async #do(edit: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy.peek()) return false;
    this.#busy.value = true;
    this.#error.value = undefined;
    try {
      await edit();
      return true;
    } catch (error) {
      this.#error.value = error instanceof Error ? error : new Error(String(error));
      return false;
    } finally {
      this.#busy.value = false;
    }
  }
}
