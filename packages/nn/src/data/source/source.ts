/**
 * @file Where data comes from: a file, an address, a browser's `File`, or bytes that are there already.
 *
 * Every reader of this package takes a {@link DataSource}, so the same call loads a path in Node, a dropped file in a page and a fixture in a test.
 * Node's modules are imported when a path is read and not before: a bundle for the browser never asks for them.
 */
import type { FileHandle } from "node:fs/promises";
import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import { nodeModule } from "../../node-modules.ts";

/**
 * Data to read: a path (in Node), an address (`http:`, `https:`, `data:`, `blob:`; in a browser any string, relative to the page), a `URL` (of a file
 * too), a `Blob` or `File`, or the bytes.
 */
export type DataSource = string | URL | Blob | Uint8Array | ArrayBuffer;

/** A source that was opened to read parts of it. */
export interface OpenSource {
  readonly sizeBytes: number;
  /** Bytes from `start` (included) to `end` (excluded); both must lie inside of the source. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The bytes of a source, in memory. */
export async function readSource(source: DataSource): Promise<Uint8Array> {
  const bytes = bytesInHand(source);
  if (bytes !== undefined) return bytes;
  const blob = await blobOf(source);
  if (blob !== undefined) return new Uint8Array(await blob.arrayBuffer());
  const { readFile } = nodeModule("node:fs/promises");
  return await orNoFile(source, readFile(pathOf(source)));
}

/** The bytes of a source piece by piece, for files that do not fit into memory. */
export async function* streamSource(source: DataSource): AsyncGenerator<Uint8Array> {
  const bytes = bytesInHand(source);
  if (bytes !== undefined) {
    yield bytes;
    return;
  }
  if (source instanceof Blob) {
    yield* chunksOf(source.stream());
  } else if (isAddress(source)) {
    const { body } = await fetchOk(source);
    if (body !== null) yield* chunksOf(body);
  } else {
    const file = await openFile(source);
    // `createReadStream` closes the file when it ends, fails, or is left early.
    yield* file.createReadStream({ highWaterMark: 1 << 18 });
  }
}

/** Opens a source to read parts of it: a file is not read as a whole, everything else is. */
export async function openSource(source: DataSource): Promise<OpenSource> {
  const bytes = bytesInHand(source);
  if (bytes !== undefined) return openBytes(bytes);
  const blob = await blobOf(source);
  if (blob !== undefined) return openBlob(blob);
  const file = await openFile(source);
  const { size } = await file.stat();
  return {
    sizeBytes: size,
    async read(start, end) {
      const target = new Uint8Array(end - start);
      let filled = 0;
      while (filled < target.length) {
        const { bytesRead } = await file.read(target, filled, target.length - filled, start + filled);
        if (bytesRead === 0) throw shrunk(source, end, start + filled);
        filled += bytesRead;
      }
      return target;
    },
    close: () => file.close(),
  };
}

/** A source as error messages call it: its path, address or file name; `fallback` for bytes. */
export function nameOf(source: DataSource, fallback = "the given bytes"): string {
  if (typeof source === "string") return source.startsWith("data:") ? "the data: address" : source;
  if (source instanceof URL) return source.protocol === "file:" ? decodeURIComponent(source.pathname) : source.href;
  return typeof File !== "undefined" && source instanceof File ? source.name : fallback;
}

function bytesInHand(source: DataSource): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source;
  return source instanceof ArrayBuffer ? new Uint8Array(source) : undefined;
}

async function blobOf(source: DataSource): Promise<Blob | undefined> {
  if (source instanceof Blob) return source;
  return isAddress(source) ? await (await fetchOk(source)).blob() : undefined;
}

/** Says whether `fetch` reads it. Without a file system (in browsers) every string is an address. */
function isAddress(source: DataSource): source is string | URL {
  if (source instanceof URL) return source.protocol !== "file:";
  if (typeof source !== "string") {
    throw new TrainlogError(
      "data/bad-source",
      `data is read from a path, a URL, a Blob or bytes; got ${describeValue(source)}`,
    );
  }
  return /^(https?|data|blob):/.test(source) || typeof process === "undefined" || process.versions?.node === undefined;
}

async function fetchOk(source: string | URL): Promise<Response> {
  const response = await fetch(source);
  if (response.ok) return response;
  throw new TrainlogError(
    "data/no-file",
    `${nameOf(source)} was answered with ${response.status} ${response.statusText}`,
  );
}

/** Opens a path or `file:` URL. Folders open like files, and fail only when they are read. */
async function openFile(source: DataSource): Promise<FileHandle> {
  const { open } = nodeModule("node:fs/promises");
  const file = await orNoFile(source, open(pathOf(source)));
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new TrainlogError("data/no-file", `${nameOf(source)} cannot be read: it is a folder`);
}

async function orNoFile<T>(source: DataSource, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new TrainlogError("data/no-file", `${nameOf(source)} cannot be read: ${reason}`, { cause });
  }
}

/** What Node's file functions take. Called for paths and `file:` URLs alone. */
function pathOf(source: DataSource): string | URL {
  return source instanceof URL ? source : String(source);
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Leaving early closes the connection; after the end it does nothing.
    await reader.cancel();
  }
}

function openBytes(bytes: Uint8Array): OpenSource {
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
    close: async () => {},
  };
}

function openBlob(blob: Blob): OpenSource {
  return {
    sizeBytes: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    close: async () => {},
  };
}

function shrunk(source: DataSource, wantedBytes: number, haveBytes: number): TrainlogError {
  return new TrainlogError(
    "data/truncated",
    `${nameOf(source)} became shorter while it was read: byte ${wantedBytes} was there before, it ends at byte ${haveBytes} now`,
  );
}
