/** @file What a reader wants of each file of a run, open or sealed. */
import type { Rows, RowsEvent, RunEvent } from "../../run/event.ts";
import type { FrameDamage } from "../codec/frame.ts";
import type { RowsView } from "../codec/rows-view.ts";
import type { Damage } from "./damage.ts";
import type { PointBlock } from "./point-block.ts";
import type { ChunkPlace, RunIndex } from "./run-index.ts";

/** A JSON event. */
export type JsonEvent = Exclude<RunEvent, RowsEvent>;

/** Takes what indexing comes by. `firstRow` counts the rows of the run. */
export interface IndexListener {
  event(event: JsonEvent): void;
  /** Whether `rows` wants to see the rows. If not, `moved` tells how many there are now. */
  readonly wantsRows: boolean;
  rows(view: RowsView, firstRow: number): void;
  moved(rows: number): void;
}

/** `"changed"`: the file is not the one that was indexed (shorter, or another under its name). `"missing"`: it is gone. */
export type Advance = "ok" | "changed" | "missing";

/** Rows or an event of a file, decoded when asked. */
export type RunRecord =
  | { readonly kind: "rows"; readonly count: number; rows(): Rows }
  | { readonly kind: "event"; event(): JsonEvent };

/** One file of a run. */
export interface RunFile {
  readonly kind: "segment" | "sealed";
  readonly name: string;
  readonly sequence: number;
  /** Damage inside what is indexed. */
  readonly damage: readonly Damage[];
  /** What is behind the indexed part and is no frame (yet). */
  readonly tail: FrameDamage | undefined;

  /**
   * Indexes what was appended.
   *
   * @throws TrainlogError `store/newer-format`.
   */
  advance(index: RunIndex, listener: IndexListener): Advance;

  /**
   * Decodes the points of a chunk: those of `metric`, and of others where that costs nothing more.
   *
   * @returns `undefined` when the file is gone or another one.
   */
  readBlock(place: ChunkPlace, metric: number, index: RunIndex): PointBlock | undefined;

  /** The JSON events of the indexed part, read again. `undefined` when the file is gone or another one. */
  jsonEvents(): JsonEvent[] | undefined;

  /**
   * Rows and events of the indexed part in order.
   *
   * @returns After the last one, false when the file was gone or another one.
   */
  records(index: RunIndex): Generator<RunRecord, boolean, undefined>;
}
