/**
 * @file Batches and blobs that wait in a page's memory for the server. Bounded: a page must not grow without end because its server is away.
 */

import { TrainlogError } from "../../run/error.ts";
import type { BlobRef, RunEvent } from "../../run/event.ts";
import type { BlobSource } from "../../run/media.ts";
import type { Batch } from "../../run-log/codec/batch.ts";
import { subtleSha256 } from "../artifact.ts";
import type { BatchSource } from "../http/sender.ts";
import { pngFile, scanLines } from "../png.ts";
import type { Reporter } from "../reporter.ts";
import { eventBytes } from "../sink-lane.ts";

/** Most bytes that wait, batches and blobs together. */
export const MAX_WAITING_BYTES = 67_108_864;

interface Waiting {
  readonly batch: Batch;
  readonly sizeBytes: number;
}

/** Keeps batches until the server has them. */
export class MemorySource implements BatchSource {
  readonly #writerId: string;
  readonly #reporter: Reporter;
  readonly #blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Of `#waiting`, how many were read and not acknowledged. */
  #readCount = 0;
  #seq = 0;
  #firstIsGone: boolean = false;
  #lostBatches = 0;

  /** @param writerId - Makes the batches recognisable to the server. */
  constructor(writerId: string, reporter: Reporter) {
    this.#writerId = writerId;
    this.#reporter = reporter;
  }

  /** Batches that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Batches given up because too many waited. */
  get lostBatches(): number {
    return this.#lostBatches;
  }

  /** Adds a batch. When memory is full the new batch is given up, said once: the beginning of a run is worth more to it. */
  add(events: readonly RunEvent[]): void {
    const sizeBytes = events.reduce((sum, event) => sum + eventBytes(event), 64);
    if (!this.#fits(sizeBytes)) {
      this.#lostBatches += 1;
      this.#reporter.once(
        "full",
        `${MAX_WAITING_BYTES} bytes wait for the server; further rows are lost until it answers`,
      );
      return;
    }
    this.#waiting.push({ batch: { events, origin: { writerId: this.#writerId, seq: this.#seq++ } }, sizeBytes });
    this.#waitingBytes += sizeBytes;
  }

  /** One batch, because that is what a request with JSON carries. */
  read(): readonly Batch[] {
    const next = this.#waiting[this.#readCount];
    if (next === undefined) return [];
    this.#readCount += 1;
    return [next.batch];
  }

  acknowledge(): void {
    const settled = this.#waiting.splice(0, this.#readCount);
    this.#waitingBytes -= settled.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#firstIsGone ||= settled.length > 0;
    this.#readCount = 0;
  }

  back(): void {
    this.#readCount = 0;
  }

  rewind(): boolean {
    this.back();
    return !this.#firstIsGone;
  }

  /** Keeps the bytes of a media value. @throws TrainlogError `media/unsupported` for a path, `media/no-crypto`, `media/full`. */
  readonly putBlob = async (source: BlobSource): Promise<BlobRef> => {
    const bytes = await bytesOfSource(source);
    if (!this.#fits(bytes.length)) {
      throw new TrainlogError("media/full", "too many bytes wait for the server; this value is lost", { status: 507 });
    }
    const sha256 = await subtleSha256(bytes);
    if (!this.#blobs.has(sha256)) {
      this.#blobs.set(sha256, bytes);
      this.#waitingBytes += bytes.length;
    }
    return { sha256, sizeBytes: bytes.length, ...(source.mime === undefined ? {} : { mime: source.mime }) };
  };

  /** Content of a blob that waits. */
  readonly openBlob = (sha256: string): (() => BodyInit) | undefined => {
    const bytes = this.#blobs.get(sha256);
    return bytes === undefined ? undefined : () => bytes;
  };

  /** Lets go of a blob that the server has. */
  dropBlob(sha256: string): void {
    this.#waitingBytes -= this.#blobs.get(sha256)?.length ?? 0;
    this.#blobs.delete(sha256);
  }

  #fits(sizeBytes: number): boolean {
    return this.#waitingBytes + sizeBytes <= MAX_WAITING_BYTES;
  }
}

async function bytesOfSource(source: BlobSource): Promise<Uint8Array<ArrayBuffer>> {
  if ("bytes" in source) return source.bytes.slice();
  if ("blob" in source) return new Uint8Array(await source.blob.arrayBuffer());
  if ("pixels" in source) return pngFile(source.pixels, await deflate(scanLines(source.pixels)));
  throw new TrainlogError("media/unsupported", `${source.path}: a page cannot read paths; pass a File or its bytes`);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
