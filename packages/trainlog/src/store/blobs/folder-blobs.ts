/**
 * @file Blobs in a folder: `ab/cdef…` by SHA-256, temporary files in `tmp/`.
 *
 * The only text that becomes a path is a checked hash, so that no caller chooses where bytes go. A blob appears by rename after its bytes are on the
 * disk; storing bytes that are there refreshes their modification time, which is what protects them from a collection that runs between an upload
 * and the event that refers to it.
 */
import { createHash, randomBytes } from "node:crypto";
import { renameSync, utimesSync } from "node:fs";
import { type FileHandle, open, opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { makeFolder } from "../../files/make-folder.ts";
import { describeValue, TrainlogError } from "../../run/error.ts";
import { diskError, systemCode } from "../../run-log/disk-error.ts";
import type { Blobs, ByteRange, StoredBlob } from "./blobs.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/** What {@link FolderBlobs.put} checks. */
interface PutOptions {
  readonly expectedSha256?: string;
  readonly maxBytes?: number;
}

/** A blob store in one folder, which is made when the first blob comes. */
export class FolderBlobs implements Blobs {
  readonly #dir: string;

  /** @param dir - The `blobs` folder of a store. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  async put(bytes: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    if (options.expectedSha256 !== undefined) checkSha256(options.expectedSha256);
    const temporary = join(this.#dir, "tmp", randomBytes(16).toString("hex"));
    try {
      makeFolder(join(this.#dir, "tmp"));
      const blob = await writeHashed(temporary, bytes, options);
      await this.#publish(temporary, blob);
      return blob;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw diskError(error, `store a blob in ${this.#dir}`);
    }
  }

  async size(sha256: string): Promise<number | undefined> {
    return sizeOf(this.#path(sha256));
  }

  async open(sha256: string, range: ByteRange = {}): Promise<Readable> {
    const path = this.#path(sha256);
    const sizeBytes = await sizeOf(path);
    if (sizeBytes === undefined) throw notFound(sha256);
    const { start, end } = checkRange(range, sizeBytes);
    const file = await open(path, "r").catch((error: unknown) => {
      throw systemCode(error) === "ENOENT" ? notFound(sha256) : diskError(error, `read ${path}`);
    });
    return streamOf(file, start, end);
  }

  async delete(sha256: string): Promise<boolean> {
    const path = this.#path(sha256);
    try {
      await rm(path);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw diskError(error, `delete ${path}`);
    }
  }

  async *list(): AsyncGenerator<StoredBlob & { readonly modifiedMs: number }> {
    for await (const head of namesIn(this.#dir)) {
      if (head.length !== 2) continue;
      for await (const tail of namesIn(join(this.#dir, head))) {
        const sha256 = head + tail;
        if (!SHA256.test(sha256)) continue;
        const facts = await stat(join(this.#dir, head, tail)).catch(() => undefined);
        if (facts !== undefined) yield { sha256, sizeBytes: facts.size, modifiedMs: facts.mtimeMs };
      }
    }
  }

  /** Makes a written temporary file visible under its hash, or drops it when the content is there already. */
  async #publish(temporary: string, blob: StoredBlob): Promise<void> {
    const path = this.#path(blob.sha256);
    const parent = join(this.#dir, blob.sha256.slice(0, 2));
    const newParent = makeFolder(parent);
    if ((await sizeOf(path)) === blob.sizeBytes && refresh(path)) {
      await rm(temporary, { force: true });
      return;
    }
    renameSync(temporary, path);
    await syncFolder(parent);
    if (newParent) await syncFolder(this.#dir);
  }

  #path(sha256: string): string {
    checkSha256(sha256);
    return join(this.#dir, sha256.slice(0, 2), sha256.slice(2));
  }
}

/**
 * Checks the name of a blob.
 *
 * @throws TrainlogError `blob/bad-hash` (400).
 */
export function checkSha256(sha256: string): string {
  if (SHA256.test(sha256)) return sha256;
  throw new TrainlogError(
    "blob/bad-hash",
    `blob: expected the SHA-256 as 64 lower-case hexadecimal digits, got ${describeValue(sha256)}`,
    { status: 400 },
  );
}

async function writeHashed(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<StoredBlob> {
  const file = await open(path, "wx", 0o600);
  try {
    const blob = await copyHashed(bytes instanceof Uint8Array ? [bytes] : bytes, file, options.maxBytes ?? Infinity);
    checkExpected(blob, options.expectedSha256);
    await file.datasync();
    return blob;
  } finally {
    await file.close();
  }
}

async function copyHashed(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  file: FileHandle,
  maxBytes: number,
): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

function checkExpected(blob: StoredBlob, expected: string | undefined): void {
  if (expected === undefined || expected === blob.sha256) return;
  throw new TrainlogError(
    "blob/wrong-hash",
    `blob: expected content of SHA-256 ${expected}, got ${blob.sizeBytes} bytes of SHA-256 ${blob.sha256}; send the bytes again`,
    { status: 422 },
  );
}

function tooLarge(maxBytes: number): TrainlogError {
  return new TrainlogError("blob/too-large", `blob: more than the ${maxBytes} bytes that are allowed`, { status: 413 });
}

function notFound(sha256: string): TrainlogError {
  return new TrainlogError("blob/not-found", `blob ${sha256} is not in this store`, { status: 404 });
}

function checkRange(range: ByteRange, sizeBytes: number): { start: number; end: number } {
  const start = range.start ?? 0;
  const end = Math.min(range.end ?? sizeBytes, sizeBytes);
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return { start, end };
  throw new TrainlogError(
    "blob/bad-range",
    `blob: the range ${range.start ?? ""}..${range.end ?? ""} is not inside 0..${sizeBytes}`,
    { status: 416 },
  );
}

function streamOf(file: FileHandle, start: number, end: number): Readable {
  // `end` of a Node stream is inclusive, so an empty range cannot be said and becomes a read of nothing at the end of the file.
  if (start === end) return file.createReadStream({ start: Number.MAX_SAFE_INTEGER });
  return file.createReadStream({ start, end: end - 1 });
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw diskError(error, `read ${path}`);
  }
}

/** Sets the modification time to now; false when the file is gone. Synchronous, so that no collection of this process comes between. */
function refresh(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* namesIn(dir: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(dir)) yield entry.name;
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw diskError(error, `read ${dir}`);
  }
}
