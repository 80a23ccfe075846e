/**
 * @file Arrays of numbers for files that are written once and read often: the codings of a batch, with the bytes of floats shuffled so that zstd finds
 * something in them.
 *
 * Shuffling puts the first bytes of all values together, then the second ones, and so on (Blosc's "shuffle", Alted 2010). Noise stays noise, but sign and
 * exponent of neighbouring values are alike: a float32 of training noise then takes some 3.3 bytes instead of 4.
 */
import type { ByteReader } from "../codec/byte-reader.ts";
import type { ByteWriter } from "../codec/byte-writer.ts";
import {
  chooseNumberCodec,
  decodeNumbers,
  encodeNumbers,
  FLOAT32,
  FLOAT64,
  skipNumbers,
} from "../codec/number-column.ts";

/** Appends `values`: count, coding, then their bytes. */
export function writeNumbers(writer: ByteWriter, values: Float64Array): void {
  const coding = chooseNumberCodec(values);
  writer.uvarint(values.length);
  writer.u8(coding);
  const start = writer.length;
  encodeNumbers(writer, coding, values);
  const width = widthOf(coding);
  if (width === 0) return;
  const plain = writer.bytes.slice(start, writer.length);
  shuffle(plain, width, writer.bytes.subarray(start, writer.length));
}

/**
 * Reads what {@link writeNumbers} wrote.
 *
 * @throws TrainlogError `run-log/bad-batch` when the bytes are not that.
 */
export function readNumbers(reader: ByteReader): Float64Array {
  const count = reader.uvarint();
  const coding = reader.u8();
  const width = widthOf(coding);
  if (width === 0) return decodeNumbers(reader, coding, countThatFits(reader, coding, count));
  const shuffled = reader.take(count * width);
  const plain = new Uint8Array(count * width);
  unshuffle(shuffled, width, plain);
  return width === 8 ? new Float64Array(plain.buffer) : Float64Array.from(new Float32Array(plain.buffer));
}

function widthOf(coding: number): 0 | 4 | 8 {
  return coding === FLOAT64 ? 8 : coding === FLOAT32 ? 4 : 0;
}

/** Checks that the values are there before memory is taken for them. */
function countThatFits(reader: ByteReader, coding: number, count: number): number {
  const start = reader.position;
  skipNumbers(reader, coding, count);
  reader.position = start;
  return count;
}

function shuffle(plain: Uint8Array, width: number, target: Uint8Array): void {
  const count = plain.length / width;
  for (let byte = 0, to = 0; byte < width; byte++) {
    for (let i = 0, from = byte; i < count; i++, from += width) target[to++] = plain[from]!;
  }
}

function unshuffle(shuffled: Uint8Array, width: number, target: Uint8Array): void {
  const count = shuffled.length / width;
  for (let byte = 0, from = 0; byte < width; byte++) {
    for (let i = 0, to = byte; i < count; i++, to += width) target[to] = shuffled[from++]!;
  }
}
