/** @file A lock that is held for one small change of a file: made and removed within milliseconds, so an old one was left by a process that died. */
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { TrainlogError } from "../run/error.ts";
import { diskError, systemCode } from "../run-log/disk-error.ts";

/** A lock that is held for longer was left by a process that died: holding it takes milliseconds. */
const STALE_LOCK_MS = 10_000;
/** How long to wait for another process. */
const PATIENCE_MS = 15_000;

/**
 * Does something while nobody else holds the lock.
 *
 * @param lock - Path of the lock; its folder has to be there.
 * @throws TrainlogError `run/locked` (409) when another process keeps it, `store/read-only`, `store/disk-full`, `store/io`; and what `work` throws.
 */
export async function withFileLock<T>(lock: string, work: () => Promise<T> | T): Promise<T> {
  await acquire(lock);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<void> {
  for (const begun = performance.now(); ; ) {
    try {
      closeSync(openSync(lock, "wx"));
      return;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw diskError(error, `make ${lock}`);
    }
    const held = statSync(lock, { throwIfNoEntry: false });
    if (held !== undefined && Date.now() - held.mtimeMs > STALE_LOCK_MS) rmSync(lock, { force: true });
    else if (performance.now() - begun > PATIENCE_MS) throw locked(lock);
    else await sleep(20);
  }
}

function locked(lock: string): TrainlogError {
  return new TrainlogError("run/locked", `${lock} is held by another process; try again in a moment`, { status: 409 });
}
