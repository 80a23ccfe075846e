/**
 * @file Blobs of a local store: content-addressed files under `blobs/ab/cdef…`, visible by rename only, so that half a file is never seen.
 *
 * Media are kept synchronously, because `log` is: the caller may change its buffer or delete its file right after.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import type { BlobRef } from "../run/event.ts";
import { randomText } from "../run/id.ts";
import type { BlobSource } from "../run/media.ts";
import { pngFile, scanLines } from "./png.ts";
import { messageOf } from "./reporter.ts";

/** Bytes copied at once. */
const COPY_BYTES = 1_048_576;

/** The blob folder of a store. */
export class LocalBlobs {
  readonly #dir: string;

  /** @param storeDir - Folder of the store; `blobs` is made in it when first needed. */
  constructor(storeDir: string) {
    this.#dir = join(storeDir, "blobs");
  }

  /** Path of a blob, whether it exists or not. @throws TrainlogError `blob/bad-hash` for anything but 64 hexadecimal digits. */
  pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) {
      throw new TrainlogError("blob/bad-hash", `expected a SHA-256 as 64 lower-case hexadecimal digits`, {
        status: 400,
      });
    }
    return join(this.#dir, sha256.slice(0, 2), sha256.slice(2));
  }

  /**
   * Keeps the bytes of a media value.
   *
   * @throws TrainlogError `media/bad-source` when a file cannot be read, `media/unsupported` for a browser's Blob.
   */
  readonly put = (source: BlobSource): BlobRef => {
    const mime = source.mime === undefined ? {} : { mime: source.mime };
    if ("bytes" in source) return { ...this.putBytes(source.bytes), ...mime };
    if ("pixels" in source) {
      return { ...this.putBytes(pngFile(source.pixels, deflateSync(scanLines(source.pixels)))), ...mime };
    }
    if ("path" in source) return { ...this.putFile(source.path), ...mimeOf(source.path), ...mime };
    throw new TrainlogError(
      "media/unsupported",
      "a Blob cannot be read synchronously; pass its bytes: new Uint8Array(await blob.arrayBuffer())",
    );
  };

  /** Keeps bytes. */
  putBytes(bytes: Uint8Array): BlobRef {
    return this.#keep((write) => write(bytes));
  }

  /** Copies a file. @throws TrainlogError `media/bad-source` when it cannot be read. */
  putFile(path: string): BlobRef {
    const file = openForReading(path);
    try {
      return this.#keep((write) => {
        const buffer = new Uint8Array(COPY_BYTES);
        for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer))
          write(buffer.subarray(0, count));
      });
    } finally {
      closeSync(file);
    }
  }

  #keep(fill: (write: (bytes: Uint8Array) => void) => void): BlobRef {
    const folder = join(this.#dir, "tmp");
    makeFolder(folder);
    const temporary = join(folder, randomText(16));
    const hash = createHash("sha256");
    try {
      const sizeBytes = fillFile(temporary, hash, fill);
      const sha256 = hash.digest("hex");
      this.#publish(temporary, sha256);
      return { sha256, sizeBytes };
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  #publish(temporary: string, sha256: string): void {
    const path = this.pathOf(sha256);
    if (existsSync(path)) {
      rmSync(temporary);
      return;
    }
    makeFolder(dirname(path));
    renameSync(temporary, path);
  }
}

function fillFile(path: string, hash: Hash, fill: (write: (bytes: Uint8Array) => void) => void): number {
  const file = openSync(path, "wx", 0o644);
  let sizeBytes = 0;
  try {
    fill((bytes) => {
      hash.update(bytes);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      sizeBytes += bytes.length;
    });
  } finally {
    closeSync(file);
  }
  return sizeBytes;
}

function openForReading(path: string): number {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    if (fstatSync(file).isFile()) return file;
  } catch (cause) {
    throw new TrainlogError("media/bad-source", `${path}: cannot be read: ${messageOf(cause)}`, { cause, status: 400 });
  }
  closeSync(file);
  throw new TrainlogError("media/bad-source", `${path}: expected a file`, { status: 400 });
}

const MIME_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  bmp: "image/bmp",
  svg: "image/svg+xml",
  wav: "audio/wav",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  flac: "audio/flac",
  mp4: "video/mp4",
  webm: "video/webm",
  json: "application/json",
  txt: "text/plain",
  html: "text/html",
  csv: "text/csv",
};

function mimeOf(path: string): { readonly mime?: string } {
  const extension = path.split(".").at(-1)?.toLowerCase() ?? "";
  const mime = Object.hasOwn(MIME_BY_EXTENSION, extension) ? MIME_BY_EXTENSION[extension] : undefined;
  return mime === undefined ? {} : { mime };
}
