/**
 * @file Moving elements: strided copies (transpose, slice, flip, pad, concatenate and broadcast are all such), filling and conversion of types.
 */
import { transpose4 } from "./gemm-pack";
import { storeUpTo4 } from "./lanes";
import { JOB_COPY } from "./job-numbers";
import { argument, isBig, partStart, run, setArgument } from "./threads";

/**
 * out[i3·o3 + i2·o2 + i1·o1 + i0·o0] = x[i3·s3 + i2·s2 + i1·s1 + i0·s0] for all 0 ≤ ij < nj.
 *
 * @param bytes - Size of an element, 4 or 8.
 * @param o3 - Steps in elements; those of `x` may be negative or 0.
 */
export function copy(
  bytes: i32, out: usize, o3: i32, o2: i32, o1: i32, o0: i32, x: usize, s3: i32, s2: i32, s1: i32, s0: i32, n3: i32, n2: i32, n1: i32, n0: i32,
): void {
  if (!isBig(<f64>n3 * n2 * n1 * n0 * 4)) {
    copyPart(bytes, out, o3, o2, o1, o0, x, s3, s2, s1, s0, n2, n1, n0, 0, n3 * n2);
    return;
  }
  setArgument(0, bytes); setArgument(1, out); setArgument(2, o3); setArgument(3, o2); setArgument(4, o1); setArgument(5, o0);
  setArgument(6, x); setArgument(7, s3); setArgument(8, s2); setArgument(9, s1); setArgument(10, s0);
  setArgument(11, n3); setArgument(12, n2); setArgument(13, n1); setArgument(14, n0);
  run(JOB_COPY);
}

export function copyJob(part: i32, parts: i32): void {
  const slices = argument(11) * argument(12);
  copyPart(
    argument(0), argument(1), argument(2), argument(3), argument(4), argument(5), argument(6), argument(7), argument(8), argument(9), argument(10),
    argument(12), argument(13), argument(14), partStart(slices, part, parts), partStart(slices, part + 1, parts),
  );
}

/** Slices `first` to `last` of the `n3 · n2` slices `[n1, n0]`. */
function copyPart(
  bytes: i32, out: usize, o3: i32, o2: i32, o1: i32, o0: i32, x: usize, s3: i32, s2: i32, s1: i32, s0: i32, n2: i32, n1: i32, n0: i32, first: i32, last: i32,
): void {
  const shift: usize = bytes == 8 ? 3 : 2;
  const isTranspose = bytes == 4 && o0 == 1 && s1 == 1 && s0 > 1;
  for (let slice = first; slice < last; slice++) {
    const i3 = slice / n2, i2 = slice - i3 * n2;
    const to = out + (<usize>(i3 * o3 + i2 * o2) << shift), from = x + (<usize>(i3 * s3 + i2 * s2) << shift);
    if (isTranspose) transposeSlice(to, o1, from, s0, n1, n0);
    else copySlice(shift, to, o1, o0, from, s1, s0, n1, n0);
  }
}

/** Rows of the output are columns of the input: 4 × 4 at a time, in strips that keep 16 rows of the input in the first-level cache. */
function transposeSlice(out: usize, o1: i32, x: usize, s0: i32, n1: i32, n0: i32): void {
  const toBytes: usize = <usize>o1 << 2, fromBytes: usize = <usize>s0 << 2;
  for (let strip = 0; strip < n0; strip += 16) {
    const end = min(strip + 16, n0);
    let i = 0;
    for (; i + 4 <= n1; i += 4) {
      let j = strip;
      for (; j + 4 <= end; j += 4) transpose4(out + <usize>i * toBytes + (<usize>j << 2), toBytes, x + <usize>j * fromBytes + (<usize>i << 2), fromBytes);
      for (; j < end; j++) for (let l = i; l < i + 4; l++) moveFloat(out, toBytes, x, fromBytes, l, j);
    }
    for (; i < n1; i++) for (let j = strip; j < end; j++) moveFloat(out, toBytes, x, fromBytes, i, j);
  }
}

function moveFloat(out: usize, toBytes: usize, x: usize, fromBytes: usize, i: i32, j: i32): void {
  store<f32>(out + <usize>i * toBytes + (<usize>j << 2), load<f32>(x + <usize>j * fromBytes + (<usize>i << 2)));
}

function copySlice(shift: usize, out: usize, o1: i32, o0: i32, x: usize, s1: i32, s0: i32, n1: i32, n0: i32): void {
  const toStep: usize = <usize>o0 << shift, fromStep: usize = <usize>s0 << shift;
  for (let i = 0; i < n1; i++, out += <usize>o1 << shift, x += <usize>s1 << shift) {
    if (o0 == 1 && s0 == 1) copyBytes(out, x, n0 << <i32>shift);
    else if (o0 == 1 && s0 == 0 && shift == 2) fillFloats(out, v128.load32_splat(x), n0);
    else if (shift == 3) moveRow<u64>(out, toStep, x, fromStep, n0);
    else moveRow<u32>(out, toStep, x, fromStep, n0);
  }
}

/** For short rows quicker than the engine's `memory.copy`, which is a call out of WebAssembly. */
function copyBytes(to: usize, x: usize, bytes: i32): void {
  if (bytes > 1024) {
    memory.copy(to, x, bytes);
    return;
  }
  for (; bytes >= 16; bytes -= 16, to += 16, x += 16) v128.store(to, v128.load(x));
  for (; bytes > 0; bytes -= 4, to += 4, x += 4) store<i32>(to, load<i32>(x));
}

function moveRow<T>(out: usize, toStep: usize, x: usize, fromStep: usize, size: i32): void {
  for (; size > 0; size--, out += toStep, x += fromStep) store<T>(out, load<T>(x));
}

function fillFloats(out: usize, x: v128, size: i32): void {
  for (; size > 0; size -= 4, out += 16) storeUpTo4(out, x, size);
}

/** `size` elements of one value; `dtype` 0 float, 1 f64, 2 int32. */
export function fill(dtype: i32, out: usize, value: f64, size: i32): void {
  if (dtype == 0) fillFloats(out, f32x4.splat(<f32>value), size);
  else if (dtype == 2) fillFloats(out, i32x4.splat(<i32>value), size);
  else for (; size > 0; size--, out += 8) store<f64>(out, value);
}

/** Float to int32, truncated; out of range saturates and NaN gives 0. */
export function cast_f32_i32(out: usize, x: usize, size: i32): void {
  for (; size > 0; size--, out += 4, x += 4) store<i32>(out, <i32>load<f32>(x));
}

export function cast_i32_f32(out: usize, x: usize, size: i32): void {
  for (; size > 0; size--, out += 4, x += 4) store<f32>(out, <f32>load<i32>(x));
}

export function cast_f32_f64(out: usize, x: usize, size: i32): void {
  for (; size > 0; size--, out += 8, x += 4) store<f64>(out, load<f32>(x));
}

export function cast_f64_f32(out: usize, x: usize, size: i32): void {
  for (; size > 0; size--, out += 4, x += 8) store<f32>(out, <f32>load<f64>(x));
}
