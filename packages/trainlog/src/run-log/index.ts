/** @file One run's folder on disk: writing, reading, sealing, checking. */
export * from "./check/index.ts";
export { diskError, systemCode } from "./disk-error.ts";
export { nodeFs, type RunLogFs } from "./file-system.ts";
export * from "./read/index.ts";
export * from "./seal/index.ts";
export * from "./seal/index.ts";
export * from "./write/index.ts";
