/**
 * @file Points as Parquet, in the long layout: run_id, key, step, wall_ms, value, json.
 *
 * Long, because runs have different metrics and log them at different steps: a wide table would be mostly empty and its columns would change from export to
 * export, while a long one is one `pivot` away from any other shape. `value` is the number (NaN and the infinities are themselves), `json` the text of a value that is
 * no number; exactly one of the two is not null. Texts are dictionary-coded, so a key costs a few bits per point.
 */
import type { ColumnSource } from "hyparquet-writer";
import { toEventJson } from "../../run-log/codec/index.ts";
import { RunRows } from "../run-rows.ts";
import type { ByteSink, ExportJob, ExportSummary } from "../run-source.ts";
import { RUNS_COLUMNS, runRecord } from "../runs-table.ts";
import { valueText } from "../value-text.ts";

/** Points of one row group: what is in memory at once. */
const GROUP_POINTS = 100_000;

type Library = typeof import("hyparquet-writer");

/** Writes the points of a job's runs, and beside them the table of runs, when there is a place for it. */
export async function exportParquet(job: ExportJob, points: ByteSink, runs?: ByteSink): Promise<ExportSummary> {
  // Loaded here: who exports something else does not wait for it.
  const library = await import("hyparquet-writer");
  const rows = new RunRows(job);
  const table = new PointsTable(library, points);
  for (const runId of job.runIds) {
    for await (const { step, wallMs, cells } of rows.of(runId)) {
      for (const [key, value] of cells) table.add(runId, key, step, wallMs, value);
      if (table.isFull) await table.flush();
    }
  }
  await table.end();
  if (runs !== undefined) await writeRuns(library, job, runs);
  return rows.summary();
}

/** A Parquet file that is written group by group. */
class ParquetFile {
  readonly #bytes: InstanceType<Library["ByteWriter"]>;
  readonly #writer: InstanceType<Library["ParquetWriter"]>;
  readonly #sink: ByteSink;

  constructor(library: Library, sink: ByteSink, columns: readonly ColumnSource[]) {
    this.#bytes = new library.ByteWriter();
    this.#sink = sink;
    this.#writer = new library.ParquetWriter({
      writer: this.#bytes,
      schema: library.schemaFromColumnData({ columnData: [...columns] }),
      createdBy: "trainlog",
    });
  }

  async group(columns: readonly ColumnSource[]): Promise<void> {
    await this.#writer.write({ columnData: [...columns], rowGroupSize: GROUP_POINTS });
    await this.#drain();
  }

  async end(): Promise<void> {
    await this.#writer.finish();
    await this.#drain();
  }

  /** Hands on what the library wrote; its offset in the file goes on counting. */
  async #drain(): Promise<void> {
    const { buffer, index } = this.#bytes;
    await this.#sink.write(new Uint8Array(buffer.slice(0, index)));
    this.#bytes.index = 0;
  }
}

/** The points of the next row group. */
class PointsTable {
  readonly #file: ParquetFile;
  #runIds: string[] = [];
  #keys: string[] = [];
  #steps: bigint[] = [];
  #wallMs: number[] = [];
  #values: (number | null)[] = [];
  #json: (string | null)[] = [];

  constructor(library: Library, sink: ByteSink) {
    this.#file = new ParquetFile(library, sink, this.#columns());
  }

  get isFull(): boolean {
    return this.#runIds.length >= GROUP_POINTS;
  }

  add(runId: string, key: string, step: number, wallMs: number, value: unknown): void {
    this.#runIds.push(runId);
    this.#keys.push(key);
    this.#steps.push(BigInt(step));
    this.#wallMs.push(wallMs);
    this.#values.push(typeof value === "number" ? value : null);
    this.#json.push(typeof value === "number" ? null : toEventJson(value));
  }

  async flush(): Promise<void> {
    if (this.#runIds.length > 0) await this.#file.group(this.#columns());
    this.#runIds = [];
    this.#keys = [];
    this.#steps = [];
    this.#wallMs = [];
    this.#values = [];
    this.#json = [];
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#file.end();
  }

  /** Statistics of values are left out: their meaning with NaN differs from reader to reader. */
  #columns(): ColumnSource[] {
    return [
      { name: "run_id", type: "STRING", nullable: false, data: this.#runIds },
      { name: "key", type: "STRING", nullable: false, data: this.#keys },
      { name: "step", type: "INT64", nullable: false, data: this.#steps },
      { name: "wall_ms", type: "DOUBLE", nullable: false, data: this.#wallMs },
      { name: "value", type: "DOUBLE", nullable: true, data: this.#values, statistics: false },
      { name: "json", type: "STRING", nullable: true, data: this.#json },
    ];
  }
}

async function writeRuns(library: Library, job: ExportJob, sink: ByteSink): Promise<void> {
  const records: Map<string, unknown>[] = [];
  for (const runId of job.runIds) records.push(new Map(runRecord(await job.source.facts(runId))));
  const columns = RUNS_COLUMNS.map(({ name, type }): ColumnSource => {
    const data = records.map((record) => cellOf(record.get(name), type));
    return { name, type: type === "number" ? "DOUBLE" : "STRING", nullable: true, data };
  });
  const file = new ParquetFile(library, sink, columns);
  if (records.length > 0) await file.group(columns);
  await file.end();
}

function cellOf(value: unknown, type: "text" | "number" | "json"): unknown {
  if (value === undefined) return null;
  // Facts are JSON: see `runRecord`.
  return type === "json" ? valueText(value as Parameters<typeof valueText>[0]) : value;
}
