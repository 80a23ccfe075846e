/** @file What lies in the first pages of the engine's memory; the kernels' side of it is `kernels/memory-map.ts` (same names, same numbers). */

/** Byte offsets of the words that host and kernels share; each is an i32. */
export const CONTROL = {
  /** Workers that wait for jobs. */
  READY: 192,
  /** Threads that may work on one job, the caller included. */
  WANTED: 196,
  /** 1 where the calling thread may sleep. */
  MAY_WAIT: 200,
  /** Rounds that an idle thread looks for news before it sleeps. */
  SPINS: 204,
  /** One pointer per thread to its working memory. */
  WORKSPACES: 512,
} as const;

/** Most threads that one engine can have. */
export const MAX_THREADS = 64;

/** Working memory of one thread: matrix multiplication packs its blocks there. */
export const WORKSPACE_BYTES: number = 96 * 256 * 4 + 256 * 512 * 4 + 256;

/** Where the first thread's working memory begins: behind the page of the control words. */
export const FIRST_WORKSPACE = 4096;

/** Where memory for tensors begins. */
export const HEAP_BASE: number = FIRST_WORKSPACE + WORKSPACE_BYTES;
