/** @file What `refresh()` hands out: events that indexing comes by, from where the consumer stands. */
import type { RunEvent } from "../../run/event.ts";
import { sliceRows } from "./row-slice.ts";
import type { IndexListener } from "./run-file.ts";
import type { RunIndex } from "./run-index.ts";
import type { ReaderPosition } from "./run-log-reader.ts";

/** Collects new events between two refreshes. */
export class Delivery {
  #wantsRows: boolean;
  #position: ReaderPosition;
  #events: RunEvent[] = [];
  #edits: RunEvent[] = [];
  #restarted = false;

  /**
   * @param position - What the consumer already has.
   * @param wantsRows - Whether it wants `rows` events too.
   */
  constructor(position: ReaderPosition, wantsRows: boolean) {
    this.#position = position;
    this.#wantsRows = wantsRows;
  }

  /** What has been collected or handed out so far. */
  get position(): ReaderPosition {
    return this.#position;
  }

  /** Whether rows are handed out. */
  get wantsRows(): boolean {
    return this.#wantsRows;
  }

  /** From now on rows are handed out, or not. */
  set wantsRows(wanted: boolean) {
    this.#wantsRows = wanted;
  }

  /** Takes what indexing the run's files comes by. Skips what the consumer has. */
  listener(index: RunIndex): IndexListener {
    return {
      wantsRows: this.#wantsRows,
      event: (event) => {
        if (index.events <= this.#position.events) return;
        this.#events.push(event);
        this.#position = { ...this.#position, events: index.events };
      },
      rows: (view, firstRow) => {
        if (firstRow + view.count <= this.#position.rows) return;
        this.#events.push({ type: "rows", rows: sliceRows(view.rows(), this.#position.rows - firstRow, view.count) });
        this.#position = { ...this.#position, rows: firstRow + view.count };
      },
      moved: (rows) => {
        if (rows > this.#position.rows) this.#position = { ...this.#position, rows };
      },
    };
  }

  /** Takes what indexing the edits comes by. */
  editsListener(index: RunIndex): IndexListener {
    return {
      wantsRows: false,
      event: (event) => {
        if (index.events <= this.#position.edits) return;
        this.#edits.push(event);
        this.#position = { ...this.#position, edits: index.events };
      },
      rows: () => undefined,
      moved: () => undefined,
    };
  }

  /** Adds an event that was read from a file indexed before. */
  add(event: RunEvent): void {
    this.#events.push(event);
  }

  /** Notes that everything up to `position` has been added. */
  moveTo(position: Omit<ReaderPosition, "edits">): void {
    this.#position = { ...this.#position, ...position };
  }

  /** Forgets everything: the run begins again with other files. */
  restart(): void {
    this.#position = { rows: 0, events: 0, edits: 0 };
    this.#events = [];
    this.#edits = [];
    this.#restarted = true;
  }

  /** What was collected since the last time. */
  take(): { events: RunEvent[]; restarted: boolean } {
    const taken = { events: [...this.#events, ...this.#edits], restarted: this.#restarted };
    this.#events = [];
    this.#edits = [];
    this.#restarted = false;
    return taken;
  }
}
