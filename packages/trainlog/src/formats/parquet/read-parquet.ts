/** @file Parquet → rows of runs, by hyparquet: our own long layout exactly, and tables of other programs by the names of their columns. */
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { describeValue, TrainlogError } from "../../run/error.ts";
import { type JsonValue, objectFromEntries } from "../../run/json.ts";
import { checkKey, checkRunId, checkStep } from "../../run/limits.ts";
import { toJson } from "../../run/to-json.ts";
import { fromEventJson } from "../../run-log/codec/index.ts";
import type { InputFile } from "../import/input-file.ts";
import { type BadPiece, badPiece, type ImportOptions } from "../import/piece.ts";
import type { RunRow } from "../import/rows-to-pieces.ts";
import { type LoggedRow, PointsToRows } from "../logged-rows.ts";
import type { RunFacts } from "../run-facts.ts";
import { factsOfRecord, RUNS_COLUMNS } from "../runs-table.ts";
import { CellError, rowOfLine } from "../table/table-cells.ts";
import { type TableRoles, tableRoles } from "../table/table-roles.ts";

/** The columns of our own layout. */
const OUR_COLUMNS = "run_id,key,step,wall_ms,value,json";

/** A Parquet file with its head. */
export interface ParquetTable {
  readonly file: InputFile;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
  /** Absent for our own layout. */
  readonly roles?: TableRoles;
}

/** Reads a file's head. @throws TrainlogError `import/bad-format` when it is no Parquet; `import/bad-table`. */
export async function openParquet(file: InputFile, options: ImportOptions = {}): Promise<ParquetTable> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  const buffer: AsyncBuffer = {
    byteLength: file.sizeBytes,
    slice: async (start, end) => (await bytesOf(file, start, end)).buffer,
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    if (names.join() === OUR_COLUMNS) return { file, buffer, metadata, names };
    return { file, buffer, metadata, names, roles: tableRoles(names, options) };
  } catch (cause) {
    throw cause instanceof TrainlogError ? cause : badParquet(file, cause);
  }
}

function badParquet(file: InputFile, cause: unknown): TrainlogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TrainlogError("import/bad-format", `${file.name}: no Parquet file that can be read: ${reason}`, {
    cause,
    status: 400,
  });
}

async function bytesOf(file: InputFile, start: number, end = file.sizeBytes): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let at = 0;
  for await (const chunk of file.bytes(start, end)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** One line of a table, by column name. */
type TableRecord = Readonly<Record<string, unknown>>;

/** The lines of a table, one row group after the other. @throws TrainlogError `import/bad-format` for damage, naming the rows. */
async function* groupsOf({ file, buffer, metadata }: ParquetTable): AsyncGenerator<TableRecord[]> {
  const { parquetReadObjects } = await import("hyparquet");
  let rowStart = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rows);
    try {
      yield await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd });
    } catch (cause) {
      throw badParquet({ ...file, name: `${file.name}, rows ${rowStart + 1} to ${rowEnd}` }, cause);
    }
    rowStart = rowEnd;
  }
}

/** The rows of a Parquet file. */
export async function* readParquetRows(
  table: ParquetTable,
  { keys, runIdOf }: { readonly keys: readonly string[]; readonly runIdOf: (name: JsonValue | undefined) => string },
): AsyncGenerator<RunRow | BadPiece> {
  const ours = table.roles === undefined ? new OurRows(keys) : undefined;
  let index = 0;
  for await (const group of groupsOf(table)) {
    for (const record of group) {
      try {
        const row = ours === undefined ? foreignRow(record, table, index, runIdOf) : ours.add(record);
        if (row !== undefined) yield row;
      } catch (error) {
        const column = error instanceof CellError ? `, column ${table.names[error.column]}` : "";
        yield badPiece(`${table.file.name}, row ${index + 1}${column}`, error);
      }
      index += 1;
    }
  }
  const last = ours?.end();
  if (last !== undefined) yield last;
}

/** Our own layout: one value per line. */
class OurRows {
  readonly #keys: ReadonlySet<string>;
  readonly #rows = new PointsToRows();
  #runId = "";

  constructor(keys: readonly string[]) {
    this.#keys = new Set(keys);
  }

  add(record: TableRecord): RunRow | undefined {
    const runId = checkRunId(record["run_id"], "run_id");
    const key = checkKey(record["key"]);
    const step = checkStep(Number(record["step"]));
    const wallMs = Number(record["wall_ms"]);
    const value = cellValue(record);
    const former = runId === this.#runId ? undefined : this.end();
    this.#runId = runId;
    if (this.#keys.size > 0 && !this.#keys.has(key)) return former;
    return this.#row(this.#rows.add(step, wallMs, [key, value])) ?? former;
  }

  end(): RunRow | undefined {
    return this.#row(this.#rows.end());
  }

  #row(row: LoggedRow | undefined): RunRow | undefined {
    return row === undefined ? undefined : { kind: "row", runId: this.#runId, row };
  }
}

function cellValue({ value, json }: TableRecord): JsonValue {
  if (typeof value === "number") return value;
  if (typeof json === "string") return fromEventJson(json);
  throw new TrainlogError("import/bad-value", `expected value or json, got ${describeValue(value)}`, { status: 400 });
}

function foreignRow(
  record: TableRecord,
  { names, roles, file }: ParquetTable,
  index: number,
  runIdOf: (name: JsonValue | undefined) => string,
): RunRow | undefined {
  if (roles === undefined) return undefined;
  const cells = names.map((name) => jsonOf(record[name]));
  const row = rowOfLine({ cells, index }, roles, file.modifiedMs);
  if (row.cells.length === 0) return undefined;
  return { kind: "row", runId: runIdOf(roles.run === undefined ? undefined : cells[roles.run]), row };
}

/** A cell of any Parquet type as JSON: dates become ISO text, bytes are left out. */
function jsonOf(value: unknown): JsonValue | undefined {
  if (value === null || value === undefined || value instanceof Uint8Array) return undefined;
  return toJson(value, "cell", () => {});
}

/** The table of runs beside a Parquet file. @throws TrainlogError `import/bad-table`, naming the row. */
export async function readParquetRuns(file: InputFile): Promise<RunFacts[]> {
  const table = await openParquet(file, { keys: [] });
  const facts: RunFacts[] = [];
  for await (const group of groupsOf(table)) {
    for (const record of group) {
      try {
        facts.push(factsOfRecord(factsRecord(record)));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new TrainlogError("import/bad-table", `${file.name}, row ${facts.length + 1}: ${message}`, {
          status: 400,
        });
      }
    }
  }
  return facts;
}

function factsRecord(record: TableRecord): Record<string, JsonValue> {
  return objectFromEntries(
    RUNS_COLUMNS.flatMap(({ name, type }): [string, JsonValue][] => {
      const value = record[name];
      if (typeof value === "string") return [[name, type === "json" ? fromEventJson(value) : value]];
      return typeof value === "number" ? [[name, value]] : [];
    }),
  );
}
