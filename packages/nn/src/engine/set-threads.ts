/** @file The number of threads, for users. */
import { engine } from "./engine.ts";

/**
 * Sets how many threads work on one big operation, the calling one included.
 *
 * Default: one per core, or the environment variable `TRAINLOG_THREADS`. Worker threads start with the first operation that is worth it, need a
 * `SharedArrayBuffer` (in browsers: a cross-origin isolated page) and do not keep the process alive; without them everything runs on one thread. Results
 * have the same bits for every number.
 *
 * @param count - At least 1; above 64 it is 64.
 * @throws TrainlogError `engine/bad-threads`.
 *
 * @example
 * setThreads(1);   // leave the other cores to others
 */
export function setThreads(count: number): void {
  engine().threads.set(count);
}

/** How many threads may work on one operation: see {@link setThreads}. 1 where there can be no others. */
export function threadCount(): number {
  return engine().threads.count();
}
