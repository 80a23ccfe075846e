/** @file `trainlog query`: runs that match a filter, with any columns, as a table or for programs. */
import { parseFilter } from "../../query/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import { parseSorts } from "../../server/request/run-sort.ts";
import type { RunRow, RunSort } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { columnsOf, csvOf, neededColumns, tableOf, valuesOf } from "../query-columns.ts";
import { formatPlural } from "../terminal/format.ts";

const FORMATS = ["table", "csv", "json", "jsonl", "ids"] as const;

/** Columns when none is asked for. */
const USUAL_COLUMNS = ["state", "name", "project", "created", "duration", "step", "id"];

/** `trainlog query` */
export const queryCommand: Command = defineCommand({
  name: "query",
  summary: "find runs by a filter, with the columns that you choose",
  details: [
    "The filter is that of the dashboard and the HTTP API (docs/filters.md): state = finished and metric.loss.min < 0.1. Columns and sorts are its fields: name, tag, created, duration, config.lr, summary.acc, metric.loss.min.",
    "Without a filter all runs that are not archived match.",
  ],
  arguments: [{ name: "FILTER", help: "which runs; quote it for the shell" }],
  options: {
    ...PLACE_OPTIONS,
    column: {
      type: "text",
      short: "c",
      value: "FIELD",
      multiple: true,
      help: "show this field; several with commas",
      defaultText: USUAL_COLUMNS.join(", "),
    },
    sort: {
      type: "text",
      short: "s",
      value: "FIELD",
      multiple: true,
      help: "sort by this field; repeat it for more",
      defaultText: "the newest first",
    },
    desc: { type: "boolean", help: "descending" },
    project: { type: "text", value: "NAME", help: "runs of this project only" },
    archived: { type: "boolean", help: "archived runs too" },
    limit: { type: "integer", short: "n", value: "N", default: 100, min: 1, max: 10_000, help: "most runs to show" },
    format: { type: "text", short: "f", value: "FORMAT", choices: FORMATS, default: "table", help: FORMATS.join(", ") },
  },
  examples: [
    ["trainlog query 'metric.loss.min < 0.1' -c name,config.lr,metric.loss.min", "some columns"],
    ["trainlog query 'state = finished' -s metric.acc.max --desc -n 5", "the five best"],
    ["trainlog query 'created > -7d' -c name,metric.loss.last -f csv > week.csv", "for a spreadsheet"],
    ["trainlog export $(trainlog query 'tag = paper' -f ids) -o paper.parquet", "runs for another command"],
  ],
  exitCodes: { 2: "wrong usage; the filter's fault is shown where it is" },
  run: async ({ options, args: [text], context }) => {
    const { out, nowMs } = context;
    const filter = text === undefined || text.trim() === "" ? {} : { filter: parseFilter(text) };
    const names = options.column.flatMap((list) => splitList(list));
    const columns = columnsOf(names.length === 0 ? USUAL_COLUMNS : names);
    const query = {
      ...filter,
      ...neededColumns(columns),
      ...(options.project === undefined ? {} : { project: options.project }),
      ...(options.archived ? { archived: "include" as const } : {}),
      sort: sortsOf(options.sort, options.desc),
      limit: options.limit,
    };
    const { runs, total } = await withPlace(options, context, ({ runs: reader }) => reader.listRuns(query));
    const format = out.json ? "json" : options.format;
    if (format === "table") out.text(total === 0 ? "no run matches" : tableOf(columns, runs, { nowMs: nowMs(), out }));
    else out.bytes(`${textOf(format, runs, total)}`);
    const more = total - runs.length;
    if (more > 0 && format !== "json")
      out.note(`… and ${formatPlural(more, "more run")} (-n ${Math.min(total, 10_000)} shows more)`);
    return EXIT_OK;

    function textOf(as: string, rows: readonly RunRow[], count: number): string {
      const objects = (): unknown[] => rows.map((run) => ({ runId: run.runId, ...valuesOf(columns, run) }));
      if (as === "csv") return csvOf(columns, rows);
      if (as === "ids") return rows.map(({ runId }) => `${runId}\n`).join("");
      if (as === "jsonl")
        return objects()
          .map((object) => `${jsonText(object)}\n`)
          .join("");
      return `${jsonText({ total: count, runs: objects() }, 2)}\n`;
    }
  },
});

/** Commas separate columns, but not inside of backticks. */
function splitList(list: string): string[] {
  const parts = list.match(/(?:`(?:[^`]|``)*`|[^,`])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function sortsOf(texts: readonly string[], descending: boolean): RunSort[] {
  const sorts = texts.flatMap(splitList);
  try {
    return parseSorts(
      sorts.length === 0 ? undefined : sorts,
      sorts.length === 0 && !descending ? undefined : descending,
    );
  } catch (error) {
    if (isTrainlogError(error)) throw usageError(error.message.replace(/^query field sort/, "--sort"));
    throw error;
  }
}

/** NaN and infinities by name: JSON has no numbers for them. */
function jsonText(value: unknown, indent?: number): string {
  const named = (_: string, one: unknown): unknown =>
    typeof one === "number" && !Number.isFinite(one) ? String(one) : one;
  return JSON.stringify(value, named, indent);
}
