/** @file Bytes into a file that appears whole or not at all, with their checksum. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import { diskError } from "../run-log/disk-error.ts";

/** What was written. */
export interface CopiedFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file. It is on the disk when this resolves.
 *
 * @param expectedSha256 - Refuse other bytes; the file is then as it was before.
 * @throws TrainlogError `backup/damaged`, `store/disk-full`, `store/read-only`, `store/io`.
 */
export async function copyFile(path: string, bytes: Bytes, expectedSha256?: string): Promise<CopiedFile> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString("hex")}.tmp`);
  try {
    makeFolder(dirname(path));
    const copied = await writeTo(temporary, bytes);
    if (expectedSha256 !== undefined && copied.sha256 !== expectedSha256)
      throw damaged(path, expectedSha256, copied.sha256);
    await rename(temporary, path);
    return copied;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw diskError(error, `write ${path}`);
  }
}

async function writeTo(path: string, bytes: Bytes): Promise<CopiedFile> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await open(path, "wx");
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

function damaged(path: string, expected: string, found: string): TrainlogError {
  return new TrainlogError("backup/damaged", `${path}: expected content of SHA-256 ${expected}, found ${found}`);
}

/** Size and SHA-256 of a file. Rejects with the system's error when it cannot be read. */
export async function checksumOf(path: string): Promise<CopiedFile> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  // A stream of bytes gives Uint8Arrays; Node's type says `any`.
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 18 });
  for await (const chunk of stream) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}
