/** @file Sealing a run: one compressed file that answers everything as before. */
export { checkSealed } from "./check-sealed.ts";
export { type SealOptions, type SealReport, sealRun } from "./seal-run.ts";
