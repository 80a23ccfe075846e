/**
 * @file The header of `.npy` files (NumPy Enhancement Proposal 1, versions 1 to 3): magic, version, length, and a Python dict in text.
 */
import { describeValue, TrainlogError } from "../../error.ts";
import type { Shape } from "../../shape/shape.ts";
import { type PythonValue, parsePythonLiteral } from "./python-literal.ts";

/** What a header says, checked. */
export interface NpyHeader {
  /** Kind and width: `"f8"`, `"u1"`, `"b1"`. */
  readonly code: NpyCode;
  readonly littleEndian: boolean;
  /** Elements are stored first axis fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly dataOffset: number;
}

/** Bytes per element of the kinds that are read. */
export const NPY_BYTES = {
  b1: 1,
  i1: 1,
  i2: 2,
  i4: 4,
  i8: 8,
  u1: 1,
  u2: 2,
  u4: 4,
  u8: 8,
  f2: 2,
  f4: 4,
  f8: 8,
} as const;

/** Kind and width of the elements, as NumPy writes it. */
export type NpyCode = keyof typeof NPY_BYTES;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** Headers are padded so that elements begin at a multiple of this. */
const ALIGN_BYTES = 64;

/**
 * Reads a header.
 *
 * @param what - Names the file in errors.
 * @throws TrainlogError `npy/bad-header`, `npy/truncated`, `npy/unsupported-dtype`.
 */
export function parseNpyHeader(bytes: Uint8Array, what: string): NpyHeader {
  const { start, end } = headerText(bytes, what);
  // Versions 1 and 2 are Latin-1, 3 is UTF-8; everything that is looked at here is ASCII in both.
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  const fields = dictOf(text, what);
  const fortranOrder = fields["fortran_order"];
  if (typeof fortranOrder !== "boolean") {
    throw badHeader(what, `"fortran_order" is ${describeValue(fortranOrder)}, it must be True or False`);
  }
  return {
    ...elementType(fields["descr"], what),
    fortranOrder,
    shape: shapeOf(fields["shape"], what),
    dataOffset: end,
  };
}

/** The bytes before the elements, for row-major little-endian elements. */
export function formatNpyHeader(code: NpyCode, shape: Shape): Uint8Array {
  const order = NPY_BYTES[code] === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefixBytes = MAGIC.length + 4;
  const total = Math.ceil((prefixBytes + dict.length + 1) / ALIGN_BYTES) * ALIGN_BYTES;
  const text = `${dict.padEnd(total - prefixBytes - 1)}\n`;
  return Uint8Array.from([...MAGIC, 1, 0, text.length & 255, text.length >> 8, ...new TextEncoder().encode(text)]);
}

function headerText(bytes: Uint8Array, what: string): { readonly start: number; readonly end: number } {
  if (!MAGIC.every((byte, i) => bytes[i] === byte || i >= bytes.length) || bytes.length === 0) {
    throw badHeader(what, 'it does not begin with the bytes "\\x93NUMPY"; is it an .npy file?');
  }
  const major = bytes[6];
  if (major !== undefined && (major < 1 || major > 3)) {
    throw badHeader(what, `it has format version ${major}; 1, 2 and 3 are read`);
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw truncated(what, `the beginning of a header has ${start} bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, start);
  const end = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < end) throw truncated(what, `the header ends at byte ${end}`, bytes.length);
  return { start, end };
}

function dictOf(text: string, what: string): Readonly<Record<string, PythonValue>> {
  const value = parsePythonLiteral(text);
  if (value === undefined || typeof value !== "object" || Array.isArray(value)) {
    throw badHeader(what, `the header is not a Python dict: ${describeValue(text.trim())}`);
  }
  // `Array.isArray` does not narrow readonly arrays away.
  return value as Readonly<Record<string, PythonValue>>;
}

function elementType(
  descr: PythonValue | undefined,
  what: string,
): { readonly code: NpyCode; readonly littleEndian: boolean } {
  if (typeof descr === "string") {
    const [, order, code] = /^([<>|=])(\w+)$/.exec(descr) ?? [];
    // "=" is the order of the machine that wrote the file; NumPy itself writes "<" or ">".
    if (code !== undefined && isNpyCode(code)) return { code, littleEndian: order !== ">" };
  }
  const shown = typeof descr === "string" ? `'${descr}'` : "a structured type (several fields per element)";
  throw new TrainlogError(
    "npy/unsupported-dtype",
    `${what} has elements of dtype ${shown}; read are ${Object.keys(NPY_BYTES).join(", ")} (convert with array.astype("float32") before saving)`,
  );
}

function isNpyCode(code: string): code is NpyCode {
  return Object.hasOwn(NPY_BYTES, code);
}

function shapeOf(shape: PythonValue | undefined, what: string): Shape {
  const isSize = (value: PythonValue): value is number => typeof value === "number" && value >= 0;
  if (Array.isArray(shape) && shape.every(isSize)) return shape;
  throw badHeader(what, `"shape" is ${describeValue(shape)}, it must be a tuple of whole numbers of at least 0`);
}

function badHeader(what: string, reason: string): TrainlogError {
  return new TrainlogError("npy/bad-header", `${what} cannot be read: ${reason}`);
}

function truncated(what: string, promise: string, haveBytes: number): TrainlogError {
  return new TrainlogError("npy/truncated", `${what} is cut off: ${promise}, but there are ${haveBytes} bytes`);
}
