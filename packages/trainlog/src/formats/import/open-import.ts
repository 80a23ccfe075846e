/** @file From a path to a reader: which format it is, and what the files beside it say. */
import { existsSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import { checkRunId } from "../../run/limits.ts";
import { readCsvHead, readCsvRows, readCsvRuns } from "../csv/read-csv.ts";
import { EVENTS_MANIFEST } from "../events/layout.ts";
import { openEventsFile, openEventsFolder } from "../events/read-events.ts";
import { openReport } from "../html/embedded-runs.ts";
import { jsonlKind, readFlatRows, readJsonlRows, readJsonlRuns } from "../jsonl/read-jsonl.ts";
import { openParquet, readParquetRows, readParquetRuns } from "../parquet/read-parquet.ts";
import type { RunFacts } from "../run-facts.ts";
import { tableRoles } from "../table/table-roles.ts";
import { factsOfTrainLog, readTrainLog, trainLogRows } from "../train-log/read-train-log.ts";
import { contentHash, type InputFile, inputFile } from "./input-file.ts";
import type { BadPiece, ImportOptions, ImportPiece, ImportReader } from "./piece.ts";
import { bareFacts, type RunRow, rowsToPieces } from "./rows-to-pieces.ts";

/** Formats that can be imported. */
export const IMPORT_FORMATS = ["events", "csv", "jsonl", "parquet", "trainlog-json", "html"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

const FORMATS_BY_EXTENSION: Readonly<Record<string, ImportFormat>> = {
  ".csv": "csv",
  ".tsv": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".json": "trainlog-json",
  ".html": "html",
  ".htm": "html",
};

/** How a path is opened. */
export interface OpenImportOptions extends ImportOptions {
  /** What the path's name says when absent. */
  readonly format?: ImportFormat;
  /** Told how many bytes were read, for progress. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Opens a file or a folder for import.
 *
 * @throws TrainlogError `import/not-found`, `import/unknown-format`, `import/bad-format`, `import/bad-table`, `import/no-project`.
 */
export async function openImport(path: string, options: OpenImportOptions = {}): Promise<ImportReader> {
  const format = options.format ?? formatOf(path);
  const onRead = options.onRead ?? (() => {});
  if (format === "events" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    return openEventsFolder(path, onRead);
  const file = await inputFile(path, onRead);
  if (format === "events") return openEventsFile(file);
  if (format === "html") return openReport(file);
  if (format === "csv") return openCsv(file, options);
  if (format === "jsonl") return openJsonl(file, options);
  return format === "parquet" ? openParquetFile(file, options) : openTrainLog(file, options);
}

/** The format of a path by its name, or what lies in it. @throws TrainlogError `import/not-found`, `import/unknown-format`. */
function formatOf(path: string): ImportFormat {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) {
    throw new TrainlogError("import/not-found", `${path}: there is no such file or folder`, { status: 404 });
  }
  if (facts.isDirectory()) {
    if (existsSync(join(path, EVENTS_MANIFEST))) return "events";
    throw unknownFormat(
      `${path}: the folder has no ${EVENTS_MANIFEST}, so it is no finished export of events; name a file`,
    );
  }
  const format = FORMATS_BY_EXTENSION[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw unknownFormat(`${path}: its name does not say the format; say it with --format (${IMPORT_FORMATS.join(", ")})`);
}

function unknownFormat(message: string): TrainlogError {
  return new TrainlogError("import/unknown-format", message, { status: 400 });
}

/** What a reader of points is made of. */
interface PointsSource {
  readonly file: InputFile;
  readonly format: ImportFormat;
  readonly options: ImportOptions;
  readonly notes: readonly string[];
  /** Facts from the table of runs beside the file. */
  readonly facts: readonly RunFacts[];
  readonly rows: (runIdOf: (name: JsonValue | undefined) => string) => AsyncIterable<RunRow | BadPiece>;
}

async function openCsv(file: InputFile, options: ImportOptions): Promise<ImportReader> {
  const head = await readCsvHead(file, options);
  const facts = head.roles === undefined ? await runsBeside(file, readCsvRuns) : [];
  const keys = options.keys ?? [];
  return pointsReader({
    file,
    format: "csv",
    options,
    notes: head.roles?.notes ?? [],
    facts,
    rows: (runIdOf) => readCsvRows(file, head, { runIdOf, keys }),
  });
}

async function openJsonl(file: InputFile, options: ImportOptions): Promise<ImportReader> {
  const { kind, first } = await jsonlKind(file);
  if (kind === "events") return openEventsFile(file);
  const isOurs = kind === "rows" || kind === "empty";
  return pointsReader({
    file,
    format: "jsonl",
    options,
    notes: isOurs ? [] : tableRoles(Object.keys(first), { ...options, keys: [] }).notes,
    facts: isOurs ? await runsBeside(file, readJsonlRuns) : [],
    rows: (runIdOf) => (isOurs ? readJsonlRows(file, options.keys ?? []) : readFlatRows(file, options, runIdOf)),
  });
}

async function openParquetFile(file: InputFile, options: ImportOptions): Promise<ImportReader> {
  const table = await openParquet(file, options);
  return pointsReader({
    file,
    format: "parquet",
    options,
    notes: table.roles?.notes ?? [],
    facts: table.roles === undefined ? await runsBeside(file, readParquetRuns) : [],
    rows: (runIdOf) => readParquetRows(table, { keys: options.keys ?? [], runIdOf }),
  });
}

async function openTrainLog(file: InputFile, options: ImportOptions): Promise<ImportReader> {
  const notes: string[] = [];
  const log = await readTrainLog(file, (message) => notes.push(message));
  const facts = factsOfTrainLog(log, idOf(await contentHash(file)), options);
  const { runId } = facts;
  const source: PointsSource = {
    file,
    format: "trainlog-json",
    options,
    notes: [...notes, "the document holds no times: points get the time of the file"],
    facts: [facts],
    rows: () => trainLogRows(log, { file, runId, keys: options.keys ?? [] }),
  };
  return pointsReader(source);
}

/** The facts of the table `NAME.runs.EXT` beside `NAME.EXT`, if it is there. */
async function runsBeside(file: InputFile, read: (file: InputFile) => Promise<RunFacts[]>): Promise<RunFacts[]> {
  const path = runsPath(file.path);
  return existsSync(path) ? read(await inputFile(path)) : [];
}

/** Where the table of runs lies beside a table of points: `points.csv` → `points.runs.csv`. */
export function runsPath(path: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.runs${extension}`;
}

/** A run id that follows from content: importing the same content again finds the same run. */
function idOf(hash: string): string {
  return `import-${hash.slice(0, 16)}`;
}

async function pointsReader({ file, format, options, notes, facts, rows }: PointsSource): Promise<ImportReader> {
  const { project, name = basename(file.name, extname(file.name)) } = options;
  const known = new Map(facts.map((run) => [run.runId, project === undefined ? run : { ...run, project }]));
  const names = new Map<string, string>();
  const hash = await contentHash(file);
  const runIdOf = (value: JsonValue | undefined): string => {
    if (value === undefined) return idOf(hash);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const runId = foreignRunId(text, hash);
    names.set(runId, text);
    return runId;
  };
  const factsOf = (runId: string): RunFacts =>
    bareFacts(runId, { project, name: names.get(runId) ?? (runId === idOf(hash) ? name : runId), source: format });
  return {
    format,
    notes,
    pieces: (): AsyncIterable<ImportPiece> => rowsToPieces(rows(runIdOf), { facts: known, factsOf }),
  };
}

/** The id of a run that a foreign table calls `name`: of the name when it can be an id, and in any case of the content. */
function foreignRunId(name: string, hash: string): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 64);
  const suffix = hash.slice(0, 8);
  try {
    return checkRunId(plain === name ? `${plain}-${suffix}` : `${plain || "run"}-${shortHash(name)}-${suffix}`);
  } catch (cause) {
    throw new TrainlogError("import/bad-value", `run: expected a name, got ${describeValue(name)}`, { cause });
  }
}

/** FNV-1a: keeps names apart that look the same once their odd characters are replaced. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
