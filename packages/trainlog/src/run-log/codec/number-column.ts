/**
 * @file Values of one metric in one batch: the smallest of four codings that gives back every bit.
 *
 * Losses that Python made with `.item()` are float32 and take 4 bytes; counters take one or two; a constant takes 8 bytes for any count; noise takes
 * its 8. Anything cleverer (XOR coding as in Gorilla, byte shuffling with zstd) waits until the run is sealed: here a script's time counts.
 */
import type { ByteReader } from "./byte-reader.ts";
import { badBatch } from "./byte-reader.ts";
import { type ByteWriter, MAX_ZIGZAG, uvarintBytes, zigzag } from "./byte-writer.ts";
import { copyF32, copyF64 } from "./float-copy.ts";

/** Coding of a column, the low four bits of its codec byte. */
export const CONSTANT = 0;
export const INTEGER = 1;
export const FLOAT32 = 2;
export const FLOAT64 = 3;
export const JSON_VALUES = 4;

/** Coding with which {@link encodeNumbers} writes `values` smallest. */
export function chooseNumberCodec(values: Float64Array): number {
  const count = values.length;
  if (count === 0) return FLOAT64;
  const first = values[0]!;
  let isConstant = count > 1;
  let isFloat32 = true;
  let integerBytes = 0;
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (isConstant && !Object.is(value, first)) isConstant = false;
    if (isFloat32 && Math.fround(value) !== value && !Number.isNaN(value)) isFloat32 = false;
    if (integerBytes !== Infinity) {
      integerBytes += integerDeltaBytes(value, previous);
      previous = value;
    }
    if (!isConstant && !isFloat32 && integerBytes === Infinity) return FLOAT64;
  }
  return smallestCodec(count, isConstant, isFloat32, integerBytes);
}

/** Bytes of one delta, or Infinity when the value is not an integer that a delta gives back. */
function integerDeltaBytes(value: number, previous: number): number {
  const delta = value - previous;
  // The first comparison is the quick way out for integers of everyday size; −0 is an integer that zig-zag would turn into 0.
  if ((delta | 0) === delta && (value | 0) === value && !Object.is(value, -0)) {
    const magnitude = delta < 0 ? -1 - delta : delta;
    return magnitude < 64 ? 1 : magnitude < 8192 ? 2 : magnitude < 1_048_576 ? 3 : magnitude < 134_217_728 ? 4 : 5;
  }
  if (!Number.isInteger(value) || Object.is(value, -0)) return Infinity;
  if (Math.abs(value) > MAX_ZIGZAG || Math.abs(delta) > MAX_ZIGZAG) return Infinity;
  return uvarintBytes(zigzag(delta));
}

function smallestCodec(count: number, isConstant: boolean, isFloat32: boolean, integerBytes: number): number {
  const floatBytes = count * (isFloat32 ? 4 : 8);
  const bestBytes = isConstant ? Math.min(8, floatBytes) : floatBytes;
  // The test in front keeps Infinity away from the second, which counts bytes of a length.
  if (integerBytes < bestBytes && integerBytes + uvarintBytes(integerBytes) < bestBytes) return INTEGER;
  if (isConstant && floatBytes > 8) return CONSTANT;
  return isFloat32 ? FLOAT32 : FLOAT64;
}

/** Appends `values` in the coding `codec`, which is what {@link chooseNumberCodec} gave for them. */
export function encodeNumbers(writer: ByteWriter, codec: number, values: Float64Array): void {
  if (codec === FLOAT64) writer.f64Array(values);
  else if (codec === FLOAT32) writer.f32Array(values);
  else if (codec === CONSTANT) writer.f64(values[0]!);
  else encodeIntegers(writer, values);
}

function encodeIntegers(writer: ByteWriter, values: Float64Array): void {
  const block = writer.beginBlock();
  let previous = 0;
  for (let i = 0; i < values.length; i++) {
    writer.varint(values[i]! - previous);
    previous = values[i]!;
  }
  writer.endBlock(block);
}

/** Steps over a column's values without decoding them and gives where they began. */
export function skipNumbers(reader: ByteReader, codec: number, count: number): number {
  const start = reader.position;
  if (codec === FLOAT64) reader.skip(count * 8);
  else if (codec === FLOAT32) reader.skip(count * 4);
  else if (codec === CONSTANT) reader.skip(8);
  else if (codec === INTEGER || codec === JSON_VALUES) reader.skip(reader.uvarint());
  else throw badBatch(`unknown column coding ${codec} before byte ${start}`);
  return start;
}

/** Decodes a column of numbers. Shape `[count]`. */
export function decodeNumbers(reader: ByteReader, codec: number, count: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(count);
  if (codec === FLOAT64) copyF64(reader.take(count * 8), values);
  else if (codec === FLOAT32) copyF32(reader.take(count * 4), values);
  else if (codec === CONSTANT) values.fill(reader.f64());
  else decodeIntegers(reader, values);
  return values;
}

function decodeIntegers(reader: ByteReader, values: Float64Array): void {
  const end = reader.uvarint() + reader.position;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += reader.varint();
    values[i] = sum;
  }
  reader.expectAt(end);
}
