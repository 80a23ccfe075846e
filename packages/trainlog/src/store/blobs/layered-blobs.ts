/** @file Blobs of a store and of the folders that it watches: written to the first, read from wherever they are. */
import type { Readable } from "node:stream";
import type { Blobs, ByteRange, StoredBlob } from "./blobs.ts";

/** Several blob stores as one. */
export class LayeredBlobs implements Blobs {
  readonly #own: Blobs;
  readonly #others: readonly Blobs[];

  /**
   * @param own - Takes what is stored, and is all that {@link list} and {@link delete} know.
   * @param others - Only read.
   */
  constructor(own: Blobs, others: readonly Blobs[]) {
    this.#own = own;
    this.#others = others;
  }

  put(...args: Parameters<Blobs["put"]>): Promise<StoredBlob> {
    return this.#own.put(...args);
  }

  async size(sha256: string): Promise<number | undefined> {
    for (const blobs of [this.#own, ...this.#others]) {
      const sizeBytes = await blobs.size(sha256);
      if (sizeBytes !== undefined) return sizeBytes;
    }
    return undefined;
  }

  async open(sha256: string, range?: ByteRange): Promise<Readable> {
    for (const blobs of this.#others) {
      if ((await this.#own.size(sha256)) !== undefined) break;
      if ((await blobs.size(sha256)) !== undefined) return blobs.open(sha256, range);
    }
    return this.#own.open(sha256, range);
  }

  delete(sha256: string): Promise<boolean> {
    return this.#own.delete(sha256);
  }

  list(): ReturnType<Blobs["list"]> {
    return this.#own.list();
  }
}
