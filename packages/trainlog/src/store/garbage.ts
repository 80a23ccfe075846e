/**
 * @file Collection: what no run needs any more leaves the disk.
 *
 * Safety before space. A blob goes only when every run (and every deleted run that stays in the trash) could be read whole and none refers to it, and
 * when it is older than the grace period: an upload precedes the event that refers to it. A damaged run may hide a reference, so while there is one
 * no blob is collected, and the report says why.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../run/event.ts";
import { systemCode } from "../run-log/disk-error.ts";
import { RunLogReader } from "../run-log/read/index.ts";
import type { Blobs } from "./blobs/blobs.ts";
import { folderBytes, type Trash, type TrashEntry } from "./trash.ts";
import type { GcItem, GcOptions, GcReport } from "./types.ts";

const HOUR_MS = 3_600_000;

/** What a collection looks at. */
export interface GarbageParts {
  readonly storeDir: string;
  readonly blobs: Blobs;
  readonly trash: Trash;
  /** Blobs that runs refer to, as of now. */
  readonly usedBlobs: () => Promise<Set<string>>;
  /** Runs that are not readable as a whole, as of now. */
  readonly damagedRuns: () => Promise<readonly string[]>;
  readonly nowMs: number;
}

/** Removes what is not needed, or says what would be removed. */
export async function collectGarbage(parts: GarbageParts, options: GcOptions = {}): Promise<GcReport> {
  const collection = new Collection(parts, options);
  await collection.trash();
  await collection.temporaries();
  await collection.blobs();
  return collection.report();
}

class Collection {
  readonly #parts: GarbageParts;
  readonly #dryRun: boolean;
  readonly #trashOlderThanMs: number;
  readonly #graceMs: number;
  readonly #items: GcItem[] = [];
  readonly #problems: string[] = [];
  /** Deleted runs that stay. */
  #kept: TrashEntry[] = [];

  constructor(parts: GarbageParts, options: GcOptions) {
    this.#parts = parts;
    this.#dryRun = options.dryRun ?? false;
    this.#trashOlderThanMs = options.trashOlderThanMs ?? 0;
    this.#graceMs = options.graceMs ?? HOUR_MS;
  }

  report(): GcReport {
    const freedBytes = this.#items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { dryRun: this.#dryRun, items: this.#items, freedBytes, problems: this.#problems };
  }

  async trash(): Promise<void> {
    for (const entry of this.#parts.trash.list()) {
      if (this.#parts.nowMs - entry.deletedMs < this.#trashOlderThanMs) {
        this.#kept.push(entry);
        continue;
      }
      const sizeBytes = await folderBytes(entry.dir);
      await this.#remove({ kind: "trash", path: `trash/${entry.name}`, sizeBytes }, () =>
        this.#parts.trash.remove(entry),
      );
    }
  }

  async temporaries(): Promise<void> {
    const dir = join(this.#parts.storeDir, "blobs", "tmp");
    for (const name of await namesIn(dir)) {
      const path = join(dir, name);
      const facts = await stat(path).catch(() => undefined);
      if (facts === undefined || this.#isYoung(facts.mtimeMs)) continue;
      await this.#remove({ kind: "temporary", path: `blobs/tmp/${name}`, sizeBytes: facts.size }, () =>
        rm(path, { force: true }),
      );
    }
  }

  async blobs(): Promise<void> {
    const candidates = [];
    for await (const blob of this.#parts.blobs.list()) if (!this.#isYoung(blob.modifiedMs)) candidates.push(blob);
    if (candidates.length === 0) return;
    const used = await this.#used();
    if (used === undefined) return;
    for (const { sha256, sizeBytes } of candidates) {
      if (used.has(sha256)) continue;
      const path = `blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
      await this.#remove({ kind: "blob", path, sizeBytes }, () => this.#removeBlob(sha256));
    }
  }

  /** Every blob that something refers to; `undefined` when that cannot be known. */
  async #used(): Promise<Set<string> | undefined> {
    const damaged = [...(await this.#parts.damagedRuns())];
    const used = await this.#parts.usedBlobs();
    for (const entry of this.#kept) if (!addBlobsOf(entry.dir, used)) damaged.push(`trash/${entry.name}`);
    if (damaged.length === 0) return used;
    const runs = damaged.slice(0, 5).join(", ") + (damaged.length > 5 ? ", …" : "");
    this.#problems.push(
      `no blob was collected, because damaged runs may refer to some: ${runs}; run \`trainlog repair\` first`,
    );
    return undefined;
  }

  async #removeBlob(sha256: string): Promise<void> {
    await this.#parts.blobs.delete(sha256);
  }

  async #remove(item: GcItem, remove: () => Promise<void>): Promise<void> {
    try {
      if (!this.#dryRun) await remove();
      this.#items.push(item);
    } catch (error) {
      this.#problems.push(`${item.path} cannot be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #isYoung(modifiedMs: number): boolean {
    return this.#parts.nowMs - modifiedMs < this.#graceMs;
  }
}

/** Adds the blobs that a run folder refers to. False when it cannot be read whole. */
function addBlobsOf(runDir: string, used: Set<string>): boolean {
  try {
    using reader = RunLogReader.open(runDir);
    for (const event of reader.refresh().events) for (const sha256 of blobsOf(event)) used.add(sha256);
    return reader.damage.length === 0;
  } catch {
    return false;
  }
}

/** Blobs that an event refers to. */
function blobsOf(event: RunEvent): string[] {
  if (event.type === "media") return (event.blobs ?? []).map((blob) => blob.sha256);
  if (event.type === "artifact") return event.files.flatMap((file) => file.sha256 ?? []);
  return [];
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
}
