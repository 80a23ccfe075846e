/**
 * @file The hub between the store's changes and the clients that watch.
 *
 * One subscription to the store for all clients. Rows are decoded only for runs that somebody watches, or watched a moment ago: a client that lost its
 * connection for some seconds resumes without a gap, and an unwatched run that ingests millions of points costs nothing here.
 */
import type { LiveQuery } from "../../api/index.ts";
import { randomText } from "../../run/id.ts";
import type { Store } from "../../store/store.ts";
import type { StoreChange } from "../../store/types.ts";
import { ChangeRing, type RingLimits } from "./ring.ts";

/** What a hub keeps: some seconds of a busy server. */
const RING_LIMITS: RingLimits = { changes: 10_000, bytes: 16 * 1024 * 1024 };

/** How long rows of a run are kept coming after its last watcher left, in milliseconds: longer than a reconnection takes. */
const LINGER_MS = 60_000;

/** Since which change rows of a run come, how many watch it, and when the last one left. */
interface Watch {
  readonly since: number;
  watchers: number;
  leftMs: number;
}

/** What a hub can be told. */
export interface HubOptions {
  readonly ring?: RingLimits;
  /** Clock, milliseconds since 1970. */
  readonly nowMs?: () => number;
}

/** Where a client stands in the stream. */
export interface Place {
  /** Number of the last change that the client has. */
  readonly after: number;
  /** Set when the client missed something. */
  readonly reset?: "restarted" | "too-old";
}

/** Numbers changes, keeps the last ones, and wakes those who wait for more. */
export class LiveHub {
  /** Changes whenever a server starts, so that numbers of an earlier one are not taken for ours. */
  readonly boot: string = randomText(8);
  readonly store: Store;
  readonly #ring: ChangeRing;
  readonly #watches: Map<string, Watch> = new Map();
  readonly #nowMs: () => number;
  readonly #unsubscribe: () => void;
  #wakers: Set<() => void> = new Set();
  #closed = false;

  constructor(store: Store, options: HubOptions = {}) {
    this.store = store;
    this.#ring = new ChangeRing(options.ring ?? RING_LIMITS);
    this.#nowMs = options.nowMs ?? Date.now;
    this.#unsubscribe = store.subscribe((change) => this.#take(change), { rows: (runId) => this.#isWatched(runId) });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Number of the newest change. */
  get last(): number {
    return this.#ring.last;
  }

  /** Id of a message after change `number`. */
  idOf(number: number): string {
    return `${this.boot}-${number}`;
  }

  /** Where a client goes on that has the message `lastEventId`. Call it after {@link watch}. */
  placeOf(lastEventId: string | undefined, query: LiveQuery): Place {
    const after = this.last;
    if (lastEventId === undefined || lastEventId === "") return { after };
    const [boot, number] = lastEventId.split("-");
    if (boot !== this.boot || number === undefined || !/^\d+$/.test(number)) return { after, reset: "restarted" };
    const known = Number(number);
    const complete = (query.run ?? []).every((runId) => (this.#watches.get(runId)?.since ?? Infinity) <= known);
    return complete && this.#ring.since(known) !== undefined ? { after: known } : { after, reset: "too-old" };
  }

  /** Changes after `after`; undefined when the client fell behind what is kept. */
  since(after: number): readonly StoreChange[] | undefined {
    return this.#ring.since(after);
  }

  /** Keeps rows of these runs coming until the returned function is called, and a while longer. */
  watch(runIds: readonly string[]): () => void {
    for (const runId of runIds) this.#begin(runId);
    return () => {
      for (const runId of runIds) this.#leave(runId);
    };
  }

  /** Comes back when there is a change after `after`, the hub closes, `signal` fires, or `timeoutMs` have passed. */
  async waitFor(after: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.last > after || this.#closed || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#wakers.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  /** Ends the subscription and every stream. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#wake();
  }

  #take(change: StoreChange): void {
    this.#ring.add(change);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  #begin(runId: string): void {
    this.#forgetLeft();
    const watch = this.#watches.get(runId) ?? { since: this.last, watchers: 0, leftMs: Infinity };
    watch.watchers += 1;
    this.#watches.set(runId, watch);
  }

  #leave(runId: string): void {
    const watch = this.#watches.get(runId);
    if (watch === undefined) return;
    watch.watchers -= 1;
    watch.leftMs = this.#nowMs();
  }

  #isWatched(runId: string): boolean {
    const watch = this.#watches.get(runId);
    return watch !== undefined && !this.#isOver(watch);
  }

  #isOver(watch: Watch): boolean {
    return watch.watchers === 0 && this.#nowMs() - watch.leftMs > LINGER_MS;
  }

  /** A watch that is over must not be taken up again: rows are missing since then. */
  #forgetLeft(): void {
    for (const [runId, watch] of this.#watches) if (this.#isOver(watch)) this.#watches.delete(runId);
  }
}
