/**
 * @file A run's curves as a TrainLog document, every point of them.
 *
 * A row of the document is a call of `log`; calls of one step that follow each other and have different metrics are one row. The document holds whole numbers ≥ 0 as
 * steps and numbers as values, and no times: what else the run has is counted as left out.
 */
import { lowerNotes, type Series, type TrainLog } from "../../log/index.browser.ts";
import { PALETTE } from "../../log/render/theme.ts";
import { TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import { toEventJson } from "../../run-log/codec/index.ts";
import type { RunFacts } from "../run-facts.ts";
import { RunRows } from "../run-rows.ts";
import type { ExportJob } from "../run-source.ts";

/** Numbers of one document at most: it is read into memory as a whole, by every reader. */
const MAX_CELLS = 20_000_000;

/** A run as a document, and what of the run is not in it. */
export interface ExportedTrainLog {
  readonly log: TrainLog;
  readonly points: number;
  readonly leftOut: readonly string[];
}

/**
 * Makes the document of one run.
 *
 * @throws TrainlogError `export/too-large` when the run has more rows × metrics than one document should hold.
 */
export async function exportTrainLog(job: ExportJob, runId: string): Promise<ExportedTrainLog> {
  const facts = await job.source.facts(runId);
  const rows = new RunRows({ ...job, runIds: [runId] });
  const table = new CurveTable(runId);
  for await (const { step, cells } of rows.of(runId)) {
    if (step < 0) rows.leftOut.note(["value at a negative step", "values at negative steps"], cells.length);
    else for (const [key, value] of cells) if (!table.add(step, key, value)) rows.leftOut.note(NOT_NUMBERS);
  }
  const { steps, series } = table.end();
  if (steps.length > 0) rows.leftOut.note(["wall time", "wall times"], steps.length);
  const log = { title: facts.name, steps, series, notes: notesOf(facts) };
  return { log, points: table.points, leftOut: rows.leftOut.sentences() };
}

const NOT_NUMBERS = ["value that is no number", "values that are no numbers"] as const;

/** Rows and columns of numbers. NaN stands where nothing was logged. */
class CurveTable {
  points = 0;
  readonly #runId: string;
  readonly #steps: number[] = [];
  readonly #columns = new Map<string, number[]>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** Adds a value; false when it is no number. */
  add(step: number, key: string, value: JsonValue): boolean {
    if (typeof value !== "number") return false;
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = [];
      this.#columns.set(key, column);
    }
    if (this.#steps.at(-1) !== step || column.length === this.#steps.length) this.#begin(step);
    while (column.length < this.#steps.length - 1) column.push(Number.NaN);
    column.push(value);
    this.points += 1;
    return true;
  }

  end(): { steps: number[]; series: Series[] } {
    const rowCount = this.#steps.length;
    const series = Array.from(this.#columns, ([name, values], i): Series => {
      while (values.length < rowCount) values.push(Number.NaN);
      return { name, values, color: PALETTE[i % PALETTE.length] ?? "" };
    });
    return { steps: this.#steps, series };
  }

  #begin(step: number): void {
    this.#steps.push(step);
    if (this.#steps.length * this.#columns.size <= MAX_CELLS) return;
    throw new TrainlogError(
      "export/too-large",
      `run ${this.#runId} has more than ${MAX_CELLS} numbers (${this.#steps.length} rows × ${this.#columns.size} metrics), which is too much for one TrainLog; choose metrics with --metric KEY, or export --format parquet`,
      { status: 400 },
    );
  }
}

function notesOf(facts: RunFacts): string[] {
  const config = Object.entries(facts.config).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? value : toEventJson(value),
  }));
  const { project, name, runId, group = "", tags, notes } = facts;
  const free = notes === undefined || notes === "" ? [] : [notes];
  return lowerNotes({ run: { project, name, runId, group, tags, config }, notes: free, artifacts: [] });
}
