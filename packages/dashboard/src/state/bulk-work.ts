/** @file Changes of many runs at once, and how the last one is taken back. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { BulkAction, BulkAnswer, BulkRequest, BulkSteps } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { bulkWords } from "../lib/bulk-words.ts";

/** Which runs: by id, or all that match, with the number that was shown. */
export type BulkTarget =
  | { readonly runIds: readonly string[] }
  | {
      readonly filter: string;
      readonly project?: string;
      readonly archived?: "only";
      readonly expectedCount: number;
    };

/** What the last change came to. */
export interface BulkOutcome {
  readonly words: string;
  /** Some runs could not be changed. */
  readonly failed: boolean;
  readonly undo: BulkSteps | undefined;
}

/** Changes runs, one change after the other. */
export class BulkWork {
  readonly #client: ApiClient;
  readonly #onChange: () => void;
  readonly #outcome: Signal<BulkOutcome | undefined> = signal(undefined);
  readonly #busy: Signal<boolean> = signal(false);

  /** @param onChange - Called when runs were changed. */
  constructor(client: ApiClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** What the last change came to, until it is put aside. */
  get outcome(): ReadonlySignal<BulkOutcome | undefined> {
    return this.#outcome;
  }

  /** Whether a change is on its way. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  /** Changes runs. Says whether it was done, for some of them at least. */
  async change(target: BulkTarget, action: BulkAction): Promise<boolean> {
    return this.#send({ ...target, action }, (answer) => bulkWords(action, answer));
  }

  /** Takes the last change back. */
  async undo(): Promise<void> {
    const undo = this.#outcome.peek()?.undo;
    if (undo !== undefined) await this.#send(undo, ({ changedCount }) => `Taken back for ${changedCount} runs`, false);
  }

  /** Puts the outcome aside. */
  dismiss(): void {
    this.#outcome.value = undefined;
  }

  async #send(request: BulkRequest, words: (answer: BulkAnswer) => string, canUndo = true): Promise<boolean> {
    if (this.#busy.peek()) return false;
    this.#busy.value = true;
    try {
      const answer = await this.#client.post<BulkAnswer>("/runs/bulk", request);
      this.#outcome.value = {
        words: words(answer),
        failed: answer.failedCount > 0,
        undo: canUndo ? answer.undo : undefined,
      };
      this.#onChange();
      return true;
    } catch (error) {
      const undo = this.#outcome.peek()?.undo;
      const said = error instanceof Error ? error.message : String(error);
      this.#outcome.value = { words: `Nothing was changed: ${said}`, failed: true, undo: canUndo ? undefined : undo };
      return false;
    } finally {
      this.#busy.value = false;
    }
  }
}
