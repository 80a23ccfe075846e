/** @file A sealed file as a reader sees it: an index at its end, and chunks that are read one by one. */
import type { JsonObject } from "../../run/json.ts";
import { EventView, viewBatch } from "../codec/batch.ts";
import { badBatch } from "../codec/byte-reader.ts";
import { FRAME_AXIS, FRAME_BATCH, FRAME_COLUMN, FRAME_EVENTS, type Frame } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import type { OwnedCache } from "./chunk-cache.ts";
import type { Damage } from "./damage.ts";
import { numberOf, numbersOf } from "./index-state.ts";
import type { PointBlock } from "./point-block.ts";
import { pointColumns } from "./point-columns.ts";
import type { Advance, JsonEvent, RunFile, RunRecord } from "./run-file.ts";
import type { NumberedFile } from "./run-files.ts";
import type { ChunkPlace, RunIndex } from "./run-index.ts";
import { type AxisBlock, SealedAxes } from "./sealed-axes.ts";
import { decodeAxisChunk, decodeColumnChunk, decodeEventsChunk } from "./sealed-format.ts";
import { SealedFrames } from "./sealed-frames.ts";
import { readSealedIndex } from "./sealed-index.ts";
import type { SealedPlaces } from "./sealed-places.ts";
import { placedEvents, sealedRecords } from "./sealed-records.ts";

/** What a sealed file adds to a written index. */
export interface SealedState {
  readonly facts: JsonObject;
  readonly places: SealedPlaces;
}

/** A sealed file. */
export class SealedFile implements RunFile {
  readonly kind = "sealed" as const;
  readonly sequence: number;
  /** Nothing is ever appended to it. */
  readonly tail = undefined;
  readonly #frames: SealedFrames;
  readonly #places: SealedPlaces;
  readonly #axes: SealedAxes;

  private constructor(frames: SealedFrames, sequence: number, places: SealedPlaces, cache: OwnedCache<AxisBlock>) {
    this.sequence = sequence;
    this.#frames = frames;
    this.#places = places;
    this.#axes = new SealedAxes(frames, places, cache);
  }

  /**
   * Opens a sealed file with the index that it holds.
   *
   * @returns `undefined` when there is no such file.
   * @throws TrainlogError `store/newer-format`.
   */
  static open(
    dir: string,
    { name, sequence }: NumberedFile,
    cache: OwnedCache<AxisBlock>,
  ): { sealed: SealedFile; index: RunIndex } | undefined {
    const frames = new SealedFrames(dir, name);
    return frames.begin((fd) => {
      const { index, places } = readSealedIndex(frames, fd, cache);
      return { sealed: new SealedFile(frames, sequence, places, cache), index };
    });
  }

  /** A sealed file whose index came from a sidecar. @throws TrainlogError `run-log/bad-batch`. */
  static fromState(dir: string, { facts, places }: SealedState, cache: OwnedCache<AxisBlock>): SealedFile {
    const frames = new SealedFrames(dir, String(facts["name"]), numberOf(facts["sizeBytes"], "sizeBytes"));
    const found = frames.anchor();
    if (!numbersOf(facts["anchor"], "anchor").every((byte, i) => byte === found[i]))
      throw badBatch(`${frames.name} is another file than the index means`);
    return new SealedFile(frames, numberOf(facts["sequence"], "sequence"), places, cache);
  }

  get name(): string {
    return this.#frames.name;
  }

  get damage(): readonly Damage[] {
    return this.#frames.damage;
  }

  /** What this file adds to a written index. */
  state(): SealedState {
    const { sizeBytes } = this.#frames;
    const facts = { name: this.name, sequence: this.sequence, sizeBytes, anchor: [...this.#frames.anchor()] };
    return { facts, places: this.#places };
  }

  /** Nothing is new in it: what it holds was in the index from the start. */
  advance(): Advance {
    return this.#frames.look();
  }

  readBlock(place: ChunkPlace, metric: number, index: RunIndex): PointBlock | undefined {
    const { end } = place;
    const chunk = this.#frames.decode(place.start, end, FRAME_COLUMN, decodeColumnChunk);
    if (chunk === undefined) return undefined;
    if (chunk === "damaged" || chunk.key !== index.table.keyOf(metric))
      return { end, numbers: new Map(), json: new Map(), sizeBytes: 0 };
    const { steps, wallMs } = this.#axes.ofRows(chunk.rows);
    const { values } = chunk;
    const sizeBytes = chunk.rows.length * 24;
    return values instanceof Float64Array
      ? { end, numbers: new Map([[metric, pointColumns(steps, wallMs, values)]]), json: new Map(), sizeBytes }
      : { end, numbers: new Map(), json: new Map([[metric, { steps, wallMs, values }]]), sizeBytes };
  }

  jsonEvents(): JsonEvent[] | undefined {
    const events: JsonEvent[] = [];
    const stream = placedEvents(this.#frames, this.#places);
    for (let item = stream.next(); ; item = stream.next()) {
      if (item.done === true) return item.value ? events : undefined;
      events.push(new EventView(item.value.json).event());
    }
  }

  records(index: RunIndex): Generator<RunRecord, boolean, undefined> {
    return sealedRecords(this.#frames, this.#places, this.#axes, index);
  }

  /** Reads every frame, whether a query would need it or not, and says all damage. */
  checkAll(): readonly Damage[] {
    this.#frames.read((fd) => this.#frames.scan(fd, checkFrame));
    return this.damage;
  }
}

/** Decodes a frame for its errors. @throws TrainlogError `run-log/bad-batch`. */
function checkFrame({ type, payload }: Frame): void {
  if (type === FRAME_AXIS) decodeAxisChunk(payload);
  else if (type === FRAME_COLUMN) decodeColumnChunk(payload);
  else if (type === FRAME_EVENTS) for (const { json } of decodeEventsChunk(payload)) new EventView(json).event();
  else if (type === FRAME_BATCH) viewBatch(payload, new KeyDictionary());
}
