/** @file An export, from runs of a store to files of a format. */
import {
  type ByteSink,
  type ExportJob,
  type ExportSummary,
  embedRuns,
  exportCsv,
  exportEventLines,
  exportEvents,
  exportJsonl,
  exportParquet,
  exportTrainLog,
  type RunSource,
  runsPath,
  TextSink,
} from "../formats/index.ts";
import { encodeTrainLog, formatJson } from "../log/index.ts";
import type { RunInfo } from "../store/index.ts";
import type { CommandContext } from "./command.ts";
import { folderTree, type PendingFile, writeWhole } from "./export-files.ts";
import { usageError } from "./parse.ts";
import type { RunReader } from "./place/run-place.ts";
import type { ReportSource } from "./report.ts";
import type { RunFinder } from "./store-access.ts";

/** Formats of an export. */
export const EXPORT_FORMATS = ["events", "parquet", "csv", "jsonl", "trainlog-json", "html"] as const;
/** The name of one. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One file or folder that was written. */
interface Written {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What an export did. */
export interface ExportResult extends ExportSummary {
  readonly files: readonly Written[];
}

/** What an export needs of the place that holds the runs. */
export type ExportSource = RunFinder & ReportSource & Pick<RunReader, "events">;

/** What there is to do. */
export interface ExportTask {
  readonly format: ExportFormat;
  /** Absolute path, or `-` for standard output. */
  readonly output: string;
  readonly layout: "long" | "wide";
  readonly marksFormulas: boolean;
  /** Whether a report carries the whole runs. */
  readonly embeds: boolean;
  readonly metrics: readonly string[];
  readonly store: ExportSource;
  readonly runs: readonly RunInfo[];
  readonly job: ExportJob;
  readonly context: CommandContext;
}

/** A store as the source of an export. */
export function sourceOf(store: ExportSource): RunSource {
  return {
    facts: (runId) => store.getRun(runId),
    events: (runId) => store.events(runId),
    blob: (sha256) => store.blobs.open(sha256),
  };
}

/** Does an export. */
export async function exportAs(task: ExportTask): Promise<ExportResult> {
  if (task.format === "events") return exportWhole(task);
  if (task.format === "trainlog-json") return exportDocuments(task);
  return task.format === "html" ? exportReport(task) : exportPoints(task);
}

async function exportWhole({ output, job, context }: ExportTask): Promise<ExportResult> {
  const [runId, ...more] = job.runIds;
  if (output === "-") {
    if (runId === undefined || more.length > 0)
      throw usageError("-o - takes one run of --format events; name a folder");
    return { ...(await exportEventLines(job, runId, new TextSink(standardOutput(context)))), files: [] };
  }
  const tree = folderTree(output);
  const summary = await exportEvents(job, tree);
  return { ...summary, files: [{ path: output, sizeBytes: tree.sizeBytes }] };
}

async function exportPoints(task: ExportTask): Promise<ExportResult> {
  const { output, context } = task;
  if (output === "-") return { ...(await writePoints(task, standardOutput(context))), files: [] };
  const runsOutput = runsPath(output);
  const { result, sizeBytes } = await writeWhole(output, (points) =>
    writeWhole(runsOutput, (runs) => writePoints(task, points, runs)),
  );
  const files = [
    { path: output, sizeBytes },
    { path: runsOutput, sizeBytes: result.sizeBytes },
  ];
  return { ...result.result, files };
}

function writePoints(
  { format, layout, marksFormulas, job }: ExportTask,
  points: ByteSink,
  runs?: PendingFile,
): Promise<ExportSummary> {
  if (format === "parquet") return exportParquet(job, points, runs);
  return format === "csv" ? exportCsv(job, { layout, marksFormulas }, points, runs) : exportJsonl(job, points, runs);
}

/** One document per run: one file, or a folder of files when there are several. */
async function exportDocuments({ output, job, context }: ExportTask): Promise<ExportResult> {
  const isOne = job.runIds.length === 1;
  if (output === "-" && !isOne) throw usageError("-o - takes one run of --format trainlog-json; name a folder");
  const tree = isOne ? undefined : folderTree(output);
  const leftOut: string[] = [];
  let [points, sizeBytes] = [0, 0];
  for (const runId of job.runIds) {
    const exported = await exportTrainLog(job, runId);
    const text = `${formatJson(encodeTrainLog(exported.log), { pretty: true })}\n`;
    points += exported.points;
    leftOut.push(...exported.leftOut.map((sentence) => (isOne ? sentence : `${runId}: ${sentence}`)));
    if (output === "-") context.out.bytes(text);
    else if (tree === undefined) ({ sizeBytes } = await writeWhole(output, (file) => file.write(text)));
    else {
      const file = await tree.begin(`${runId}.json`);
      await file.write(text);
      await file.close();
    }
  }
  const files = output === "-" ? [] : [{ path: output, sizeBytes: tree?.sizeBytes ?? sizeBytes }];
  return { runs: job.runIds.length, points, leftOut, files };
}

async function exportReport({ output, store, runs, metrics, embeds, job, context }: ExportTask): Promise<ExportResult> {
  const { makeReport } = await import("./report.ts");
  const embedded = embeds ? { embedded: await embedRuns(job) } : {};
  const { nowMs, signal } = context;
  const { html, summary } = await makeReport(store, runs, { metrics, nowMs: nowMs(), signal, ...embedded });
  if (output === "-") {
    context.out.bytes(html);
    return { ...summary, files: [] };
  }
  const { sizeBytes } = await writeWhole(output, (file) => file.write(html));
  return { ...summary, files: [{ path: output, sizeBytes }] };
}

function standardOutput({ out }: CommandContext): ByteSink {
  return {
    write: async (bytes) => {
      out.bytes(bytes);
    },
  };
}
