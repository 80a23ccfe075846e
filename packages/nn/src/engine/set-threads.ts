/** @file The number of threads, for users. */
import { engine } from "./engine.ts";

/**
 * Sets how many threads work on one big operation, the calling one included.
 *
 * Default: one per core, or the environment variable `TRAINLOG_THREADS`. Worker threads start with the first operation that is worth it, need a
 * `SharedArrayBuffer` (in browsers: a cross-origin isolated page) and do not keep the process alive; without them everything runs on one thread. Results
 * have the same bits for every number.
 *
 * @param count - At least 1. More than there are cores is as many as there are cores (or as `TRAINLOG_THREADS` says, which is taken at its word, up to
 *   64): threads that share a core wait for each other, and are many times slower than fewer.
 * @throws TrainlogError `engine/bad-threads`.
 *
 * @example
 * setThreads(1);   // leave the other cores to others
 */
export function setThreads(count: number): void {
  const { threads } = engine();
  threads.set(count, threads.useful);
}

/** How many threads may work on one operation: see {@link setThreads}. 1 where there can be no others. */
export function threadCount(): number {
  return engine().threads.count();
}
