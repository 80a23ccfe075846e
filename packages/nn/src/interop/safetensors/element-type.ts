/** @file The element types of safetensors files, and how each becomes one of the three that tensors have. */
import { TrainlogError } from "../../error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { newArray } from "../../tensor/from-data.ts";
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from "../../tensor/half-precision.ts";

/** Element types that can be read: those of the format but the 8-bit and smaller floats. */
export type SafetensorsElementType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

interface ElementFormat {
  readonly sizeBytes: 1 | 2 | 4 | 8;
  /** Element type of the tensor that it becomes. */
  readonly dtype: DType;
  get(view: DataView, offset: number): number;
  set(view: DataView, offset: number, value: number): void;
}

const FORMATS: Readonly<Record<SafetensorsElementType, ElementFormat>> = {
  F64: {
    sizeBytes: 8,
    dtype: "f64",
    get: (v, at) => v.getFloat64(at, true),
    set: (v, at, x) => v.setFloat64(at, x, true),
  },
  F32: {
    sizeBytes: 4,
    dtype: "float",
    get: (v, at) => v.getFloat32(at, true),
    set: (v, at, x) => v.setFloat32(at, x, true),
  },
  F16: {
    sizeBytes: 2,
    dtype: "float",
    get: (v, at) => float16ToNumber(v.getUint16(at, true)),
    set: (v, at, x) => v.setUint16(at, numberToFloat16(x), true),
  },
  BF16: {
    sizeBytes: 2,
    dtype: "float",
    get: (v, at) => bfloat16ToNumber(v.getUint16(at, true)),
    set: (v, at, x) => v.setUint16(at, numberToBfloat16(x), true),
  },
  I64: {
    sizeBytes: 8,
    dtype: "int32",
    get: (v, at) => Number(v.getBigInt64(at, true)),
    set: (v, at, x) => v.setBigInt64(at, BigInt(x), true),
  },
  I32: {
    sizeBytes: 4,
    dtype: "int32",
    get: (v, at) => v.getInt32(at, true),
    set: (v, at, x) => v.setInt32(at, x, true),
  },
  I16: {
    sizeBytes: 2,
    dtype: "int32",
    get: (v, at) => v.getInt16(at, true),
    set: (v, at, x) => v.setInt16(at, x, true),
  },
  I8: { sizeBytes: 1, dtype: "int32", get: (v, at) => v.getInt8(at), set: (v, at, x) => v.setInt8(at, x) },
  U64: {
    sizeBytes: 8,
    dtype: "int32",
    get: (v, at) => Number(v.getBigUint64(at, true)),
    set: (v, at, x) => v.setBigUint64(at, BigInt(x), true),
  },
  U32: {
    sizeBytes: 4,
    dtype: "int32",
    get: (v, at) => v.getUint32(at, true),
    set: (v, at, x) => v.setUint32(at, x, true),
  },
  U16: {
    sizeBytes: 2,
    dtype: "int32",
    get: (v, at) => v.getUint16(at, true),
    set: (v, at, x) => v.setUint16(at, x, true),
  },
  U8: { sizeBytes: 1, dtype: "int32", get: (v, at) => v.getUint8(at), set: (v, at, x) => v.setUint8(at, x) },
  BOOL: { sizeBytes: 1, dtype: "int32", get: (v, at) => v.getUint8(at), set: (v, at, x) => v.setUint8(at, x) },
};

/** Integers that an element type holds; floats hold everything. */
const RANGES: Readonly<Partial<Record<SafetensorsElementType, readonly [min: number, max: number]>>> = {
  I16: [-32_768, 32_767],
  I8: [-128, 127],
  U64: [0, 2 ** 31 - 1],
  U32: [0, 2 ** 31 - 1],
  U16: [0, 65_535],
  U8: [0, 255],
  BOOL: [0, 1],
};

/** Names of the element types, for errors. */
export const ELEMENT_TYPES: readonly string[] = Object.keys(FORMATS);

/** Says whether a header's `dtype` is one that can be read. */
export function isElementType(name: unknown): name is SafetensorsElementType {
  return typeof name === "string" && Object.hasOwn(FORMATS, name);
}

/** Bytes per element. */
export function elementSizeBytes(type: SafetensorsElementType): number {
  return FORMATS[type].sizeBytes;
}

/** Element type under which a tensor is stored unless another is asked for. */
export const NATURAL_TYPE: Readonly<Record<DType, SafetensorsElementType>> = { float: "F32", f64: "F64", int32: "I32" };

/**
 * Elements from their bytes, with the element type of the tensor that they make.
 *
 * @throws TrainlogError `safetensors/out-of-range` when a 32- or 64-bit integer does not fit int32, or a boolean is neither 0 nor 1.
 */
export function decodeElements(
  bytes: Uint8Array,
  type: SafetensorsElementType,
  name: string,
): { readonly data: ArrayLike<number>; readonly dtype: DType } {
  const { sizeBytes, dtype, get } = FORMATS[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = newArray(dtype, bytes.byteLength / sizeBytes);
  const highest = type === "BOOL" ? 1 : 2 ** 31 - 1;
  for (let index = 0; index < data.length; index += 1) {
    const value = get(view, index * sizeBytes);
    if (dtype === "int32" && (value > highest || value < -(2 ** 31))) refuseElement(name, index, value, type, "int32");
    data[index] = value;
  }
  return { data, dtype };
}

/**
 * Writes elements as bytes.
 *
 * @throws TrainlogError `safetensors/out-of-range` when an integer type does not hold an element.
 */
export function encodeElements(
  data: ArrayLike<number>,
  type: SafetensorsElementType,
  name: string,
  into: DataView,
): void {
  const { sizeBytes, dtype, set } = FORMATS[type];
  const [min, max] = RANGES[type] ?? [-(2 ** 31), 2 ** 31 - 1];
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] ?? 0;
    if (dtype === "int32" && !(Number.isInteger(value) && value >= min && value <= max)) {
      refuseElement(name, index, value, "the tensor", type);
    }
    set(into, index * sizeBytes, value);
  }
}

function refuseElement(name: string, index: number, value: number, from: string, to: string): never {
  throw new TrainlogError(
    "safetensors/out-of-range",
    `element ${index} of "${name}" is ${value} (${from}), which ${to === "int32" && from === "BOOL" ? "is no boolean" : `${to} does not hold`}; ` +
      "choose an element type that fits, or leave this tensor out",
  );
}
