/**
 * @file The header of a safetensors file: 8 bytes of length, then JSON that says where each tensor lies.
 *
 * Nothing in the file is believed: lengths, offsets and shapes must agree with each other and with the number of bytes, and the tensors must fill the
 * rest of the file without a hole or an overlap, as the reference implementation (huggingface/safetensors) demands.
 */

import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import { type Shape, showShape } from "../../shape/shape.ts";
import { duplicateKey } from "../duplicate-keys.ts";
import { isRecord } from "../is-record.ts";
import { ELEMENT_TYPES, elementSizeBytes, isElementType, type SafetensorsElementType } from "./element-type.ts";

/** Bytes before the JSON: its length as a little-endian 64-bit number. */
export const LENGTH_BYTES = 8;
/** The longest header that is read, as in the reference implementation: a lying length must not make us parse gigabytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Where one tensor lies. */
export interface TensorEntry {
  readonly name: string;
  readonly type: SafetensorsElementType;
  readonly shape: Shape;
  /** Byte offsets from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** What a header says. */
export interface SafetensorsHeader {
  /** The free texts of `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the header. */
  readonly entries: readonly TensorEntry[];
  /** Where the elements begin: offset in the file. */
  readonly dataOffset: number;
}

/**
 * Reads and checks the header of a whole file.
 *
 * @throws TrainlogError `safetensors/truncated` when bytes are missing, `safetensors/bad-header` for a header that breaks the format,
 *   `safetensors/bad-tensor` when an entry does not fit the file or its shape, `safetensors/unknown-dtype`.
 */
export function readHeader(bytes: Uint8Array): SafetensorsHeader {
  const lengthBytes = headerLength(bytes);
  const dataOffset = LENGTH_BYTES + lengthBytes;
  const { __metadata__: metadata, ...tensors } = parseHeader(bytes.subarray(LENGTH_BYTES, dataOffset));
  const entries = Object.entries(tensors).map(([name, entry]) => readEntry(name, entry));
  checkLayout(entries, bytes.byteLength - dataOffset);
  return { metadata: readMetadata(metadata), entries, dataOffset };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.byteLength < LENGTH_BYTES) {
    throw new TrainlogError(
      "safetensors/truncated",
      `a safetensors file begins with ${LENGTH_BYTES} bytes of header length; this one has ${bytes.byteLength} bytes`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw badHeader(
      `its length is given as ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed; is this a safetensors file?`,
    );
  }
  if (Number(length) > bytes.byteLength - LENGTH_BYTES) {
    throw new TrainlogError(
      "safetensors/truncated",
      `the header is given as ${length} bytes, but only ${bytes.byteLength - LENGTH_BYTES} bytes follow; the file was cut off`,
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  // The format wants the brace at once, so that other formats are not taken for this one.
  if (bytes[0] !== 0x7b) throw badHeader('byte 8 must be "{"');
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (cause) {
    throw badHeader(`it is not JSON in UTF-8 (${reasonOf(cause)})`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw badHeader(`the key ${describeValue(twice)} stands in it twice`);
  if (!isRecord(parsed)) throw badHeader(`it is ${describeValue(parsed)}, not an object`);
  return parsed;
}

function readMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) throw badHeader(`__metadata__ is ${describeValue(metadata)}, not an object`);
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => {
      if (typeof value === "string") return [key, value];
      throw badHeader(`__metadata__ holds texts only, but ${describeValue(key)} is ${describeValue(value)}`);
    }),
  );
}

function readEntry(name: string, entry: unknown): TensorEntry {
  if (!isRecord(entry)) throw badTensor(name, `is ${describeValue(entry)}, not an object`);
  const { dtype: type, shape, data_offsets: offsets } = entry;
  if (!isElementType(type)) {
    throw new TrainlogError(
      "safetensors/unknown-dtype",
      `tensor ${describeValue(name)} has the element type ${describeValue(type)}; known are ${ELEMENT_TYPES.join(", ")}`,
    );
  }
  if (!isNaturals(shape))
    throw badTensor(name, `has the shape ${JSON.stringify(shape)}, not an array of whole numbers`);
  if (!isNaturals(offsets) || offsets.length !== 2) {
    throw badTensor(name, `has data_offsets ${JSON.stringify(offsets)}, not [begin, end]`);
  }
  const [begin = 0, end = 0] = offsets;
  const neededBytes = shape.reduce((product, length) => product * length, elementSizeBytes(type));
  if (end - begin !== neededBytes) {
    throw badTensor(
      name,
      `has ${end - begin} bytes (data_offsets [${begin}, ${end}]), but ${type} of shape ${showShape(shape)} takes ${neededBytes}`,
    );
  }
  return { name, type, shape, begin, end };
}

/** The tensors must fill `sizeBytes` exactly. */
function checkLayout(entries: readonly TensorEntry[], sizeBytes: number): void {
  let reached = 0;
  let last = "the header";
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== reached) {
      throw badTensor(
        name,
        `begins at byte ${begin}, but ${last} ends at ${reached}: ${begin < reached ? "they overlap" : "there is a hole"}`,
      );
    }
    reached = end;
    last = describeValue(name);
  }
  if (reached > sizeBytes) {
    throw new TrainlogError(
      "safetensors/truncated",
      `the tensors take ${reached} bytes after the header, but ${sizeBytes} are there (${last} is cut off)`,
    );
  }
  if (reached < sizeBytes) throw badHeader(`${sizeBytes - reached} bytes behind the last tensor belong to none`);
}

/** A header's bytes, length included, padded with spaces so that elements begin at a multiple of 8. */
export function writeHeader(entries: readonly TensorEntry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const tensors = entries.map(({ name, type, shape, begin, end }) => [
    name,
    { dtype: type, shape, data_offsets: [begin, end] },
  ]);
  const meta = Object.keys(metadata).length === 0 ? [] : [["__metadata__", metadata]];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...meta, ...tensors])));
  if (json.byteLength > MAX_HEADER_BYTES) {
    throw badHeader(
      `it would take ${json.byteLength} bytes, more than the ${MAX_HEADER_BYTES} that readers accept; store fewer tensors or less metadata`,
    );
  }
  const paddedBytes = Math.ceil(json.byteLength / LENGTH_BYTES) * LENGTH_BYTES;
  const header = new Uint8Array(LENGTH_BYTES + paddedBytes).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(paddedBytes), true);
  header.set(json, LENGTH_BYTES);
  return header;
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function badHeader(what: string): TrainlogError {
  return new TrainlogError("safetensors/bad-header", `the header of the safetensors file is wrong: ${what}`);
}

function badTensor(name: string, what: string): TrainlogError {
  return new TrainlogError(
    "safetensors/bad-tensor",
    `the safetensors file is wrong: tensor ${describeValue(name)} ${what}`,
  );
}
