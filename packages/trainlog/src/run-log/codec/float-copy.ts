/**
 * @file Floats out of a byte buffer by memcpy.
 *
 * Values in a frame are not aligned, so a Float64Array cannot lie over them; copying bytes into an aligned array is one `memcpy`. It needs a
 * little-endian machine, as every one that runs V8, SpiderMonkey or JavaScriptCore today is.
 */

/** Copies `target.length` float64 out of `bytes`. */
export function copyF64(bytes: Uint8Array, target: Float64Array): void {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
}

/** Copies `target.length` float32 out of `bytes` into float64. */
export function copyF32(bytes: Uint8Array, target: Float64Array): void {
  const aligned = new Float32Array(target.length);
  new Uint8Array(aligned.buffer).set(bytes);
  target.set(aligned);
}
