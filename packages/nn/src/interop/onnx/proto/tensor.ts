/** @file Elements of ONNX tensors as numbers, and back. */
import { TrainlogError } from "../../../error.ts";
import { type Shape, showShape, sizeOf } from "../../../shape/shape.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { bfloat16ToNumber, float16ToNumber } from "../../../tensor/half-precision.ts";
import { ONNX_TYPES, type OnnxType, type TensorProto } from "./messages.ts";
import { badFile } from "./wire.ts";

/** Elements of a tensor in a file. */
export interface OnnxElements {
  readonly type: OnnxType;
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Gives the bytes of elements that lie in another file. */
export type ExternalData = (location: string) => Uint8Array;

interface RawFormat {
  readonly sizeBytes: number;
  get(view: DataView, at: number): number;
}

const RAW: Readonly<Record<Exclude<OnnxType, "string">, RawFormat>> = {
  float: { sizeBytes: 4, get: (v, at) => v.getFloat32(at, true) },
  double: { sizeBytes: 8, get: (v, at) => v.getFloat64(at, true) },
  float16: { sizeBytes: 2, get: (v, at) => float16ToNumber(v.getUint16(at, true)) },
  bfloat16: { sizeBytes: 2, get: (v, at) => bfloat16ToNumber(v.getUint16(at, true)) },
  int64: { sizeBytes: 8, get: (v, at) => Number(v.getBigInt64(at, true)) },
  uint64: { sizeBytes: 8, get: (v, at) => Number(v.getBigUint64(at, true)) },
  int32: { sizeBytes: 4, get: (v, at) => v.getInt32(at, true) },
  uint32: { sizeBytes: 4, get: (v, at) => v.getUint32(at, true) },
  int16: { sizeBytes: 2, get: (v, at) => v.getInt16(at, true) },
  uint16: { sizeBytes: 2, get: (v, at) => v.getUint16(at, true) },
  int8: { sizeBytes: 1, get: (v, at) => v.getInt8(at) },
  uint8: { sizeBytes: 1, get: (v, at) => v.getUint8(at) },
  bool: { sizeBytes: 1, get: (v, at) => v.getUint8(at) },
};

const TYPE_NAMES: ReadonlyMap<number, OnnxType> = new Map(
  Object.entries(ONNX_TYPES).flatMap(([name, code]) => (isTypeName(name) ? [[code, name] as const] : [])),
);

function isTypeName(name: string): name is OnnxType {
  return Object.hasOwn(ONNX_TYPES, name);
}

/** Name of an element type by its number in the file; `undefined` for those that the format has and we do not. */
export function onnxTypeName(code: number): OnnxType | undefined {
  return TYPE_NAMES.get(code);
}

/** The element type that ONNX knows ours by. */
export function onnxTypeOf(dtype: DType): number {
  return dtype === "f64" ? ONNX_TYPES.double : ONNX_TYPES[dtype];
}

/**
 * The elements of a tensor.
 *
 * @param external - Where to get elements that lie in another file; without it they are an error.
 * @throws TrainlogError `onnx/bad-file` when their number does not fit the shape, `onnx/unsupported` for texts and unknown element types,
 *   `onnx/external-data`.
 */
export function elementsOf(tensor: TensorProto, external?: ExternalData): OnnxElements {
  const type = onnxTypeName(tensor.dataType);
  if (type === undefined || type === "string") {
    throw new TrainlogError(
      "onnx/unsupported",
      `tensor "${tensor.name}" has element type ${type ?? tensor.dataType} (TensorProto.DataType), which is not supported`,
    );
  }
  if (tensor.dims.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw badFile(`tensor "${tensor.name}" has the shape ${showShape(tensor.dims)}`);
  }
  const raw = tensor.externalData === undefined ? tensor.rawData : externalBytes(tensor, external);
  const data = raw === undefined ? typedValues(tensor.values ?? [], type) : rawValues(raw, RAW[type], tensor);
  if (data.length !== sizeOf(tensor.dims)) {
    throw badFile(
      `tensor "${tensor.name}" of shape ${showShape(tensor.dims)} takes ${sizeOf(tensor.dims)} elements, but ${data.length} are there`,
    );
  }
  return { type, shape: tensor.dims, data };
}

/** Half-precision elements in `int32_data` are bits; all others are what they say. */
function typedValues(values: readonly number[], type: OnnxType): readonly number[] {
  if (type === "float16") return values.map(float16ToNumber);
  return type === "bfloat16" ? values.map(bfloat16ToNumber) : values;
}

function rawValues(raw: Uint8Array, { sizeBytes, get }: RawFormat, { name }: TensorProto): ArrayLike<number> {
  if (raw.byteLength % sizeBytes !== 0) {
    throw badFile(`tensor "${name}" has ${raw.byteLength} bytes, which is no multiple of ${sizeBytes}`);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const data = new Float64Array(raw.byteLength / sizeBytes);
  for (let index = 0; index < data.length; index += 1) data[index] = get(view, index * sizeBytes);
  return data;
}

function externalBytes({ name, externalData = {} }: TensorProto, external: ExternalData | undefined): Uint8Array {
  const { location = "", offset = "0", length } = externalData;
  if (external === undefined) {
    throw new TrainlogError(
      "onnx/external-data",
      `the elements of "${name}" lie in another file, "${location}"; load the model from its path, or pass externalData`,
    );
  }
  const file = external(location);
  const begin = Number(offset);
  const end = length === undefined ? file.byteLength : begin + Number(length);
  if (!(begin >= 0 && begin <= end && end <= file.byteLength)) {
    throw badFile(
      `the elements of "${name}" are given as bytes ${begin} to ${end} of "${location}", which has ${file.byteLength}`,
    );
  }
  return file.subarray(begin, end);
}

/** A tensor for the file, from elements of one of our types or 64-bit integers and booleans. */
export function tensorProto(
  name: string,
  data: ArrayLike<number>,
  dims: Shape,
  type: "float" | "double" | "int32" | "uint32" | "int64" | "bool",
): TensorProto {
  const rawData = new Uint8Array(data.length * RAW[type].sizeBytes);
  const view = new DataView(rawData.buffer);
  const put: Readonly<Record<typeof type, (index: number, value: number) => void>> = {
    float: (index, value) => view.setFloat32(index * 4, value, true),
    double: (index, value) => view.setFloat64(index * 8, value, true),
    int32: (index, value) => view.setInt32(index * 4, value, true),
    uint32: (index, value) => view.setUint32(index * 4, value, true),
    int64: (index, value) => view.setBigInt64(index * 8, BigInt(value), true),
    bool: (index, value) => view.setUint8(index, value),
  };
  for (let index = 0; index < data.length; index += 1) put[type](index, data[index] ?? 0);
  return { name, dims, dataType: ONNX_TYPES[type], rawData };
}
