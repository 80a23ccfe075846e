/** @file Points as CSV, in one of two layouts: long (one line per value) or wide (one line per row, one column per metric). */

import { RunRows } from "../run-rows.ts";
import type { ByteSink, ExportJob, ExportSummary } from "../run-source.ts";
import { RUNS_COLUMNS, runRecord } from "../runs-table.ts";
import { TextSink } from "../text-sink.ts";
import { valueText } from "../value-text.ts";
import { CsvLines, LINE_END, quoted } from "./csv-text.ts";

/** How CSV is written. */
export interface CsvOptions {
  readonly layout: "long" | "wide";
  /** Put `'` before texts that a spreadsheet would take for formulas; the file then does not read back exactly. */
  readonly marksFormulas?: boolean;
}

/** The columns of the long layout. */
export const LONG_COLUMNS = ["run_id", "key", "step", "wall_ms", "value"] as const;
/** The columns of the wide layout before the metrics. */
export const WIDE_COLUMNS = ["run_id", "step", "wall_ms"] as const;

/** Writes the points of a job's runs, and beside them the table of runs, when there is a place for it. */
export async function exportCsv(
  job: ExportJob,
  options: CsvOptions,
  points: ByteSink,
  runs?: ByteSink,
): Promise<ExportSummary> {
  const lines = new CsvLines(options.marksFormulas === true);
  const rows = new RunRows(job);
  const text = new TextSink(points);
  await (options.layout === "wide" ? writeWide : writeLong)(job, rows, lines, text);
  await text.flush();
  if (runs !== undefined) await writeRuns(job, lines, runs);
  return withFormulas(rows.summary(), lines.formulas, options);
}

/** A formula is not left out, but whoever opens the file in a spreadsheet must hear of it. */
function withFormulas(summary: ExportSummary, formulas: number, { marksFormulas }: CsvOptions): ExportSummary {
  if (formulas === 0 || marksFormulas !== true) return summary;
  const sentence = `the exact text of ${formulas} fields that begin like a formula: a ' stands before them`;
  return { ...summary, leftOut: [...summary.leftOut, sentence] };
}

async function writeLong(job: ExportJob, rows: RunRows, lines: CsvLines, text: TextSink): Promise<void> {
  await text.add(LONG_COLUMNS.join(",") + LINE_END);
  for (const runId of job.runIds) {
    const keys = new Map<string, string>();
    for await (const { step, wallMs, cells } of rows.of(runId)) {
      for (const [key, value] of cells) {
        let field = keys.get(key);
        if (field === undefined) {
          field = lines.text(key);
          keys.set(key, field);
        }
        await text.add(`${runId},${field},${step},${wallMs},${quoted(valueText(value))}${LINE_END}`);
      }
    }
  }
}

/** A run that is being written can begin a metric between the two passes. */
const TOO_LATE = [
  "value of a metric that the run began during the export",
  "values of metrics that runs began during the export",
] as const;

/** Goes over the runs twice: the head names every metric before the first line. */
async function writeWide(job: ExportJob, rows: RunRows, lines: CsvLines, text: TextSink): Promise<void> {
  const columns = await metricColumns(job);
  await text.add([...WIDE_COLUMNS, ...Array.from(columns.keys(), (key) => lines.text(key))].join(",") + LINE_END);
  for (const runId of job.runIds) {
    for await (const { step, wallMs, cells } of rows.of(runId)) {
      const fields = new Array<string>(columns.size).fill("");
      for (const [key, value] of cells) {
        const at = columns.get(key);
        if (at === undefined) rows.leftOut.note(TOO_LATE);
        else fields[at] = quoted(valueText(value));
      }
      await text.add(`${runId},${step},${wallMs},${fields.join(",")}${LINE_END}`);
    }
  }
}

/** The place of every wanted metric's column. */
async function metricColumns({ source, runIds, wantsKey, signal }: ExportJob): Promise<Map<string, number>> {
  const columns = new Map<string, number>();
  for (const runId of runIds) {
    for await (const event of source.events(runId)) {
      signal?.throwIfAborted();
      if (event.type !== "rows") continue;
      for (const { key } of event.rows.columns) {
        if (!columns.has(key) && wantsKey?.(key) !== false) columns.set(key, columns.size);
      }
    }
  }
  return columns;
}

async function writeRuns(job: ExportJob, lines: CsvLines, sink: ByteSink): Promise<void> {
  const text = new TextSink(sink);
  await text.add(RUNS_COLUMNS.map(({ name }) => name).join(",") + LINE_END);
  for (const runId of job.runIds) {
    const record = new Map(runRecord(await job.source.facts(runId)));
    const fields = RUNS_COLUMNS.map(({ name, type }) => {
      const value = record.get(name);
      if (value === undefined) return "";
      return typeof value === "string" && type === "text" ? lines.text(value) : quoted(valueText(value));
    });
    await text.add(fields.join(",") + LINE_END);
  }
  await text.flush();
}
