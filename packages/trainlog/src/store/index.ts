/** @file The store: a folder of runs with queries, durable ingest, edits and clean-up. */
export type { Blobs, ByteRange, StoredBlob } from "./blobs/blobs.ts";
export { openStore, STORE_VERSION } from "./open-store.ts";
export { servingProcess } from "./server-lock.ts";
export type { Store, StoreOptions } from "./store.ts";
export type * from "./types.ts";
