/** @file Writing a run's folder: the writer, its lock, and what it recovers. */
export type { Origin } from "../codec/batch.ts";
export {
  HEARTBEAT_LIMIT_MS,
  Lock,
  type LockOptions,
  type LockOwner,
  type LockState,
  readLock,
  runLiveness,
  WRITER_LOCK,
} from "./lock.ts";
export { nodeProcesses, type ProcessIdentity, type ProcessTable } from "./process-table.ts";
export type { MetDamage, TornTail } from "./recovery.ts";
export type { RunIdentity } from "./run-folder.ts";
export {
  type AppendedFrame,
  type RecoveryReport,
  RunLogWriter,
  type RunLogWriterOptions,
  type WrittenFrame,
} from "./run-log-writer.ts";
