/** @file Where an export's bytes go: files that appear whole or not at all, a folder of files, standard output. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import type { ByteSink, FileTree } from "../formats/index.ts";
import { TrainlogError } from "../run/error.ts";

/** A file on its way: nothing is at `path` until `commit`, and what was there before stays until then. */
export interface PendingFile extends ByteSink {
  readonly path: string;
  /** Bytes written so far. */
  readonly sizeBytes: number;
  /** Puts the file in its place. */
  commit(): Promise<void>;
  /** Removes what was written. Does nothing after a commit. */
  discard(): Promise<void>;
}

/** Begins a file. Its folder is made when it is not there. @throws TrainlogError `cli/write-failed`. */
export async function beginFile(path: string): Promise<PendingFile> {
  const temporary = join(dirname(path), `.trainlog-${randomBytes(8).toString("hex")}.tmp`);
  const file = await attempt(path, async () => {
    makeFolder(dirname(path));
    return open(temporary, "wx");
  });
  return new WholeFile(path, temporary, file);
}

class WholeFile implements PendingFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;
  #isDone = false;

  constructor(path: string, temporary: string, file: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(bytes: string | Uint8Array): Promise<void> {
    const content = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    await attempt(this.path, () => this.#file.writeFile(content));
    this.#sizeBytes += content.length;
  }

  async commit(): Promise<void> {
    this.#isDone = true;
    await attempt(this.path, async () => {
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#temporary, this.path);
    });
  }

  async discard(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/** Writes a file through `write`: it is there when that succeeds, and as before when it fails. */
export async function writeWhole<Result>(
  path: string,
  write: (file: PendingFile) => Promise<Result>,
): Promise<{ result: Result; sizeBytes: number }> {
  const file = await beginFile(path);
  try {
    const result = await write(file);
    await file.commit();
    return { result, sizeBytes: file.sizeBytes };
  } finally {
    await file.discard();
  }
}

/**
 * A new folder of files.
 *
 * @throws TrainlogError `export/not-empty` when there is something at `dir`: files of two exports must not mix.
 */
export function folderTree(dir: string): FileTree & { readonly sizeBytes: number } {
  if (existsSync(dir) && !isEmptyFolder(dir)) {
    throw new TrainlogError("export/not-empty", `${dir}: there is something already; name a new folder`, {
      status: 409,
    });
  }
  let sizeBytes = 0;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async begin(path) {
      const file = await beginFile(join(dir, path));
      return {
        write: (bytes) => file.write(bytes),
        close: async () => {
          await file.commit();
          sizeBytes += file.sizeBytes;
        },
      };
    },
  };
}

function isEmptyFolder(dir: string): boolean {
  try {
    return readdirSync(dir).length === 0;
  } catch {
    return false;
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainlogError("cli/write-failed", `${path}: could not be written: ${reason}`, { cause });
  }
}
