/**
 * @file IDX, the format of MNIST and its relatives: two zero bytes, an element type, the number of axes, big-endian sizes, elements. Also gzipped.
 */

import { TrainlogError } from "../../error.ts";
import { type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";
import { newArray, tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkDType, checkOptionNames } from "../options.ts";
import { checkPattern, type MatchedShape, type ShapePattern } from "../shape-pattern.ts";
import { inflate, inflateStart } from "../source/inflate.ts";
import { type DataSource, nameOf, readSource } from "../source/source.ts";

/** How to read an array. */
export interface IdxOptions<P extends ShapePattern = ShapePattern, D extends DType = DType> {
  /** What the array must look like; `null` takes any size. Gives the tensor its type. Default: any shape. */
  readonly shape?: P;
  /** Element type of the tensor. Default: `"int32"` for whole numbers, `"float"` for floats of both widths. */
  readonly dtype?: D;
}

/** An array as it lies in a file. */
export interface IdxArray {
  readonly type: IdxType;
  readonly shape: Shape;
  /** The elements, row-major and big-endian, exactly as many as the shape says. */
  readonly elements: Uint8Array;
}

/** An element type of the format. */
export interface IdxType {
  readonly name: string;
  readonly sizeBytes: number;
  readonly isFloat: boolean;
  readonly read: (view: DataView, at: number) => number;
}

const TYPES: ReadonlyMap<number, IdxType> = new Map([
  [0x08, { name: "uint8", sizeBytes: 1, isFloat: false, read: (view, at) => view.getUint8(at) }],
  [0x09, { name: "int8", sizeBytes: 1, isFloat: false, read: (view, at) => view.getInt8(at) }],
  [0x0b, { name: "int16", sizeBytes: 2, isFloat: false, read: (view, at) => view.getInt16(at) }],
  [0x0c, { name: "int32", sizeBytes: 4, isFloat: false, read: (view, at) => view.getInt32(at) }],
  [0x0d, { name: "float32", sizeBytes: 4, isFloat: true, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { name: "float64", sizeBytes: 8, isFloat: true, read: (view, at) => view.getFloat64(at) }],
]);

/** The longest header: 255 axes. */
const MAX_HEADER_BYTES = 4 + 255 * 4;

/**
 * Reads an IDX file, gzipped or not.
 *
 * @throws TrainlogError `data/no-file`, `idx/bad-header` when it is no IDX file, `idx/truncated` or `idx/too-long` when the sizes promise more or fewer
 *   bytes than there are, `shape/mismatch` when the array is not of the asked shape, `data/corrupt` for damaged gzip data.
 *
 * @example
 * const images = await Data.readIdx("train-images-idx3-ubyte.gz", { shape: [null, 28, 28], dtype: "float" });   // Tensor<[number, 28, 28]>
 */
export async function readIdx<const P extends ShapePattern = readonly number[], D extends DType = "int32">(
  source: DataSource,
  options: IdxOptions<P, D> = {},
): Promise<Tensor<MatchedShape<P>, D>> {
  checkOptionNames("readIdx", options, ["shape", "dtype"]);
  const { shape: pattern, dtype } = options;
  checkDType("readIdx", dtype);
  const what = nameOf(source, "the IDX data");
  const { type, shape, elements } = await readIdxArray(source);
  if (pattern !== undefined) checkPattern(shape, pattern, what);
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  const asked = dtype ?? (type.isFloat ? "float" : "int32");
  const data = newArray(asked, sizeOf(shape));
  for (let i = 0; i < data.length; i += 1) data[i] = type.read(view, i * type.sizeBytes);
  const tensor: AnyTensor = tensorFromData(data, shape, asked);
  // The shape was checked against the pattern that the type is computed from, and the element type is the asked one.
  return tensor as Tensor<MatchedShape<P>, D>;
}

/** The array of an IDX file without converting it; throws as {@link readIdx}. */
export async function readIdxArray(source: DataSource): Promise<IdxArray> {
  const what = nameOf(source, "the IDX data");
  const bytes = await readSource(source);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return arrayOf(bytes, what);
  const start = await inflateStart(bytes, "gzip", { what, sizeBytes: MAX_HEADER_BYTES });
  const { sizeBytes } = parseHeader(start, what);
  return arrayOf(await inflate(bytes, "gzip", { what, maxBytes: sizeBytes }), what);
}

interface IdxHeader {
  readonly type: IdxType;
  readonly shape: Shape;
  readonly dataOffset: number;
  /** Size of the whole file. */
  readonly sizeBytes: number;
}

function parseHeader(bytes: Uint8Array, what: string): IdxHeader {
  const [first = 0, second = 0, code, rank] = bytes;
  if (first !== 0 || second !== 0) throw badHeader(what, "an IDX file begins with two zero bytes");
  if (code === undefined || rank === undefined) throw truncated(what, 4, bytes.length);
  const type = TYPES.get(code);
  if (type === undefined) {
    throw badHeader(
      what,
      `byte 2 is 0x${code.toString(16).padStart(2, "0")}, which is none of its element types (0x08, 0x09, 0x0b to 0x0e)`,
    );
  }
  const dataOffset = 4 + rank * 4;
  if (bytes.length < dataOffset) throw truncated(what, dataOffset, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, dataOffset);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + axis * 4));
  return { type, shape, dataOffset, sizeBytes: dataOffset + sizeOf(shape) * type.sizeBytes };
}

function arrayOf(bytes: Uint8Array, what: string): IdxArray {
  const { type, shape, dataOffset, sizeBytes } = parseHeader(bytes, what);
  if (bytes.length === sizeBytes) return { type, shape, elements: bytes.subarray(dataOffset) };
  throw new TrainlogError(
    bytes.length < sizeBytes ? "idx/truncated" : "idx/too-long",
    `${what} should have ${sizeBytes} bytes (${type.name} of shape ${showShape(shape)}), but has ${bytes.length}: ` +
      (bytes.length < sizeBytes
        ? "it is cut off, or its header is wrong"
        : "something follows the array, or its header is wrong"),
  );
}

function badHeader(what: string, reason: string): TrainlogError {
  return new TrainlogError("idx/bad-header", `${what} is no IDX file: ${reason}`);
}

function truncated(what: string, headerBytes: number, haveBytes: number): TrainlogError {
  return new TrainlogError(
    "idx/truncated",
    `${what} is cut off: its header has at least ${headerBytes} bytes, there are ${haveBytes}`,
  );
}
