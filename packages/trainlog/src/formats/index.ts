/** @file Runs ⇄ files of other forms: what `trainlog export` and `trainlog import` are made of. */
export { type CsvOptions, exportCsv } from "./csv/export-csv.ts";
export { eventLine, parseEventLine } from "./events/event-line.ts";
export { exportEventLines, exportEvents } from "./events/export-events.ts";
export { blobsOf } from "./events/layout.ts";
export { embedRuns } from "./html/embedded-runs.ts";
export {
  IMPORT_FORMATS,
  type ImportFormat,
  type OpenImportOptions,
  openImport,
  runsPath,
} from "./import/open-import.ts";
export type { BadPiece, ImportOptions, ImportPiece, ImportReader } from "./import/piece.ts";
export { type ImportPlan, type PlannedRun, planImport } from "./import/plan-import.ts";
export {
  decideImport,
  type ExistingRun,
  type RunDecision,
  type RunOutcome,
  type RunTarget,
  writeImport,
} from "./import/write-import.ts";
export { exportJsonl } from "./jsonl/export-jsonl.ts";
export { exportParquet } from "./parquet/export-parquet.ts";
export type { RunFacts } from "./run-facts.ts";
export type { ByteSink, ExportJob, ExportSummary, FileTree, RunSource } from "./run-source.ts";
export { TextSink } from "./text-sink.ts";
export { exportTrainLog } from "./train-log/export-train-log.ts";
