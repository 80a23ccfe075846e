/** @file The interface of a blob store: bytes by content. The embedded implementation is `folder-blobs.ts`. */
import type { Readable } from "node:stream";

/** Bytes that are stored, by content. */
export interface StoredBlob {
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A half-open range of bytes, `[start, end)`. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** Bytes by content: equal bytes are stored once, a half upload is never visible, stored bytes never change. */
export interface Blobs {
  /**
   * Stores bytes; resolves when they survive power loss.
   *
   * @param bytes - The bytes, or a stream of them (which is read to its end, or destroyed on failure).
   * @param options.expectedSha256 - Refuse other content: `blob/wrong-hash` (422), nothing stored.
   * @param options.maxBytes - Refuse more than this: `blob/too-large` (413), nothing stored.
   * @throws TrainlogError `store/disk-full` (507), `store/io`.
   */
  put(
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { readonly expectedSha256?: string; readonly maxBytes?: number },
  ): Promise<StoredBlob>;
  /** Size in bytes; `undefined` when it is not stored. */
  size(sha256: string): Promise<number | undefined>;
  /**
   * Opens the bytes for reading, all or a range.
   *
   * @throws TrainlogError `blob/not-found` (404), `blob/bad-hash` (400) when `sha256` is not 64 hexadecimal digits, `blob/bad-range` (416).
   */
  open(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Removes the bytes; false when they were not there. */
  delete(sha256: string): Promise<boolean>;
  /** All stored blobs, in no order. */
  list(): AsyncIterable<StoredBlob & { readonly modifiedMs: number }>;
}
