/** @file Where a backup is made from: what it needs of a store, and a store's folder as that. */
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isTornTail, SEGMENT_HEADER_BYTES, scanFrames } from "../run-log/codec/index.ts";
import { systemCode } from "../run-log/disk-error.ts";

/** A file of a run. */
export interface SourceFile {
  /** `/`-separated, inside the run's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** What a backup needs of a store. */
export interface BackupSource {
  runIds(): Promise<string[]>;
  /** The files of a run that cannot be made again; empty when the run is gone. */
  files(runId: string): Promise<SourceFile[]>;
  /** Bytes of a file up to the size that it was listed with; of a log, up to its last whole frame. Rejects with ENOENT when it is gone. */
  read(runId: string, file: SourceFile): AsyncIterable<Uint8Array>;
  /** Notes of projects, by the names of their files. */
  projects(): Promise<SourceFile[]>;
  readProject(file: SourceFile): AsyncIterable<Uint8Array>;
  /** All stored files. */
  blobs(): AsyncIterable<{ readonly sha256: string; readonly sizeBytes: number }>;
  openBlob(sha256: string): AsyncIterable<Uint8Array>;
}

/** Files that say something of this machine and this moment only, or that are derived: locks, sidecars, what was sent to which server. */
const NOT_KEPT = /^(?:writer\.lock.*|edits\.lock|remote\.json|\d+\.index|\..*|.*\.tmp)$/;

const SEGMENT = /^\d{6,}\.log$|^edits\.log$/;

const PROJECT_FILE = /^[0-9a-f]{64}\.json$/;

const CHUNK_BYTES = 1 << 18;

/** A store's folder. It is only read; scripts and a server may go on writing it. */
export function folderSource(storeDir: string): BackupSource {
  const runDir = (runId: string): string => join(storeDir, "runs", runId);
  return {
    runIds: async () => {
      const entries = await readdir(join(storeDir, "runs"), { withFileTypes: true }).catch(noEntries);
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .sort();
    },
    files: (runId) => filesIn(runDir(runId)),
    read: (runId, file) => readFileOf(join(runDir(runId), file.path), file),
    projects: async () => (await filesIn(join(storeDir, "projects"))).filter(({ path }) => PROJECT_FILE.test(path)),
    readProject: ({ path }) => createReadStream(join(storeDir, "projects", path)),
    blobs: () => blobsIn(join(storeDir, "blobs")),
    openBlob: (sha256) => createReadStream(join(storeDir, "blobs", sha256.slice(0, 2), sha256.slice(2))),
  };
}

async function filesIn(dir: string): Promise<SourceFile[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(noEntries);
  const files: SourceFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || NOT_KEPT.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const facts = await stat(path).catch(() => undefined);
    if (facts === undefined) continue;
    files.push({ path: relative(dir, path).split(sep).join("/"), sizeBytes: facts.size, modifiedMs: facts.mtimeMs });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* readFileOf(path: string, { path: name, sizeBytes }: SourceFile): AsyncGenerator<Uint8Array> {
  if (sizeBytes === 0) return;
  if (SEGMENT.test(name)) {
    yield wholeFrames((await readFile(path)).subarray(0, sizeBytes));
    return;
  }
  yield* createReadStream(path, { end: sizeBytes - 1, highWaterMark: CHUNK_BYTES });
}

/** A log without the frame that is being written at its end. Damage in the middle stays as it is: a backup loses nothing. */
function wholeFrames(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= SEGMENT_HEADER_BYTES) return bytes;
  for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
    if (item.kind === "damage" && isTornTail(item)) return bytes.subarray(0, item.offset);
  }
  return bytes;
}

async function* blobsIn(dir: string): AsyncGenerator<{ sha256: string; sizeBytes: number }> {
  for (const head of await readdir(dir).catch(noEntries)) {
    if (!/^[0-9a-f]{2}$/.test(head)) continue;
    for (const tail of await readdir(join(dir, head)).catch(noEntries)) {
      if (!/^[0-9a-f]{62}$/.test(tail)) continue;
      const facts = await stat(join(dir, head, tail)).catch(() => undefined);
      if (facts !== undefined) yield { sha256: head + tail, sizeBytes: facts.size };
    }
  }
}

function noEntries(error: unknown): [] {
  if (systemCode(error) === "ENOENT") return [];
  throw error;
}
