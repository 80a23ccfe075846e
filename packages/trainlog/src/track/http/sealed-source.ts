/**
 * @file The events of a sealed run as batches, with those of the segments after it. Sealing joins batches, so they are cut anew, always in the same places: sending them twice changes nothing.
 */
import { TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import type { Batch } from "../../run-log/codec/batch.ts";
import { RunLogReader } from "../../run-log/read/index.ts";
import { messageOf, type Reporter } from "../reporter.ts";
import { type Bookmark, writeBookmark } from "./bookmark.ts";
import type { BatchSource } from "./sender.ts";

/** Most events of one batch, and about the most values of its rows. */
const BATCH_EVENTS = 256;
const BATCH_VALUES = 65_536;

/** Segment number in the bookmark of a sealed run. */
const SEALED = 0;

/** Reads a sealed run. */
export class SealedSource implements BatchSource {
  readonly #dir: string;
  readonly #reporter: Reporter;
  #bookmark: Bookmark;
  #reader: RunLogReader;
  #batches: Iterator<Batch>;
  #read = 0;

  /**
   * @param bookmark - What the server has: nothing, or a part that came from here.
   * @throws TrainlogError `sync/sealed` when a part of the run was sent before it was sealed.
   */
  constructor(dir: string, bookmark: Bookmark, reporter: Reporter) {
    if (bookmark.position.segment !== SEALED && bookmark.position.batches > 0) {
      const advice = "delete the run on the server and remove remote.json from its folder, then sync again";
      throw new TrainlogError("sync/sealed", `${dir}: sealed after a part of it was sent; ${advice}`, { status: 409 });
    }
    this.#dir = dir;
    this.#reporter = reporter;
    this.#bookmark = { ...bookmark, position: { segment: SEALED, offset: 0, batches: bookmark.position.batches } };
    this.#saveBookmark(); // so that whoever comes after a kill knows that the batches were cut here
    this.#reader = RunLogReader.open(dir);
    this.#reader.refresh();
    this.#batches = this.#open();
  }

  get bookmark(): Bookmark {
    return this.#bookmark;
  }

  /** One batch at a time: a batch of sealed chunks is as large as a request. */
  read(): readonly Batch[] {
    const next = this.#batches.next();
    if (next.done === true) return [];
    this.#read += 1;
    return [next.value];
  }

  acknowledge(refused: number): void {
    const position = { segment: SEALED, offset: 0, batches: this.#read };
    this.#bookmark = { ...this.#bookmark, position, refused: this.#bookmark.refused + refused };
  }

  back(): void {
    this.#batches = this.#open();
  }

  rewind(): boolean {
    this.#bookmark = { ...this.#bookmark, position: { segment: SEALED, offset: 0, batches: 0 }, refused: 0 };
    this.back();
    return true;
  }

  save(complete: boolean): void {
    this.#bookmark = { ...this.#bookmark, complete };
    this.#saveBookmark();
    this.#reader.close();
  }

  #saveBookmark(): void {
    try {
      writeBookmark(this.#dir, this.#bookmark);
    } catch (error) {
      this.#reporter.once("bookmark", `remote.json could not be written: ${messageOf(error)}`);
    }
  }

  /** Batches behind what was acknowledged. */
  #open(): Iterator<Batch> {
    const batches = this.#cut();
    this.#read = this.#bookmark.position.batches;
    for (let i = 0; i < this.#read; i++) batches.next();
    return batches;
  }

  *#cut(): Generator<Batch, void, undefined> {
    let events: RunEvent[] = [];
    let values = 0;
    let seq = 0;
    const batch = (): Batch => ({ events, origin: { writerId: `sealed-${this.#bookmark.runId}`, seq: seq++ } });
    for (const event of this.#reader.events()) {
      events.push(event);
      if (event.type === "rows") for (const column of event.rows.columns) values += column.values.length;
      if (events.length < BATCH_EVENTS && values < BATCH_VALUES) continue;
      yield batch();
      [events, values] = [[], 0];
    }
    if (events.length > 0) yield batch();
  }
}
