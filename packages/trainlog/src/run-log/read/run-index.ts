/**
 * @file What a reader knows about a run without reading its points: the metric table, where the raw points lie, and how much of everything there is.
 *
 * The index is built by the files of the run (open segments, the sealed file) in order, and can be written to a sidecar and taken up again.
 */
import type { Origin } from "../codec/batch.ts";
import { MetricTable } from "./metric-table.ts";
import { SmallBatch } from "./small-batch.ts";

/** A stretch of a file that holds raw points; read and decoded as a whole. */
export interface ChunkPlace {
  /** Number of the file among the run's files, in order. */
  readonly file: number;
  /** First byte. */
  readonly start: number;
  /** Byte after the last one. */
  readonly end: number;
}

/** The places of all chunks, by chunk number, in three plain lists: a run of 10 million rows has some thousand. */
export class ChunkList {
  readonly #files: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Number of chunks. */
  get count(): number {
    return this.#files.length;
  }

  /** Adds a chunk and gives its number. */
  add(place: ChunkPlace): number {
    this.#files.push(place.file);
    this.#starts.push(place.start);
    return this.#ends.push(place.end) - 1;
  }

  /** Place of chunk `chunk`. */
  placeOf(chunk: number): ChunkPlace {
    return { file: this.#files[chunk]!, start: this.#starts[chunk]!, end: this.#ends[chunk]! };
  }

  /** Notes that chunk `chunk` has grown to `end`. */
  extend(chunk: number, end: number): void {
    this.#ends[chunk] = end;
  }
}

/** How much of a run has been seen, in arrival order. Sealing does not change these numbers. */
export interface RunPosition {
  /** Rows of all `rows` events. */
  readonly rows: number;
  /** Events that are not rows. */
  readonly events: number;
}

/** The index of a run. */
export class RunIndex {
  readonly table: MetricTable;
  readonly chunks: ChunkList;
  /** Highest sequence number by writer id, of the batches that have an origin. */
  readonly origins: Map<string, number>;
  /** Memory of the decoder of small batches: what it holds is used before the function that filled it returns. */
  readonly scratch: SmallBatch = new SmallBatch();
  /** Rows so far. */
  rows = 0;
  /** Events that are not rows, so far. */
  events = 0;
  /** Wall time of the first row, milliseconds since 1970; NaN while there is none. */
  firstWallMs: number = Number.NaN;

  constructor(
    table: MetricTable = new MetricTable(),
    chunks: ChunkList = new ChunkList(),
    origins: Map<string, number> = new Map(),
  ) {
    this.table = table;
    this.chunks = chunks;
    this.origins = origins;
  }

  /** Notes the origin of a batch. */
  addOrigin(origin: Origin | undefined): void {
    if (origin === undefined) return;
    const known = this.origins.get(origin.writerId);
    if (known === undefined || known < origin.seq) this.origins.set(origin.writerId, origin.seq);
  }

  /** Notes the rows that begin with wall time `firstWallMs`. */
  addRows(count: number, firstWallMs: number): void {
    if (this.rows === 0 && count > 0) this.firstWallMs = firstWallMs;
    this.rows += count;
  }
}
