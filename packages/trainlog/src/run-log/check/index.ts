/** @file Verifying and repairing a run's folder. */
export type { FileCheck, FoundDamage, FoundDamageKind } from "./check-file.ts";
export { type RepairedFile, type RepairOptions, type RepairReport, repairRun } from "./repair-run.ts";
export { type DamageReport, type VerifyOptions, verifyRun } from "./verify-run.ts";
