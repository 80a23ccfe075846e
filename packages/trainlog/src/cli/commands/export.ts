/** @file `trainlog export`: runs as files of other forms. */
import { extname, resolve } from "node:path";
import type { ExportJob } from "../../formats/index.ts";
import { parseFilter } from "../../query/index.ts";
import type { RunInfo, RunQuery } from "../../store/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportResult,
  type ExportSource,
  exportAs,
  sourceOf,
} from "../export-task.ts";
import { keyPattern } from "../key-pattern.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { findRuns } from "../store-access.ts";
import { formatBytes, formatCount, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

const EXTENSIONS: Readonly<Record<string, ExportFormat>> = {
  ".parquet": "parquet",
  ".csv": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "trainlog-json",
  ".html": "html",
  ".htm": "html",
};

/** `trainlog export` */
export const exportCommand: Command = defineCommand({
  name: "export",
  summary: "write runs as Parquet, CSV, JSON, HTML, or whole",
  details: [
    "events is the whole run: a folder with everything it said, one JSON line per event, and its media and artifacts. parquet, csv and jsonl hold points, with a table of the runs beside them (NAME.runs.csv). trainlog-json holds curves. html is a report: one page that needs nothing else. What a format cannot hold is said.",
    "All of them can be imported again (trainlog import); html when it was written with --with-events.",
  ],
  arguments: [{ name: "RUN", help: "runs to export: ids, beginnings of ids, names", many: true }],
  options: {
    ...PLACE_OPTIONS,
    format: {
      type: "text",
      value: "FORMAT",
      choices: EXPORT_FORMATS,
      help: EXPORT_FORMATS.join(", "),
      defaultText: "what the name of the output says",
    },
    output: { type: "text", short: "o", value: "PATH", help: "file or folder to write; - is standard output" },
    project: { type: "text", value: "NAME", help: "runs of this project" },
    state: {
      type: "text",
      value: "STATE",
      multiple: true,
      choices: ["running", "finished", "failed", "killed", "crashed"],
      help: "runs in this state",
    },
    tag: { type: "text", value: "TAG", multiple: true, help: "runs that carry this tag" },
    text: { type: "text", value: "TEXT", help: "runs with this text in name, id, group, notes or a tag" },
    filter: { type: "text", value: "FILTER", help: "runs that match, such as 'metric.loss.min < 0.1 and tag = best'" },
    all: { type: "boolean", help: "every run of the store" },
    archived: { type: "boolean", help: "archived runs too" },
    metric: { type: "text", value: "KEY", multiple: true, help: "only this metric; loss/* takes all that begin so" },
    layout: {
      type: "text",
      value: "LAYOUT",
      choices: ["long", "wide"],
      default: "long",
      help: "of CSV: one line per value, or one column per metric",
    },
    spreadsheet: {
      type: "boolean",
      help: "CSV for a spreadsheet: ' before texts that would be formulas (changes them)",
    },
    "with-events": {
      type: "boolean",
      help: "the HTML report carries the whole runs, to be imported from it: also what it does not show",
    },
  },
  examples: [
    ["trainlog export baseline -o baseline.csv", "every point of a run"],
    ["trainlog export --project mnist -o mnist.parquet", "a project for pandas, DuckDB, Polars"],
    ["trainlog export baseline wide -o report.html", "a page that compares two runs"],
    ["trainlog export --all --format events -o all-runs", "everything, to import elsewhere"],
  ],
  run: async ({ options, args, context }) => {
    const output = outputOf(options.output, context);
    const format = formatOf(options.format, output);
    checkOptions(format, output, options, context);
    const result = await withPlace(options, context, async ({ runs: store }) => {
      const runs = await chosenRuns(store, args, options);
      using bar = context.out.progress("export", runs.reduce((sum, run) => sum + run.pointCount, 0) || 1);
      const job: ExportJob = {
        source: sourceOf(store),
        runIds: runs.map(({ runId }) => runId),
        signal: context.signal,
        onProgress: (points) => bar.update(points, `${formatCount(points)} points`),
        ...(options.metric.length === 0 ? {} : { wantsKey: keyPattern(options.metric) }),
      };
      const layout = options.layout === "wide" ? "wide" : "long";
      const { spreadsheet: marksFormulas, metric: metrics, "with-events": embeds } = options;
      return exportAs({ format, output, layout, marksFormulas, embeds, metrics, store, runs, job, context });
    });
    report(result, format, output, context);
    return EXIT_OK;
  },
});

function outputOf(output: string | undefined, { cwd }: CommandContext): string {
  if (output === undefined) throw usageError("where to? say -o PATH (- is standard output)");
  return output === "-" ? output : resolve(cwd, output);
}

function formatOf(format: string | undefined, output: string): ExportFormat {
  const asked = EXPORT_FORMATS.find((known) => known === format) ?? EXTENSIONS[extname(output).toLowerCase()];
  if (asked !== undefined) return asked;
  throw usageError(`in which format? say --format ${EXPORT_FORMATS.join("|")}, or name the output so: runs.parquet`);
}

function checkOptions(
  format: ExportFormat,
  output: string,
  {
    layout,
    spreadsheet,
    metric,
    "with-events": embeds,
  }: { layout: string; spreadsheet: boolean; metric: readonly string[]; "with-events": boolean },
  { out }: CommandContext,
): void {
  if (format !== "csv" && layout === "wide") throw usageError("--layout is for --format csv");
  if (format !== "csv" && spreadsheet) throw usageError("--spreadsheet is for --format csv");
  if (format !== "html" && embeds) throw usageError("--with-events is for --format html");
  if (format === "events" && metric.length > 0)
    throw usageError("--format events holds whole runs; --metric would leave something out");
  if (output === "-" && out.json) throw usageError("-o - and --json both want standard output; name a file");
}

/** The runs that a command line means. Nothing at all means nothing: exporting a whole store by accident takes long. */
async function chosenRuns(
  store: ExportSource,
  args: readonly string[],
  options: {
    readonly project: string | undefined;
    readonly state: readonly string[];
    readonly tag: readonly string[];
    readonly text: string | undefined;
    readonly filter: string | undefined;
    readonly all: boolean;
    readonly archived: boolean;
  },
): Promise<RunInfo[]> {
  const { project, state, tag, text, filter, all, archived } = options;
  const isFiltered = state.length > 0 || tag.length > 0 || [project, text, filter].some((value) => value !== undefined);
  if (args.length > 0 && (isFiltered || all)) throw usageError("name runs, or filter them, not both");
  if (args.length > 0) return findRuns(store, args);
  if (!isFiltered && !all)
    throw usageError("which runs? name them, filter them (--project NAME, --filter 'tag = best', …), or say --all");
  const runs = await listAll(store, {
    ...(archived || all ? { archived: "include" as const } : {}),
    ...(project === undefined ? {} : { project }),
    // The parser has checked the choices.
    ...(state.length === 0 ? {} : { states: state as NonNullable<RunQuery["states"]> }),
    ...(tag.length === 0 ? {} : { tags: tag }),
    ...(text === undefined ? {} : { text }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter, "--filter") }),
  });
  if (runs.length === 0) throw usageError(`no run in ${store.dir} matches; see the runs there are: trainlog ls`);
  return runs;
}

async function listAll(store: ExportSource, query: RunQuery): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.listRuns({ ...query, limit: 10_000, ...(cursor === undefined ? {} : { cursor }) });
    runs.push(...page.runs);
    cursor = page.nextCursor;
    if (cursor === undefined) return runs;
  }
}

function report(result: ExportResult, format: ExportFormat, output: string, { out }: CommandContext): void {
  const { runs, points, files, leftOut } = result;
  out.data({ format, runs, points, files, leftOut });
  for (const sentence of leftOut) out.note(`not in ${format}: ${visibleText(sentence)}`);
  if (output === "-") return;
  for (const { path, sizeBytes } of files) out.text(`${visibleText(path)}  ${formatBytes(sizeBytes)}`);
  out.text(`exported ${formatPlural(runs, "run")}, ${formatPlural(points, "point")}`);
}
