/**
 * @file Floats out of a byte buffer by memcpy.
 *
 * Values in a frame are not aligned, so a Float64Array cannot lie over them; copying bytes into an aligned array is one `memcpy`. It needs a
 * little-endian machine, as every one that runs V8, SpiderMonkey or JavaScriptCore today is.
 */

/** Up to so many values, reading them one by one costs less than making arrays to copy them through: rows that are logged one by one. */
const FEW = 16;

/** Copies `target.length` float64 out of `bytes`. */
export function copyF64(bytes: Uint8Array, target: Float64Array): void {
  if (target.length > FEW) {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    return;
  }
  const view = viewOf(bytes);
  for (let i = 0; i < target.length; i++) target[i] = view.getFloat64(i * 8, true);
}

/** Copies `target.length` float32 out of `bytes` into float64. */
export function copyF32(bytes: Uint8Array, target: Float64Array): void {
  if (target.length > FEW) {
    const aligned = new Float32Array(target.length);
    new Uint8Array(aligned.buffer).set(bytes);
    target.set(aligned);
    return;
  }
  const view = viewOf(bytes);
  for (let i = 0; i < target.length; i++) target[i] = view.getFloat32(i * 4, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
