/** @file Copies of images with their padding, so that no window reaches over an edge. */
import {
  C, H, PAD_H, PAD_W, SPREAD_H, SPREAD_W, STRIDE_W, W, paddedRows, phaseWidth,
} from "./conv-arguments";
import { argument } from "./threads";

/** One image `[C, H, W]` at `x` to `[C, rows, phases, width]` at `to`. */
export function padImage(to: usize, x: usize): void {
  const height = argument(H), width = argument(W), spread = argument(SPREAD_H);
  const rows = paddedRows(), rowFloats = argument(STRIDE_W) * phaseWidth();
  for (let c = 0; c < argument(C); c++, x += <usize>(height * width) << 2) {
    for (let row = 0; row < rows; row++, to += <usize>rowFloats << 2) {
      const place = row - argument(PAD_H);
      clear(to, rowFloats);
      if (place < 0 || place % spread != 0 || place / spread >= height) continue;
      copyRow(to, x + (<usize>(place / spread * width) << 2), width);
    }
  }
}

/** Phases are whole vectors wide. */
function clear(to: usize, floats: i32): void {
  for (let end = to + (<usize>floats << 2); to < end; to += 16) v128.store(to, i64x2.splat(0));
}

function copyRow(to: usize, x: usize, width: i32): void {
  const stride = argument(STRIDE_W), spread = argument(SPREAD_W), pad = argument(PAD_W), phase = phaseWidth();
  if (stride == 1 && spread == 1) {
    const first = max(0, -pad), last = min(width, phase - pad);
    copyFloats(to + (<usize>(first + pad) << 2), x + (<usize>first << 2), last - first);
    return;
  }
  for (let i = 0; i < width; i++, x += 4) {
    const column = i * spread + pad;
    if (column >= 0 && column / stride < phase) store<f32>(to + (<usize>(column % stride * phase + column / stride) << 2), load<f32>(x));
  }
}

function copyFloats(to: usize, x: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, x += 16) v128.store(to, v128.load(x));
  for (; count > 0; count--, to += 4, x += 4) store<f32>(to, load<f32>(x));
}
