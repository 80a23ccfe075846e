/** @file A file that is imported: its bytes, read as often as wanted. The one place of this room that touches the file system. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { TrainlogError } from "../../run/error.ts";

/** A file to read. */
export interface InputFile {
  readonly path: string;
  /** The file's name, for messages and as a run's name. */
  readonly name: string;
  readonly sizeBytes: number;
  /** When the file was last changed, milliseconds since 1970: the time of points that have none. */
  readonly modifiedMs: number;
  /** Its bytes, or those from `start` to before `end`. */
  bytes(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/**
 * Finds a file.
 *
 * @param onRead - Told how many bytes were read, each time.
 * @throws TrainlogError `import/not-found` when there is no such file.
 */
export async function inputFile(path: string, onRead: (bytes: number) => void = () => {}): Promise<InputFile> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new TrainlogError("import/not-found", `${path}: there is no such file`, { cause, status: 404 });
  });
  if (!facts.isFile()) {
    throw new TrainlogError("import/not-found", `${path}: expected a file, it is something else`, { status: 400 });
  }
  return {
    path,
    name: basename(path),
    sizeBytes: facts.size,
    modifiedMs: Math.floor(facts.mtimeMs),
    bytes: (start = 0, end = facts.size) => readBytes(path, start, end, onRead),
  };
}

async function* readBytes(
  path: string,
  start: number,
  end: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  // `end` of a Node stream is inclusive, so an empty range cannot be said.
  if (end <= start) return;
  // A stream of bytes gives Uint8Arrays; Node's type says `any`.
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 18 });
  for await (const chunk of stream) {
    onRead(chunk.length);
    yield chunk;
  }
}

/** SHA-256 of a file's bytes and of `salt`, as hexadecimal digits: the same content has the same. */
export async function contentHash(file: InputFile, salt = ""): Promise<string> {
  const hash = createHash("sha256").update(salt);
  for await (const chunk of file.bytes()) hash.update(chunk);
  return hash.digest("hex");
}
