/** @file Elements of `.npy` files: any width, byte order and axis order to the engine's element types and row-major order. */
import { TrainlogError } from "../../error.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import type { DType, TypedArrayOf } from "../../tensor/dtype.ts";
import { newArray } from "../../tensor/from-data.ts";
import { float16ToNumber } from "../../tensor/half-precision.ts";
import { NPY_BYTES, type NpyCode, type NpyHeader } from "./npy-header.ts";

/** The element type that a kind is read as when none is asked for. */
export function defaultDType(code: NpyCode): DType {
  return code.startsWith("f") ? "float" : "int32";
}

/**
 * The elements in row-major order.
 *
 * @param bytes - The elements alone, exactly as many as the shape says.
 * @throws TrainlogError `npy/out-of-range` when an element does not fit into int32.
 */
export function decodeElements<D extends DType>(
  bytes: Uint8Array,
  { code, littleEndian, fortranOrder, shape }: NpyHeader,
  dtype: D,
  what: string,
): TypedArrayOf<D> {
  const stored = newArray(dtype, sizeOf(shape));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = READERS[code];
  const width = NPY_BYTES[code];
  for (let i = 0; i < stored.length; i += 1) {
    const value = element(view, i * width, littleEndian);
    if (dtype === "int32" && value !== (value | 0)) throw outOfRange(value, i, code, what);
    stored[i] = value;
  }
  return fortranOrder && shape.length > 1 ? toRowMajor(stored, shape, dtype) : stored;
}

/** How many of the float64 elements a float32 cannot hold exactly. */
export function countRounded(bytes: Uint8Array, { code, littleEndian, shape }: NpyHeader): number {
  if (code !== "f8") return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = sizeOf(shape);
  let rounded = 0;
  for (let i = 0; i < size; i += 1) {
    const value = view.getFloat64(i * 8, littleEndian);
    if (!Object.is(Math.fround(value), value)) rounded += 1;
  }
  return rounded;
}

type ElementReader = (view: DataView, at: number, littleEndian: boolean) => number;

const READERS: Readonly<Record<NpyCode, ElementReader>> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => float16ToNumber(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** First-axis-fastest elements to last-axis-fastest. */
function toRowMajor<D extends DType>(stored: TypedArrayOf<D>, shape: Shape, dtype: D): TypedArrayOf<D> {
  const rowMajor = newArray(dtype, stored.length);
  const index = shape.map(() => 0);
  let target = 0;
  // Stride of axis k in row-major order.
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  for (let i = 0; i < stored.length; i += 1) {
    rowMajor[target] = stored[i] ?? 0;
    for (let axis = 0; axis < shape.length; axis += 1) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        target += stride;
        break;
      }
      target -= (next - 1) * stride;
      index[axis] = 0;
    }
  }
  return rowMajor;
}

function outOfRange(value: number, index: number, code: NpyCode, what: string): TrainlogError {
  return new TrainlogError(
    "npy/out-of-range",
    `${what}: element ${index} (in the file's order, dtype ${code}) is ${value}, which int32 cannot hold; read it with dtype "f64" or "float"`,
  );
}
