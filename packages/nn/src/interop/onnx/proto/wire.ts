/**
 * @file The protobuf wire format, as far as ONNX uses it. https://protobuf.dev/programming-guides/encoding/
 *
 * A message is a row of fields, each with a number and one of four wire types. Reading believes no length; integers become numbers, which is exact up to
 * 2^53 and near enough for the sentinels (±2^63) that ONNX writes for "to the end".
 */
import { TrainlogError } from "../../../error.ts";

/** One field of a message: an integer or the bits of a float (`bits`), or bytes. */
export interface Field {
  readonly number: number;
  /** Wire types 0 (varint), 1 (8 bytes) and 5 (4 bytes): the value as unsigned bits. Wire type 2: undefined. */
  readonly bits: bigint | undefined;
  /** Wire type 2: the bytes of a text, a message or packed numbers. Otherwise empty. */
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);
/** A 64-bit number takes ten groups of seven bits at most. */
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message, in their order.
 *
 * @param what - Names the message in errors: `"the graph"`.
 * @throws TrainlogError `onnx/bad-file` when a field reaches past the end or has an unknown wire type.
 */
export function* fieldsOf(bytes: Uint8Array, what: string): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (sizeBytes: number): number => {
    if (sizeBytes > bytes.byteLength - at) {
      throw badFile(
        `${what} ends at byte ${bytes.byteLength}, but a field at byte ${at} takes ${sizeBytes} more; the file was cut off or is no ONNX file`,
      );
    }
    at += sizeBytes;
    return at - sizeBytes;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let group = 0; group < MAX_VARINT_BYTES; group += 1) {
      const byte = bytes[take(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * group);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw badFile(`${what} has a number longer than ${MAX_VARINT_BYTES} bytes at byte ${at}`);
  };
  while (at < bytes.byteLength) {
    const start = at;
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    if (number === 0) throw badFile(`${what} has a field of number 0 at byte ${start}; is this an ONNX file?`);
    if (tag % 8 === 0) yield { number, bits: varint(), bytes: NO_BYTES };
    else if (tag % 8 === 1) yield { number, bits: view.getBigUint64(take(8), true), bytes: NO_BYTES };
    else if (tag % 8 === 5) yield { number, bits: BigInt(view.getUint32(take(4), true)), bytes: NO_BYTES };
    else if (tag % 8 === 2) {
      const sizeBytes = Number(varint());
      const begin = take(sizeBytes);
      yield { number, bits: undefined, bytes: bytes.subarray(begin, begin + sizeBytes) };
    } else throw badFile(`${what} has a field of wire type ${tag % 8} at byte ${start}; is this an ONNX file?`);
  }
}

/** A field as a signed integer. */
export function intOf(field: Field): number {
  return Number(BigInt.asIntN(64, field.bits ?? 0n));
}

/** A field as a 32-bit float. */
export function floatOf(field: Field): number {
  return bitsToFloat32(Number(BigInt.asUintN(32, field.bits ?? 0n)));
}

/** A field as text. */
export function textOf(field: Field): string {
  return new TextDecoder().decode(field.bytes);
}

/** A repeated integer field, packed or not. */
export function intsOf(field: Field): readonly number[] {
  return field.bits === undefined ? packedInts(field.bytes) : [intOf(field)];
}

/** A repeated field of 32-bit floats, packed or not. */
export function floatsOf(field: Field): readonly number[] {
  return field.bits === undefined ? fixed(field.bytes, 4, (view, at) => view.getFloat32(at, true)) : [floatOf(field)];
}

/** A repeated field of 64-bit floats, packed or not. */
export function doublesOf(field: Field): readonly number[] {
  if (field.bits === undefined) return fixed(field.bytes, 8, (view, at) => view.getFloat64(at, true));
  const scratch = new DataView(new ArrayBuffer(8));
  scratch.setBigUint64(0, field.bits);
  return [scratch.getFloat64(0)];
}

function packedInts(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw badFile("a packed number is longer than 10 bytes");
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  if (shift > 0n) throw badFile("a list of packed numbers ends within a number; the file was cut off");
  return values;
}

function fixed(bytes: Uint8Array, sizeBytes: number, get: (view: DataView, at: number) => number): number[] {
  if (bytes.byteLength % sizeBytes !== 0) {
    throw badFile(`a list of ${sizeBytes}-byte numbers has ${bytes.byteLength} bytes; the file was cut off`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / sizeBytes }, (_, index) => get(view, index * sizeBytes));
}

function bitsToFloat32(bits: number): number {
  const scratch = new DataView(new ArrayBuffer(4));
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

/** The error for bytes that are no (whole) ONNX file. */
export function badFile(what: string): TrainlogError {
  return new TrainlogError("onnx/bad-file", what);
}

/** Puts a message together. Fields of default value are written too: ONNX marks presence by them. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  /** An integer (varint); negative ones take ten bytes, as the format wants. */
  int(number: number, value: number): this {
    this.#parts.push(varintBytes(number * 8), varintBytes(value));
    return this;
  }

  /** A 32-bit float. */
  float(number: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(varintBytes(number * 8 + 5), bytes);
    return this;
  }

  text(number: number, value: string): this {
    return this.bytes(number, new TextEncoder().encode(value));
  }

  bytes(number: number, value: Uint8Array): this {
    this.#parts.push(varintBytes(number * 8 + 2), varintBytes(value.byteLength), value);
    return this;
  }

  /** A message within this one. */
  message(number: number, writer: MessageWriter): this {
    return this.bytes(number, writer.finish());
  }

  /** Integers in one packed field. */
  packedInts(number: number, values: readonly number[]): this {
    return this.bytes(number, concatBytes(values.map(varintBytes)));
  }

  /** Floats in one packed field. */
  packedFloats(number: number, values: readonly number[]): this {
    const bytes = new Uint8Array(values.length * 4);
    const view = new DataView(bytes.buffer);
    values.forEach((value, index) => {
      view.setFloat32(index * 4, value, true);
    });
    return this.bytes(number, bytes);
  }

  /** The message's bytes. */
  finish(): Uint8Array {
    return concatBytes(this.#parts);
  }
}

function varintBytes(value: number): Uint8Array {
  if (value >= 0 && value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
