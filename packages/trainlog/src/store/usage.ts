/** @file Disk use, per run and in all. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobUse } from "./catalog/catalog.ts";
import { folderBytes } from "./trash.ts";
import type { RunInfo, RunUsage, StoreUsage } from "./types.ts";

/**
 * Measures a store.
 *
 * @param runs - All runs.
 * @param uses - Which blobs they refer to.
 */
export async function measureUsage(
  storeDir: string,
  runs: readonly RunInfo[],
  uses: Iterable<BlobUse>,
): Promise<StoreUsage> {
  const byRun = Map.groupBy(uses, (use) => use.runId);
  const runCounts = countRuns(byRun);
  const usages: RunUsage[] = [];
  for (const { runId, project, name } of runs) {
    const logBytes = await folderBytes(join(storeDir, "runs", runId));
    usages.push({ runId, project, name, logBytes, ...blobBytes(byRun.get(runId) ?? [], runCounts) });
  }
  return { runs: usages, ...(await totals(storeDir)) };
}

/** In how many runs each blob is used. */
function countRuns(byRun: ReadonlyMap<string, readonly BlobUse[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const uses of byRun.values()) {
    for (const sha256 of new Set(uses.map((use) => use.sha256))) counts.set(sha256, (counts.get(sha256) ?? 0) + 1);
  }
  return counts;
}

/** Bytes of a run's blobs. One that is media and artifact at once counts as artifact, so that the sum is what they take. */
function blobBytes(
  uses: readonly BlobUse[],
  runCounts: ReadonlyMap<string, number>,
): Pick<RunUsage, "mediaBytes" | "artifactBytes" | "sharedBytes"> {
  const bytes = { mediaBytes: 0, artifactBytes: 0, sharedBytes: 0 };
  for (const [sha256, same] of Map.groupBy(uses, (use) => use.sha256)) {
    const { sizeBytes } = same[0]!;
    if (same.some((use) => use.use === "artifact")) bytes.artifactBytes += sizeBytes;
    else bytes.mediaBytes += sizeBytes;
    if ((runCounts.get(sha256) ?? 0) > 1) bytes.sharedBytes += sizeBytes;
  }
  return bytes;
}

async function totals(storeDir: string): Promise<Omit<StoreUsage, "runs">> {
  const [runBytes, blobsBytes, trashBytes, walBytes] = await Promise.all(
    ["runs", "blobs", "trash", "wal"].map((name) => folderBytes(join(storeDir, name))),
  );
  const catalogFiles = ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"].map((name) =>
    join(storeDir, name),
  );
  const catalogSizes = await Promise.all(
    catalogFiles.map(async (path) => (await stat(path).catch(() => undefined))?.size ?? 0),
  );
  const catalogBytes = catalogSizes.reduce((sum, size) => sum + size, 0);
  return {
    runBytes: runBytes!,
    blobBytes: blobsBytes!,
    trashBytes: trashBytes!,
    walBytes: walBytes!,
    catalogBytes,
    totalBytes: runBytes! + blobsBytes! + trashBytes! + walBytes! + catalogBytes,
  };
}
