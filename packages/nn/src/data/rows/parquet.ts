/** @file Rows of Parquet files, by the optional package `hyparquet`. */
import { reasonOf, TrainlogError } from "../../error.ts";
import type { Shape } from "../../shape/shape.ts";
import { checkOptionNames } from "../options.ts";
import { optionalPeer, rethrow } from "../source/optional-peer.ts";
import { type DataSource, nameOf, type OpenSource, openSource } from "../source/source.ts";
import type { Columns } from "../table/columns.ts";
import type { Table, TableRow } from "../table/table.ts";
import {
  TABULAR_OPTIONS,
  type TabularData,
  type TabularOptions,
  type Target,
  type TargetShape,
  tabularDataset,
} from "../table/tabular-dataset.ts";

type Hyparquet = typeof import("hyparquet");
type Metadata = Awaited<ReturnType<Hyparquet["parquetMetadataAsync"]>>;

/** Which columns to read. */
export interface ParquetOptions {
  /** Names of the columns. Default: all. */
  readonly columns?: readonly string[];
}

/** Rows that are unpacked at a time: enough to keep the cost per row small, few enough to keep memory small. */
const ROWS_AT_A_TIME = 4096;

/** A file that was opened. */
interface ParquetFile {
  readonly what: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  read(columns: readonly string[], start: number, end: number): Promise<Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/**
 * The rows of a Parquet file, one after the other; only the asked columns are read. Snappy and uncompressed files are read.
 *
 * @throws TrainlogError `data/no-package` when `hyparquet` is not installed, `parquet/corrupt` for what is no Parquet file or is damaged,
 *   `table/no-column`, `data/no-file`, `data/unknown-option`.
 */
export async function* parquetRows(
  source: DataSource,
  options: ParquetOptions = {},
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  checkOptionNames("parquetRows", options, ["columns"]);
  const file = await openParquet(source);
  try {
    for await (const rows of allRows(file, options.columns ?? file.columns)) yield* rows;
  } finally {
    await file.close();
  }
}

/**
 * Examples for training and testing from a Parquet file with flat columns.
 *
 * @throws TrainlogError as {@link parquetRows} and, for cells and options, as `tabularCsvDataset`.
 */
export async function tabularParquetDataset<
  const C extends Columns,
  const T extends Target,
  const In extends Shape = readonly [number],
>(source: DataSource, options: TabularOptions<C, T, In>): Promise<TabularData<In, TargetShape<C, T>>> {
  checkOptionNames("tabularParquetDataset", options, TABULAR_OPTIONS);
  const file = await openParquet(source);
  try {
    const table: Table = { what: file.what, columns: file.columns, batches: tableRows(file) };
    return await tabularDataset(table, options);
  } finally {
    await file.close();
  }
}

async function openParquet(source: DataSource): Promise<ParquetFile> {
  const what = nameOf(source, "the Parquet data");
  const { parquetMetadataAsync, parquetReadObjects } = await optionalPeer("hyparquet", "reading Parquet files", () =>
    import("hyparquet").catch(rethrow),
  );
  const open = await openSource(source);
  try {
    const file = asyncBuffer(open);
    const metadata = await orCorrupt(what, () => parquetMetadataAsync(file));
    return {
      what,
      columns: columnNames(metadata),
      rowCount: Number(metadata.num_rows),
      read: (columns, rowStart, rowEnd) =>
        orCorrupt(what, () => parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd })),
      close: open.close,
    };
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function* allRows(
  file: ParquetFile,
  columns: readonly string[],
): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
  const unknown = columns.find((name) => !file.columns.includes(name));
  if (unknown !== undefined) {
    throw new TrainlogError(
      "table/no-column",
      `${file.what} has no column "${unknown}"; it has ${file.columns.join(", ")}`,
    );
  }
  for (let start = 0; start < file.rowCount; start += ROWS_AT_A_TIME) {
    yield await file.read(columns, start, Math.min(start + ROWS_AT_A_TIME, file.rowCount));
  }
}

async function* tableRows(file: ParquetFile): AsyncGenerator<readonly TableRow[]> {
  let rowCount = 0;
  for await (const rows of allRows(file, file.columns)) {
    const before = rowCount;
    rowCount += rows.length;
    yield rows.map((cells, i) => ({
      place: () => `row ${before + i + 1}`,
      cells: file.columns.map((name) => cells[name]),
    }));
  }
}

/** Top-level columns: the root's children; nested ones keep their outer name. */
function columnNames({ schema }: Metadata): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child += 1) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]?.name ?? "");
  return names;
}

function asyncBuffer({ sizeBytes, read }: OpenSource): {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
} {
  const place = (at: number): number => Math.min(Math.max(at < 0 ? at + sizeBytes : at, 0), sizeBytes);
  return {
    byteLength: sizeBytes,
    slice: async (start, end = sizeBytes) => {
      const bytes = await read(place(start), Math.max(place(start), place(end)));
      return Uint8Array.from(bytes).buffer;
    },
  };
}

/** Whatever the decoder stumbles over is a fault of the file. */
async function orCorrupt<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof TrainlogError) throw cause;
    const reason = reasonOf(cause);
    throw new TrainlogError("parquet/corrupt", `${what} cannot be read as Parquet: ${reason}`, { cause });
  }
}
