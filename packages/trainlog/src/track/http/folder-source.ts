/** @file The batches of a run's folder as a source for a {@link Sender}, with the bookmark of what the server has. */
import { createReadStream, existsSync } from "node:fs";
import { Readable } from "node:stream";
import type { Batch } from "../../run-log/codec/batch.ts";
import type { LocalBlobs } from "../local-blobs.ts";
import { messageOf, type Reporter } from "../reporter.ts";
import { type Bookmark, writeBookmark } from "./bookmark.ts";
import { FrameTail, TAIL_START } from "./frame-tail.ts";
import type { BatchSource } from "./sender.ts";

/** Longest time between two writes of the bookmark while batches flow. A lost bookmark costs sending again. */
const SAVE_EVERY_MS = 1_000;

/** Reads a run's open segments. */
export class FolderSource implements BatchSource {
  readonly #dir: string;
  readonly #reporter: Reporter;
  #bookmark: Bookmark;
  #tail: FrameTail;
  #savedMs = 0;

  /**
   * @param dir - Folder of the run.
   * @param bookmark - What the server has.
   */
  constructor(dir: string, bookmark: Bookmark, reporter: Reporter) {
    this.#dir = dir;
    this.#bookmark = bookmark;
    this.#reporter = reporter;
    this.#tail = new FrameTail(dir, bookmark.position);
  }

  /** How far the server has the run. */
  get bookmark(): Bookmark {
    return this.#bookmark;
  }

  read(maxBytes: number): readonly Batch[] {
    return this.#tail.read(maxBytes).map((item) => this.#withOrigin(item.batch, item.index));
  }

  acknowledge(refused: number): void {
    this.#bookmark = { ...this.#bookmark, position: this.#tail.position, refused: this.#bookmark.refused + refused };
    if (Date.now() - this.#savedMs >= SAVE_EVERY_MS) this.save(false);
  }

  back(): void {
    this.#tail = new FrameTail(this.#dir, this.#bookmark.position);
  }

  rewind(): boolean {
    this.#bookmark = { ...this.#bookmark, position: TAIL_START, refused: 0 };
    this.back();
    return true;
  }

  /** Writes the bookmark. @param complete - Whether the run has ended and everything was sent. */
  save(complete: boolean): void {
    this.#savedMs = Date.now();
    this.#bookmark = { ...this.#bookmark, complete };
    try {
      writeBookmark(this.#dir, this.#bookmark);
    } catch (error) {
      const cost = "some batches may be sent twice, which changes nothing";
      this.#reporter.once("bookmark", `remote.json could not be written: ${messageOf(error)}; ${cost}`);
    }
  }

  /** A run that was not tracked over HTTP has batches without origin: their number in the run identifies them. */
  #withOrigin(batch: Batch, index: number): Batch {
    if (batch.origin !== undefined) return batch;
    return { ...batch, origin: { writerId: `sync-${this.#bookmark.runId}`, seq: index } };
  }
}

/** How to open blobs of a store's folder for sending. */
export function openBlobOf(blobs: LocalBlobs): (sha256: string) => (() => BodyInit) | undefined {
  return (sha256) => {
    const path = blobs.pathOf(sha256);
    if (!existsSync(path)) return undefined;
    // Node's own web stream type and the DOM's are the same thing under two names.
    return () => Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>;
  };
}
