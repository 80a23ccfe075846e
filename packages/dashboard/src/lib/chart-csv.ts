/** @file Charts as CSV (RFC 4180): what is drawn, and every point that was logged. */
import type { PlotModel } from "./plot-model.ts";

/** A line break of CSV. */
const LINE_END = "\r\n";

/** Head of the raw points; {@link rawRows} writes the rows. */
export const RAW_HEAD: string = `run,run_id,step,time,value${LINE_END}`;

/**
 * The chart as it is shown: one row per drawn point, every line in view.
 *
 * @param names - Names of lines by id.
 * @param xName - What stands along x: `step`, `wall_ms`, `relative_ms` or a metric.
 */
export function shownCsv(model: PlotModel, names: ReadonlyMap<string, string>, xName: string): string {
  const rows = model.lines.flatMap((line) =>
    Array.from(line.x, (x, i) => ({ x, i }))
      .filter(({ x }) => x >= model.x[0] && x <= model.x[1])
      .map(({ x, i }) => [
        names.get(line.id) ?? line.id,
        line.id,
        ...[x, line.shown[i]!, line.raw[i]!, line.min[i]!, line.max[i]!].map(numberText),
      ]),
  );
  const head = ["run", "run_id", xName, "value", "mean", "min", "max"];
  return [head, ...rows].map(csvRow).join("");
}

/** Points of one run as they were logged. `values` are numbers, or the texts for those that JSON cannot say. */
export function rawRows(
  run: { readonly name: string; readonly runId: string },
  points: {
    readonly steps: readonly number[];
    readonly wallMs: readonly number[];
    readonly values: readonly unknown[];
  },
): string {
  return points.steps
    .map((step, i) => {
      const time = new Date(points.wallMs[i]!);
      const timeText = Number.isNaN(time.getTime()) ? "" : time.toISOString();
      return csvRow([run.name, run.runId, String(step), timeText, numberText(Number(points.values[i]))]);
    })
    .join("");
}

/** One row; a cell with a comma, quote or line break is quoted. A name that a spreadsheet would run as a formula gets a quote in front of it. */
export function csvRow(cells: readonly string[]): string {
  return cells.map(csvCell).join(",") + LINE_END;
}

function csvCell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) && !/^-?Infinity$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** All digits; NaN and ±Infinity by name. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
