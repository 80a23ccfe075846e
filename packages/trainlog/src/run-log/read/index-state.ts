/**
 * @file The index of a run as bytes: what a sidecar and the footer of a sealed file hold.
 *
 * Numbers are written field by field over all cells of a metric and not cell by cell: neighbours are alike then, and metrics that were logged together
 * repeat each other's extents byte for byte, which zstd finds.
 */
import { isPlainObject, type JsonObject, type JsonValue } from "../../run/json.ts";
import { type ByteReader, badBatch } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { fromEventJson, toEventJson } from "../codec/event-json.ts";
import { CELL_STRIDE } from "./cell.ts";
import { type MetricKind, MetricTable, type MetricTableState } from "./metric-table.ts";
import { readNumbers, writeNumbers } from "./number-array.ts";
import { ChunkList, RunIndex } from "./run-index.ts";

/** An index together with what belongs to its files: facts that are JSON, and lists of numbers. */
export interface IndexState {
  readonly index: RunIndex;
  /** What the files of the run add to it. */
  readonly facts: JsonObject;
  readonly numbers: readonly Float64Array[];
}

/** Bytes of an index. @param chunks - Per metric, the chunk list to write in place of the index's own. */
export function encodeIndex(state: IndexState): Uint8Array {
  const { index, facts, numbers } = state;
  const table = index.table.state();
  const writer = new ByteWriter(64 * 1024);
  const head = {
    ...{ rows: index.rows, events: index.events, firstWallMs: index.firstWallMs },
    ...{ origins: [...index.origins], keys: table.keys, kinds: kindsText(table.kinds) },
    lastJson: table.lastJson.flatMap((value, metric) => (value === undefined ? [] : [[metric, value]])),
    ...{ facts, numbers: numbers.length },
  };
  const block = new TextEncoder().encode(toEventJson(head));
  writer.uvarint(block.length);
  writer.raw(block);
  writeChunkPlaces(writer, index.chunks);
  writeTable(writer, table);
  for (const list of numbers) writeNumbers(writer, list);
  return writer.bytes.subarray(0, writer.length);
}

/**
 * Reads what {@link encodeIndex} wrote.
 *
 * @throws TrainlogError `run-log/bad-batch` when it is not that.
 */
export function decodeIndex(reader: ByteReader): IndexState {
  const head = fromEventJson(reader.utf8(reader.uvarint()));
  if (!isPlainObject(head) || !isPlainObject(head["facts"])) throw badBatch("an index does not begin with its facts");
  const keys = textsOf(head["keys"], "keys");
  const chunks = readChunkPlaces(reader);
  const table = readTable(reader, keys, kindsOf(head["kinds"], keys.length), pairsOf(head["lastJson"], "lastJson"));
  const origins = pairsOf(head["origins"], "origins").map(([id, seq]): [string, number] => [
    String(id),
    numberOf(seq, "origins"),
  ]);
  const index = new RunIndex(table, chunks, new Map(origins));
  index.rows = numberOf(head["rows"], "rows");
  index.events = numberOf(head["events"], "events");
  index.firstWallMs = numberOf(head["firstWallMs"], "firstWallMs");
  const numbers = Array.from({ length: numberOf(head["numbers"], "numbers") }, () => readNumbers(reader));
  // `isPlainObject` has just said so of a value that came out of JSON.
  return { index, facts: head["facts"] as JsonObject, numbers };
}

function kindsText(kinds: readonly MetricKind[]): string {
  return kinds.map((kind) => (kind === "number" ? "n" : "j")).join("");
}

function kindsOf(text: unknown, count: number): MetricKind[] {
  if (typeof text !== "string" || text.length !== count)
    throw badBatch("an index has kinds for other metrics than it names");
  return Array.from(text, (letter) => (letter === "n" ? "number" : "json"));
}

function writeChunkPlaces(writer: ByteWriter, chunks: ChunkList): void {
  const places = Array.from({ length: chunks.count }, (_, chunk) => chunks.placeOf(chunk));
  for (const field of ["file", "start", "end"] as const)
    writeNumbers(
      writer,
      Float64Array.from(places, (place) => place[field]),
    );
}

function readChunkPlaces(reader: ByteReader): ChunkList {
  const files = readNumbers(reader);
  const starts = readNumbers(reader);
  const ends = readNumbers(reader);
  const chunks = new ChunkList();
  files.forEach((file, i) => {
    chunks.add({ file, start: starts[i]!, end: ends[i]! });
  });
  return chunks;
}

function writeTable(writer: ByteWriter, table: MetricTableState): void {
  writeFields(writer, table.stats, MetricTable.statsStride);
  writeFields(writer, table.openCells, CELL_STRIDE);
  writeNumbers(
    writer,
    Float64Array.from(table.cells, (cells) => (cells?.length ?? 0) / CELL_STRIDE),
  );
  for (const cells of table.cells) if (cells !== undefined) writeFields(writer, cells, CELL_STRIDE);
  writeNumbers(
    writer,
    Float64Array.from(table.chunks, (chunks) => chunks.length),
  );
  writeNumbers(writer, Float64Array.from(table.chunks.flatMap((chunks) => chunks.filter((_, i) => i % 2 === 0))));
  writeNumbers(writer, Float64Array.from(table.chunks.flatMap((chunks) => chunks.filter((_, i) => i % 2 === 1))));
}

function readTable(
  reader: ByteReader,
  keys: readonly string[],
  kinds: readonly MetricKind[],
  lastJson: readonly (readonly [JsonValue, JsonValue])[],
): MetricTable {
  const stats = readFields(reader, MetricTable.statsStride, keys.length);
  const openCells = readFields(reader, CELL_STRIDE, keys.length);
  const cellCounts = readNumbers(reader);
  const cells = keys.map((_, metric) =>
    cellCounts[metric]! > 0 ? readFields(reader, CELL_STRIDE, cellCounts[metric]!) : undefined,
  );
  const chunks = readChunkLists(reader, keys.length);
  const values: (JsonValue | undefined)[] = keys.map(() => undefined);
  for (const [metric, value] of lastJson) values[numberOf(metric, "lastJson")] = value;
  return MetricTable.fromState({ keys, kinds, stats, openCells, cells, chunks, lastJson: values });
}

function readChunkLists(reader: ByteReader, metrics: number): number[][] {
  const lengths = readNumbers(reader);
  const numbers = readNumbers(reader);
  const firsts = readNumbers(reader);
  let at = 0;
  return Array.from({ length: metrics }, (_, metric) => {
    const list: number[] = [];
    for (let i = 0; i < lengths[metric]!; i += 2, at++) list.push(numbers[at]!, firsts[at]!);
    return list;
  });
}

/** Writes records of `stride` numbers, field after field. */
function writeFields(writer: ByteWriter, records: Float64Array, stride: number): void {
  const count = records.length / stride;
  const column = new Float64Array(count);
  for (let field = 0; field < stride; field++) {
    for (let i = 0, from = field; i < count; i++, from += stride) column[i] = records[from]!;
    writeNumbers(writer, column);
  }
}

function readFields(reader: ByteReader, stride: number, count: number): Float64Array {
  const columns = Array.from({ length: stride }, () => readNumbers(reader));
  if (columns.some((column) => column.length !== count))
    throw badBatch(`an index lists another number of records than ${count}`);
  const records = new Float64Array(count * stride);
  columns.forEach((column, field) => {
    for (let i = 0, to = field; i < count; i++, to += stride) records[to] = column[i]!;
  });
  return records;
}

/** A number of an index's facts. @throws TrainlogError `run-log/bad-batch`. */
export function numberOf(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  throw badBatch(`${name} of an index is not a number`);
}

/** A list of texts of an index's facts. @throws TrainlogError `run-log/bad-batch`. */
export function textsOf(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw badBatch(`${name} of an index is not a list of texts`);
}

/** A list of pairs of an index's facts. @throws TrainlogError `run-log/bad-batch`. */
export function pairsOf(value: unknown, name: string): [JsonValue, JsonValue][] {
  if (Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === 2)) return value;
  throw badBatch(`${name} of an index is not a list of pairs`);
}

/** A list of an index's facts. @throws TrainlogError `run-log/bad-batch`. */
export function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badBatch(`${name} of an index is not a list`);
}

/** A list of numbers of an index's facts. @throws TrainlogError `run-log/bad-batch`. */
export function numbersOf(value: unknown, name: string): number[] {
  return listOf(value, name).map((item) => numberOf(item, name));
}
