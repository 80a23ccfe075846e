/**
 * @file The last changes of the store, numbered, within a bound of memory: what a client resumes from.
 *
 * There is no queue per client. Each client has a number, its place in the ring; a client that reads too slowly falls off the end and is told to fetch
 * again. So a thousand stuck browsers cost no more memory than one.
 */
import type { Rows } from "../../run/event.ts";
import type { StoreChange } from "../../store/types.ts";

/** How much a ring keeps. */
export interface RingLimits {
  readonly changes: number;
  /** Estimated bytes in memory. */
  readonly bytes: number;
}

/** A bounded, numbered list of changes; numbers start at 1. */
export class ChangeRing {
  readonly #limits: RingLimits;
  #changes: { readonly change: StoreChange; readonly bytes: number }[] = [];
  #droppedCount = 0;
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** Number of the newest change; 0 before the first. */
  get last(): number {
    return this.#droppedCount + this.#changes.length;
  }

  /** Takes a change, and lets go of the oldest ones above the limits. */
  add(change: StoreChange): void {
    const bytes = changeBytes(change);
    this.#changes.push({ change, bytes });
    this.#bytes += bytes;
    let drop = 0;
    while (this.#changes.length - drop > this.#limits.changes || this.#bytes > this.#limits.bytes) {
      this.#bytes -= this.#changes[drop]!.bytes;
      drop += 1;
    }
    if (drop === 0) return;
    this.#changes.splice(0, drop);
    this.#droppedCount += drop;
  }

  /** Changes after number `after`, or undefined when some of them are gone or that number never was. */
  since(after: number): readonly StoreChange[] | undefined {
    if (after < this.#droppedCount || after > this.last) return undefined;
    return this.#changes.slice(after - this.#droppedCount).map(({ change }) => change);
  }
}

/** Rough size in memory: enough to keep the ring's bound honest, not an account. */
function changeBytes(change: StoreChange): number {
  if (change.type === "rows") return 200 + rowsBytes(change.rows);
  if (change.type === "events") return 200 + JSON.stringify(change.events).length * 2;
  return 1000;
}

function rowsBytes({ steps, columns }: Rows): number {
  const cells = columns.reduce((sum, column) => sum + column.values.length * (column.kind === "json" ? 8 : 1) + 16, 0);
  return (steps.length * 2 + cells) * 8;
}
