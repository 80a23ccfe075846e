/**
 * @file Steps and wall times: one value per row, mostly growing evenly.
 *
 * Four modes, the smallest that gives back every bit: an arithmetic sequence (steps of a training loop: two numbers for any count), zig-zag
 * deltas of integers, the same of thousandths (wall times in whole µs), and raw float64.
 */
import type { ByteReader } from "./byte-reader.ts";
import { badBatch } from "./byte-reader.ts";
import { type ByteWriter, MAX_ZIGZAG, uvarintBytes, zigzag } from "./byte-writer.ts";
import { copyF64 } from "./float-copy.ts";

const ARITHMETIC = 0;
const INTEGER_DELTAS = 1;
const THOUSANDTH_DELTAS = 2;
const RAW = 3;

/** Appends `values`, shape `[n]`; `n` is known from the record. */
export function encodeAxis(writer: ByteWriter, values: Float64Array): void {
  if (isArithmetic(values)) {
    encodeArithmetic(writer, values);
    return;
  }
  for (const mode of [INTEGER_DELTAS, THOUSANDTH_DELTAS]) {
    const scale = mode === INTEGER_DELTAS ? 1 : 1000;
    const deltaBytes = scaledDeltaBytes(values, scale);
    if (deltaBytes >= values.length * 8) continue;
    writer.u8(mode);
    writer.uvarint(deltaBytes);
    encodeScaledDeltas(writer, values, scale);
    return;
  }
  writer.u8(RAW);
  writer.f64Array(values);
}

function isInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MAX_ZIGZAG && !Object.is(value, -0);
}

function isArithmetic(values: Float64Array): boolean {
  if (values.length === 0) return true;
  if (!isInteger(values[0]!)) return false;
  if (values.length === 1) return true;
  const delta = values[1]! - values[0]!;
  if (!isInteger(delta)) return false;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! - values[i - 1]! !== delta || !isInteger(values[i]!)) return false;
  }
  return true;
}

function encodeArithmetic(writer: ByteWriter, values: Float64Array): void {
  writer.u8(ARITHMETIC);
  if (values.length > 0) writer.varint(values[0]!);
  if (values.length > 1) writer.varint(values[1]! - values[0]!);
}

/** Bytes of the deltas of `values × scale`, or Infinity when that is not a column of integers that gives back every bit. */
function scaledDeltaBytes(values: Float64Array, scale: number): number {
  let bytes = 0;
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    const scaled = scale === 1 ? values[i]! : Math.round(values[i]! * scale);
    const delta = scaled - previous;
    if (!isInteger(scaled) || Math.abs(delta) > MAX_ZIGZAG || scaled / scale !== values[i]!) return Infinity;
    bytes += uvarintBytes(zigzag(delta));
    previous = scaled;
  }
  return bytes;
}

function encodeScaledDeltas(writer: ByteWriter, values: Float64Array, scale: number): void {
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    const scaled = scale === 1 ? values[i]! : Math.round(values[i]! * scale);
    writer.varint(scaled - previous);
    previous = scaled;
  }
}

/** Steps over the axis that begins at the reader's position and gives where it began; {@link decodeAxis} decodes it when it is wanted. */
export function skipAxis(reader: ByteReader, count: number): number {
  const start = reader.position;
  const mode = reader.u8();
  if (mode === ARITHMETIC) {
    if (count > 0) reader.varint();
    if (count > 1) reader.varint();
  } else if (mode === INTEGER_DELTAS || mode === THOUSANDTH_DELTAS) reader.skip(reader.uvarint());
  else if (mode === RAW) reader.skip(count * 8);
  else throw badBatch(`unknown axis mode ${mode} at byte ${start}`);
  return start;
}

/** Decodes an axis. Shape `[count]`. */
export function decodeAxis(reader: ByteReader, count: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  const mode = reader.u8();
  if (mode === RAW) copyF64(reader.take(count * 8), values);
  else if (mode === ARITHMETIC) fillArithmetic(reader, values);
  else decodeScaledDeltas(reader, values, mode === INTEGER_DELTAS ? 1 : 1000);
  return values;
}

function fillArithmetic(reader: ByteReader, values: Float64Array): void {
  if (values.length === 0) return;
  const first = reader.varint();
  const delta = values.length > 1 ? reader.varint() : 0;
  for (let i = 0; i < values.length; i++) values[i] = first + i * delta;
}

function decodeScaledDeltas(reader: ByteReader, values: Float64Array, scale: number): void {
  const end = reader.uvarint() + reader.position;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += reader.varint();
    values[i] = sum / scale;
  }
  reader.expectAt(end);
}
