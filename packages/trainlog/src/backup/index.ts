/** @file Backups of a store: made while it is written, incremental, checked; and back into a store. */
export { type BackUpReport, backUp } from "./back-up.ts";
export { type BackupSource, folderSource } from "./backup-source.ts";
export { BACKUP_FILE } from "./manifest.ts";
export { type RestoredRun, type RestoreOutcome, restoreBackup } from "./restore-backup.ts";
export { type VerifyReport, verifyBackup } from "./verify-backup.ts";
