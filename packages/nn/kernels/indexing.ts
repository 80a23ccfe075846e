/**
 * @file Lookups by index, and their transposes. Operands are seen as `[outer, length, inner]`, indices run along the middle.
 *
 * Each element is 4 bytes. An index outside of the axis ends the kernel with the host's error.
 */

/** Throws; never returns. */
@external("host", "badIndex")
declare function badIndex(index: i32, length: i32): void;

function checked(index: i32, length: i32): i32 {
  if (<u32>index >= <u32>length) badIndex(index, length);
  return index;
}

/** out[o, i, :] = x[o, indices[i], :] for `count` indices. */
export function take_4(out: usize, x: usize, indices: usize, outer: i32, length: i32, inner: i32, count: i32): void {
  for (let o = 0; o < outer; o++, x += <usize>(length * inner) << 2) {
    for (let i = 0; i < count; i++, out += <usize>inner << 2) {
      const index = checked(load<i32>(indices + (<usize>i << 2)), length);
      memory.copy(out, x + (<usize>(index * inner) << 2), <usize>inner << 2);
    }
  }
}

/** out[o, indices[i], :] += x[o, i, :], into zeros; indices in their order, so sums have the same bits every time. */
export function scatter_add_f32(out: usize, x: usize, indices: usize, outer: i32, length: i32, inner: i32, count: i32): void {
  memory.fill(out, 0, <usize>(outer * length * inner) << 2);
  for (let o = 0; o < outer; o++, out += <usize>(length * inner) << 2) {
    for (let i = 0; i < count; i++, x += <usize>inner << 2) {
      const index = checked(load<i32>(indices + (<usize>i << 2)), length);
      addRow(out + (<usize>(index * inner) << 2), x, inner);
    }
  }
}

function addRow(to: usize, x: usize, size: i32): void {
  for (; size >= 4; size -= 4, to += 16, x += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(x)));
  for (; size > 0; size--, to += 4, x += 4) store<f32>(to, load<f32>(to) + load<f32>(x));
}

/** out[o, i, j] = x[o, indices[o, i, j], j], `count` indices along the axis. */
export function take_along_4(out: usize, x: usize, indices: usize, outer: i32, length: i32, inner: i32, count: i32): void {
  for (let o = 0; o < outer; o++, x += <usize>(length * inner) << 2) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < inner; j++, out += 4, indices += 4) {
        store<i32>(out, load<i32>(x + (<usize>(checked(load<i32>(indices), length) * inner + j) << 2)));
      }
    }
  }
}

/** out[o, indices[o, i, j], j] += x[o, i, j], into zeros. */
export function scatter_along_f32(out: usize, x: usize, indices: usize, outer: i32, length: i32, inner: i32, count: i32): void {
  memory.fill(out, 0, <usize>(outer * length * inner) << 2);
  for (let o = 0; o < outer; o++, out += <usize>(length * inner) << 2) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < inner; j++, x += 4, indices += 4) {
        const to = out + (<usize>(checked(load<i32>(indices), length) * inner + j) << 2);
        store<f32>(to, load<f32>(to) + load<f32>(x));
      }
    }
  }
}

/** For each of `count` indices a row of `depth` zeros with a 1 at that place; only zeros for an index outside of the row. */
export function one_hot_f32(out: usize, indices: usize, count: i32, depth: i32): void {
  memory.fill(out, 0, <usize>(count * depth) << 2);
  for (let i = 0; i < count; i++, indices += 4, out += <usize>depth << 2) {
    const index = load<i32>(indices);
    if (<u32>index < <u32>depth) store<f32>(out + (<usize>index << 2), 1);
  }
}
