/**
 * @file What lies in the first pages of the engine's memory. The host writes the same offsets: `src/engine/memory-map.ts`.
 *
 * Everything is fixed, so that kernels need no data segments (a second instance of the module would write them again over a running engine).
 */

/** Number of the newest job · 256 + threads that it has parts for; workers sleep on it. One word, so that both are read at once. i32. */
export const EPOCH: usize = 64;
/** Parts of the running job that workers have not finished. i32. On a cache line of its own, as all that threads write. */
export const PENDING: usize = 128;
/** Workers that wait for jobs. i32. */
export const READY: usize = 192;
/** Threads that may work on one job, the caller included. i32. */
export const WANTED: usize = 196;
/** 1 where the calling thread may sleep (`memory.atomic.wait`), 0 on a browser's main thread. i32. */
export const MAY_WAIT: usize = 200;
/** Rounds that an idle thread looks at EPOCH or PENDING before it sleeps. i32. */
export const SPINS: usize = 204;
/** Which part function the running job calls. i32. */
export const JOB: usize = 256;
/** Arguments of the running job: up to 31 of 4 bytes. */
export const ARGUMENTS: usize = 260;
/** One pointer per thread to its own working memory of `WORKSPACE_BYTES`, i32 each. */
export const WORKSPACES: usize = 512;

/** Numbers of the vector library, up to 64 of 4 bytes: `./constants.ts`. */
export const CONSTANTS: usize = 1024;

/** Rows of A that are packed at once: 96 × 256 floats are 96 KiB, a part of the second-level cache. */
export const MC: i32 = 96;
/** Length of the dot products between two updates of C: 8 columns of B of this length are 8 KiB, a quarter of a small first-level cache. */
export const KC: i32 = 256;
/** Columns of B that are packed at once. */
export const NC: i32 = 512;
/** Rows and columns of a register tile: 6 × 8 are 12 of the 16 vector registers. */
export const MR: i32 = 6;
export const NR: i32 = 8;

/** A's panels, B's panels, one tile. */
export const PACKED_A_BYTES: usize = 96 * 256 * 4;
export const PACKED_B_BYTES: usize = 256 * 512 * 4;
export const TILE_BYTES: usize = 256;
