/**
 * @file RunLogReader: one run's folder, read while it is being written, sealed or mended by others.
 *
 * The reader keeps an index and no points. Each refresh looks at the folder again, reads what was appended, and starts over when files were replaced by
 * other ones. How much it has handed out is counted in rows and events, which sealing does not change.
 */
import { join } from "node:path";
import type { RunEvent } from "../../run/event.ts";
import { isTornTail } from "../codec/frame.ts";
import { nodeFs, type RunLogFs } from "../file-system.ts";
import type { SeriesBuckets } from "./buckets.ts";
import { ChunkCache, type OwnedCache } from "./chunk-cache.ts";
import { type Damage, damageAt } from "./damage.ts";
import { Delivery } from "./delivery.ts";
import type { MetricKind, MetricStats } from "./metric-table.ts";
import type { PointBlock } from "./point-block.ts";
import { NO_POINTS } from "./point-columns.ts";
import { type JsonChunk, type PointsQuery, queryPoints, type RawPoints } from "./points-query.ts";
import { runEvents } from "./run-events.ts";
import type { RunFile } from "./run-file.ts";
import { EDITS_FILE, listRunFiles, type NumberedFile, type RunFiles, seemsAlive } from "./run-files.ts";
import { RunIndex, type RunPosition } from "./run-index.ts";
import type { AxisBlock } from "./sealed-axes.ts";
import { SealedFile } from "./sealed-file.ts";
import { SegmentFile } from "./segment-file.ts";
import { type PointChunk, querySeries, type SeriesQuery } from "./series-query.ts";
import { openBytes, readSidecar, writeSidecar } from "./sidecar.ts";

/** Options of {@link RunLogReader.open}. */
export interface RunLogReaderOptions {
  /** Cache of decoded points, to share among readers; one of its own when absent. */
  readonly cache?: ChunkCache;
  /** Also hands out `rows` events in `refresh()`. False when absent: charts come from `series()`, not from rows. */
  readonly rows?: boolean;
  /** Where an earlier reader stopped (its `position`): the first `refresh()` hands out what came after. */
  readonly after?: ReaderPosition;
  /** Takes up the index that an earlier reader wrote beside the run, when there is one that fits. True when absent. */
  readonly sidecar?: boolean;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** How much of a run has been handed out. It means the same before and after sealing, so it can be kept in a catalog. */
export interface ReaderPosition extends RunPosition {
  /** Edits made by others than the run's writer. */
  readonly edits: number;
}

/** What {@link RunLogReader.refresh} found. */
export interface Refreshed {
  /** New events in order; edits made by others come last. */
  readonly events: RunEvent[];
  /** Damage found since the last refresh. */
  readonly damage: Damage[];
  /** True when files were replaced by other ones (a repair): `events` begins with the run's first event again. */
  readonly restarted: boolean;
}

/** A file was replaced or is gone: what is known about it is void. */
class StaleFiles extends Error {}

/** How often a read starts over because files were replaced under it, before it gives up. */
const MAX_RETRIES = 4;

/**
 * Reads one run.
 *
 * Never throws on damage: it is named in `damage`, and everything else is answered. Throws TrainlogError `run/not-found` when the folder is gone and
 * `store/newer-format` when a newer version wrote it.
 *
 * @example
 * const reader = RunLogReader.open("trainlog/runs/20261121-015502-k3x9f2ab");
 * reader.refresh();
 * reader.series("loss", { x: "step", buckets: 1500 }).max;
 */
export class RunLogReader implements Disposable {
  readonly #dir: string;
  readonly #now: () => number;
  readonly #rows: boolean;
  readonly #cache: OwnedCache<PointBlock>;
  readonly #axisCache: OwnedCache<AxisBlock>;
  readonly #usesSidecar: boolean;
  readonly #delivery: Delivery;
  #index = new RunIndex();
  #files: RunFile[] = [];
  #edits: SegmentFile | undefined;
  #editsIndex = new RunIndex();
  #reported = new Set<string>();
  #isAlive = true;
  /** Bytes of open segments that the newest sidecar covers. */
  #sidecarEnd = 0;
  #metrics: ReadonlyMap<string, MetricStats> | undefined;

  private constructor(dir: string, options: RunLogReaderOptions) {
    this.#dir = dir;
    this.#now = options.now ?? Date.now;
    this.#rows = options.rows ?? false;
    const cache = options.cache ?? new ChunkCache();
    this.#cache = cache.forOwner<PointBlock>();
    this.#axisCache = cache.forOwner<AxisBlock>();
    this.#usesSidecar = options.sidecar ?? true;
    this.#delivery = new Delivery(options.after ?? { rows: 0, events: 0, edits: 0 }, options.rows ?? false);
  }

  /**
   * Opens the run in folder `dir`, which need not hold any data yet. Nothing but the folder's list is read before the first `refresh()`.
   *
   * @throws TrainlogError `run/not-found`.
   */
  static open(dir: string, options: RunLogReaderOptions = {}): RunLogReader {
    listRunFiles(dir);
    return new RunLogReader(dir, options);
  }

  /**
   * Takes in what was appended since the last time; all of it the first time.
   *
   * @param options.rows - Whether this refresh hands out `rows` events; as the reader was opened when absent. Rows that are not handed out now are not
   *   handed out later.
   * @throws TrainlogError `run/not-found` when the folder is gone; `store/newer-format`.
   */
  refresh(options: { readonly rows?: boolean } = {}): Refreshed {
    this.#delivery.wantsRows = options.rows ?? this.#rows;
    this.#advance();
    const damage = this.damage.filter(({ message }) => !this.#reported.has(message));
    for (const { message } of damage) this.#reported.add(message);
    return { ...this.#delivery.take(), damage };
  }

  /** All damage known now. The torn end of a run whose writer is gone is among it until the next writer cuts it off. */
  get damage(): readonly Damage[] {
    const files = this.#edits === undefined ? this.#files : [...this.#files, this.#edits];
    return files.flatMap((file, i) => [...file.damage, ...this.#tailDamage(file, i >= this.#files.length - 1)]);
  }

  /** How much `refresh()` has handed out. */
  get position(): ReaderPosition {
    return this.#delivery.position;
  }

  /** Rows and events in the run, as of the last refresh. */
  get length(): RunPosition {
    return { rows: this.#index.rows, events: this.#index.events };
  }

  /** The index itself, as of the last refresh: for sealing. Not to be changed. */
  get index(): RunIndex {
    return this.#index;
  }

  /** Highest sequence number by writer id, of the batches that have an origin. */
  get origins(): ReadonlyMap<string, number> {
    return this.#index.origins;
  }

  /** Memory of the index, in bytes, without keys. */
  get indexBytes(): number {
    return this.#index.table.sizeBytes;
  }

  /** What is known of every metric, by key, in order of first appearance. */
  metrics(): ReadonlyMap<string, MetricStats> {
    this.#metrics ??= this.#index.table.statsByKey();
    return this.#metrics;
  }

  /**
   * Reduces the numbers of metric `key` to at most `query.buckets` exact buckets; raw points when they are no more than that. A metric that the run
   * does not have is a series of no points.
   *
   * @throws TrainlogError `series/bad-query`.
   */
  series(key: string, query: SeriesQuery): SeriesBuckets {
    return this.#retry(() => {
      const readChunk = (metric: number, point: number): PointChunk => this.#numberChunk(metric, point);
      const { table, firstWallMs } = this.#index;
      return querySeries({ table, firstWallMs, readChunk }, table.find(key, "number"), query);
    });
  }

  /**
   * Raw points of metric `key` by arrival index. A metric that the run does not have has no points.
   *
   * @throws TrainlogError `series/bad-query`.
   */
  points(key: string, query: PointsQuery = {}): RawPoints {
    return this.#retry(() => {
      const { table } = this.#index;
      const kind: MetricKind = query.kind ?? (table.find(key, "number") === undefined ? "json" : "number");
      return queryPoints(kind, table.find(key, kind), query, {
        countOf: (metric) => table.countOf(metric),
        readNumbers: (metric, point) => this.#numberChunk(metric, point),
        readJson: (metric, point) => this.#jsonChunk(metric, point),
      });
    });
  }

  /**
   * Everything that the run said, in order, as of the last refresh; edits made by others come last. Streams: a run of any size takes little memory.
   *
   * Rows that were logged one by one may come as one table. When files are replaced meanwhile (sealing), the stream goes on in the new ones.
   */
  *events(): Generator<RunEvent, void, undefined> {
    yield* this.ownEvents();
    for (const event of this.#edits?.jsonEvents() ?? []) yield event;
  }

  /** As {@link events}, without edits made by others; from `start` on, which another reader's `position` may say. */
  *ownEvents(start: RunPosition = { rows: 0, events: 0 }): Generator<RunEvent, void, undefined> {
    yield* this.#eventsAfter(start);
  }

  /** Lets go of cached points. The reader holds no file open. */
  close(): void {
    this.#cache.clear();
    this.#axisCache.clear();
  }

  /** Bytes of open segments that were indexed and are in no sidecar: what a later reader would have to read again. */
  get unsavedBytes(): number {
    return openBytes(this.#files) - this.#sidecarEnd;
  }

  /**
   * Writes the index beside the run, as of the last refresh, so that the next reader need not read the run again. For whoever may write into the
   * folder; nothing depends on it.
   *
   * @returns False when there is nothing worth it: no open segment, or no zstd in this Node.js.
   * @throws TrainlogError `store/disk-full`, `store/read-only`, `store/io`.
   */
  writeSidecar(fs: RunLogFs = nodeFs): boolean {
    const isWritten = writeSidecar(fs, this.#dir, this.#files, this.#index);
    if (isWritten) this.#sidecarEnd = openBytes(this.#files);
    return isWritten;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  *#eventsAfter(start: RunPosition): Generator<RunEvent, void, undefined> {
    let position = start;
    for (let attempt = 0; attempt < MAX_RETRIES; attempt++) {
      const stream = runEvents(this.#files, this.#index, position);
      for (let item = stream.next(); ; item = stream.next()) {
        if (item.done === true) {
          if (item.value === "complete") return;
          break;
        }
        position = item.value.position;
        yield item.value.event;
      }
      this.#advance();
    }
    throw new StaleFiles(`${this.#dir}: its files were replaced ${MAX_RETRIES} times while they were read`);
  }

  /** Looks at the folder again. */
  #advance(): void {
    this.#metrics = undefined;
    for (let attempt = 0; attempt < MAX_RETRIES; attempt++) {
      // Before the files: what a writer that is gone now has left behind is complete.
      this.#isAlive = seemsAlive(this.#dir, this.#now());
      const listed = listRunFiles(this.#dir);
      this.#adopt(listed);
      if (this.#files.every((file) => this.#advanceFile(file)) && this.#advanceEdits(listed)) return;
    }
    throw new StaleFiles(`${this.#dir}: its files were replaced ${MAX_RETRIES} times while they were read`);
  }

  /**
   * Follows the folder's list: new segments come behind the known ones, a sealed file replaces those up to its number. A known file that is gone
   * otherwise makes the reader start over.
   */
  #adopt(listed: RunFiles): void {
    if (this.#files.length === 0 && this.#usesSidecar) this.#takeSidecar(listed);
    const { sealed } = listed;
    if (sealed !== undefined && this.#files[0]?.name !== sealed.name) this.#openSealed(sealed);
    const names = new Set([sealed?.name, ...listed.segments.map(({ name }) => name)]);
    if (!this.#files.every(({ name }) => names.has(name))) this.#startOver();
    for (const { name, sequence } of listed.segments) {
      if (sequence > (this.#files.at(-1)?.sequence ?? 0)) {
        this.#files.push(new SegmentFile(this.#files.length, join(this.#dir, name), name, sequence));
      }
    }
  }

  /** Begins anew with a sealed file; what was handed out before stays counted, because sealing changes no order. */
  #openSealed(file: NumberedFile): void {
    const opened = SealedFile.open(this.#dir, file, this.#axisCache);
    if (opened === undefined) return;
    this.#forget();
    this.#index = opened.index;
    this.#files = [opened.sealed];
    this.#catchUp();
  }

  #takeSidecar(listed: RunFiles): void {
    const found = readSidecar(this.#dir, listed, this.#axisCache);
    if (found === undefined) return;
    this.#index = found.index;
    this.#files = [...found.files];
    this.#sidecarEnd = found.endBytes;
    this.#catchUp();
  }

  /** Hands out what the index knows already and the consumer does not. */
  #catchUp(): void {
    const { rows, events } = this.#index;
    const { position } = this.#delivery;
    if (this.#delivery.wantsRows && position.rows < rows) {
      for (const { event } of runEvents(this.#files, this.#index, position)) this.#delivery.add(event);
    } else if (position.events < events) {
      const known = this.#files.flatMap((file) => file.jsonEvents() ?? []);
      for (const event of known.slice(position.events)) this.#delivery.add(event);
    }
    this.#delivery.moveTo({ rows: Math.max(rows, position.rows), events: Math.max(events, position.events) });
  }

  #advanceFile(file: RunFile): boolean {
    const result = file.advance(this.#index, this.#delivery.listener(this.#index));
    if (result === "changed") this.#startOver();
    return result === "ok";
  }

  #advanceEdits(listed: RunFiles): boolean {
    if (!listed.hasEdits) return true;
    this.#edits ??= new SegmentFile(0, join(this.#dir, EDITS_FILE), EDITS_FILE, 0);
    const result = this.#edits.advance(this.#editsIndex, this.#delivery.editsListener(this.#editsIndex));
    if (result === "changed") this.#startOver();
    return result === "ok";
  }

  #startOver(): void {
    this.#forget();
    this.#edits = undefined;
    this.#editsIndex = new RunIndex();
    this.#delivery.restart();
  }

  #forget(): void {
    this.#files = [];
    this.#index = new RunIndex();
    this.#sidecarEnd = 0;
    this.#cache.clear();
    this.#axisCache.clear();
  }

  /** The torn end of a file: damage only when nobody is there who could be writing it. */
  #tailDamage({ name, tail }: RunFile, isLast: boolean): Damage[] {
    if (tail === undefined || (isLast && this.#isAlive)) return [];
    return isTornTail(tail)
      ? [damageAt(name, tail.offset, tail.end, "torn-tail", `the file ends inside a frame (${tail.reason})`)]
      : [damageAt(name, tail.offset, tail.end, "bad-frame", `no whole frame there (${tail.reason})`)];
  }

  #retry<T>(read: () => T): T {
    for (let attempt = 1; ; attempt++) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof StaleFiles) || attempt === MAX_RETRIES) throw error;
        this.#advance();
      }
    }
  }

  #numberChunk(metric: number, point: number): PointChunk {
    const { block, first, end } = this.#blockOf(metric, point);
    const columns = block.numbers.get(metric) ?? NO_POINTS;
    return { ...columns, first, end };
  }

  #jsonChunk(metric: number, point: number): JsonChunk {
    const { block, first, end } = this.#blockOf(metric, point);
    const columns = block.json.get(metric) ?? { steps: NONE, wallMs: NONE, values: [] };
    return { ...columns, first, end };
  }

  #blockOf(metric: number, point: number): { block: PointBlock; first: number; end: number } {
    const chunks = this.#index.table.chunksOf(metric);
    const at = pairBefore(chunks, point);
    const place = this.#index.chunks.placeOf(chunks[at]!);
    const bounds = { first: chunks[at + 1]!, end: chunks[at + 3] ?? this.#index.table.countOf(metric) };
    const known = this.#cache.get(chunks[at]!);
    if (known?.end === place.end && (known.numbers.has(metric) || known.json.has(metric)))
      return { block: known, ...bounds };
    const read = this.#files[place.file]!.readBlock(place, metric, this.#index);
    if (read === undefined) throw new StaleFiles();
    const block = known?.end === place.end ? joined(known, read) : read;
    this.#cache.put(chunks[at]!, block);
    return { block, ...bounds };
  }
}

const NONE = new Float64Array(0);

/** Position in `pairs` (chunk, first point) of the last pair whose first point is at or before `point`. */
function pairBefore(pairs: readonly number[], point: number): number {
  let low = 0;
  let high = pairs.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pairs[middle * 2 + 1]! <= point) low = middle;
    else high = middle - 1;
  }
  return low * 2;
}

/** Both blocks' metrics: of a block with large frames, each metric is read when it is first wanted. */
function joined(a: PointBlock, b: PointBlock): PointBlock {
  return {
    end: a.end,
    numbers: new Map([...a.numbers, ...b.numbers]),
    json: new Map([...a.json, ...b.json]),
    sizeBytes: a.sizeBytes + b.sizeBytes,
  };
}
