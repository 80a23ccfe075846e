/**
 * @file Rows as JSON lines: `{"run_id":…,"step":…,"wall_ms":…,"values":{"loss":0.5}}`, one per call of `log`.
 *
 * The metrics stand in an object of their own, so that one called `step` hides nothing. Numbers that JSON cannot say are {"$float":"NaN"} and so on, as in the
 * HTTP API.
 */
import { objectFromEntries } from "../../run/json.ts";
import { toEventJson } from "../../run-log/codec/index.ts";
import type { LoggedRow } from "../logged-rows.ts";
import { RunRows } from "../run-rows.ts";
import type { ByteSink, ExportJob, ExportSummary } from "../run-source.ts";
import { runRecord } from "../runs-table.ts";
import { TextSink } from "../text-sink.ts";

/** Writes the rows of a job's runs, and beside them the table of runs, when there is a place for it. */
export async function exportJsonl(job: ExportJob, points: ByteSink, runs?: ByteSink): Promise<ExportSummary> {
  const text = new TextSink(points);
  const rows = new RunRows(job);
  for (const runId of job.runIds) {
    for await (const row of rows.of(runId)) await text.add(rowLine(runId, row));
  }
  await text.flush();
  if (runs !== undefined) await exportRunsJsonl(job, runs);
  return rows.summary();
}

/** Writes the table of runs, one object per line. */
async function exportRunsJsonl(job: ExportJob, sink: ByteSink): Promise<void> {
  const text = new TextSink(sink);
  for (const runId of job.runIds) {
    const record = objectFromEntries(runRecord(await job.source.facts(runId)));
    await text.add(`${toEventJson(record)}\n`);
  }
  await text.flush();
}

/** The line of a row. A key that the row has twice, as a number and as something else, is kept as its last value. */
function rowLine(runId: string, { step, wallMs, cells }: LoggedRow): string {
  return `${toEventJson({ run_id: runId, step, wall_ms: wallMs, values: objectFromEntries(cells) })}\n`;
}
