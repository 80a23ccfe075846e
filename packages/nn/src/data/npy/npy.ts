/**
 * @file `.npy`, NumPy's file of one array: reading (all number types, both byte orders and axis orders) and writing.
 */

import { describeValue, TrainlogError } from "../../error.ts";
import { type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import { type AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkDType, checkOptionNames } from "../options.ts";
import { checkPattern, type MatchedShape, type ShapePattern } from "../shape-pattern.ts";
import { type DataSource, nameOf, readSource } from "../source/source.ts";
import { writeFileWhole } from "../source/write-file.ts";
import { countRounded, decodeElements, defaultDType } from "./npy-elements.ts";
import { formatNpyHeader, NPY_BYTES, type NpyCode, parseNpyHeader } from "./npy-header.ts";

/** How to read an array. */
export interface NpyOptions<P extends ShapePattern = ShapePattern, D extends DType = DType> {
  /** What the array must look like; gives the tensor its type. `[null, 784]` is any number of rows of 784. Default: any shape. */
  readonly shape?: P;
  /** Element type of the tensor. Default: `"float"` for floats of any width, `"int32"` for integers and booleans. */
  readonly dtype?: D;
  /** Where the notice goes that float64 values were rounded to `"float"`. Default `console.warn`; never called when `dtype` is given. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Reads a `.npy` file.
 *
 * @returns The array, row-major whatever order the file has. Booleans are 0 and 1.
 * @throws TrainlogError `data/no-file`; and as {@link decodeNpy}.
 *
 * @example
 * const images = await Data.readNpy("train-images.npy", { shape: [null, 784], dtype: "float" });   // Tensor<[number, 784]>
 */
export async function readNpy<const P extends ShapePattern = readonly number[], D extends DType = "float">(
  source: DataSource,
  options: NpyOptions<P, D> = {},
): Promise<Tensor<MatchedShape<P>, D>> {
  return decodeNpy(await readSource(source), { ...options, what: nameOf(source, "the .npy data") });
}

/**
 * The array in the bytes of a `.npy` file.
 *
 * @param options.what - Names the bytes in errors.
 * @throws TrainlogError `npy/bad-header` when they are no `.npy` file, `npy/truncated` or `npy/too-long` when the header promises more or fewer bytes than
 *   there are, `npy/unsupported-dtype` (complex numbers, strings, records, objects), `npy/out-of-range` when an integer does not fit into int32,
 *   `shape/mismatch` when the array is not of the asked shape.
 */
export function decodeNpy<const P extends ShapePattern = readonly number[], D extends DType = "float">(
  bytes: Uint8Array,
  options: NpyOptions<P, D> & { readonly what?: string } = {},
): Tensor<MatchedShape<P>, D> {
  const { shape: pattern, dtype, onWarning = warn, what = "the .npy data" } = options;
  checkOptionNames(what, options, ["shape", "dtype", "onWarning", "what"]);
  checkDType(what, dtype);
  const header = parseNpyHeader(bytes, what);
  if (pattern !== undefined) checkPattern(header.shape, pattern, what);
  const elements = elementBytes(bytes, header.dataOffset, header.shape, header.code, what);
  const asked = dtype ?? defaultDType(header.code);
  if (dtype === undefined) warnOfRounding(countRounded(elements, header), header.shape, what, onWarning);
  const tensor: AnyTensor = tensorFromData(decodeElements(elements, header, asked, what), header.shape, asked);
  // The shape was checked against the pattern that the type is computed from, and the element type is the asked one.
  return tensor as Tensor<MatchedShape<P>, D>;
}

/** The bytes of a `.npy` file (version 1, row-major, little-endian; `<f4`, `<f8` or `<i4`) with this tensor. */
export function encodeNpy(tensor: AnyTensor): Uint8Array {
  if (!(tensor instanceof Tensor)) throw notATensor(tensor);
  const code = ({ float: "f4", f64: "f8", int32: "i4" } as const)[tensor.dtype];
  const header = formatNpyHeader(code, tensor.shape);
  const data = tensor.data();
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  // Typed arrays are little-endian wherever JavaScript runs today, as WebAssembly's memory is by definition.
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/**
 * Writes a tensor as a `.npy` file, whole or not at all.
 *
 * @throws TrainlogError `data/cannot-write`.
 */
export async function writeNpy(path: string | URL, tensor: AnyTensor): Promise<void> {
  await writeFileWhole(path, encodeNpy(tensor));
}

function notATensor(given: unknown): TrainlogError {
  return new TrainlogError(
    "tensor/bad-pack",
    `a .npy file holds one tensor, got ${describeValue(given)}; make one with tensor([1, 2])`,
  );
}

function elementBytes(bytes: Uint8Array, offset: number, shape: Shape, code: NpyCode, what: string): Uint8Array {
  const promised = sizeOf(shape) * NPY_BYTES[code];
  const have = bytes.length - offset;
  if (promised === have) return bytes.subarray(offset);
  throw new TrainlogError(
    promised > have ? "npy/truncated" : "npy/too-long",
    `${what} should hold ${promised} bytes of elements (shape ${showShape(shape)}, ${NPY_BYTES[code]} bytes each), but has ${have}: ` +
      (promised > have
        ? "it is cut off, or its header is wrong"
        : "something follows the array, or its header is wrong"),
  );
}

function warnOfRounding(rounded: number, shape: Shape, what: string, onWarning: (message: string) => void): void {
  if (rounded === 0) return;
  onWarning(
    `${what}: ${rounded} of ${sizeOf(shape)} float64 values were rounded to float32; ` +
      'read with dtype "f64" to keep them, or with dtype "float" to say that this is meant',
  );
}

function warn(message: string): void {
  // biome-ignore lint/suspicious/noConsole: the place where a script's author looks; `onWarning` sends it elsewhere.
  console.warn(message);
}
