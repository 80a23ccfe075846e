/** @file The windows of convolutions and pooling: options as one number or two, and the sizes that come out. */
import { describeValue, TrainlogError } from "../../error.ts";
import { ANY_SIZE } from "../shape-check.ts";

/** One number for both axes, or `[height, width]`. */
export type Pair = number | readonly [number, number];

/** A window on one axis. */
export interface AxisWindow {
  readonly size: number;
  readonly stride: number;
  /** Before and after the input. */
  readonly padding: readonly [number, number];
  readonly dilation: number;
}

/** Number of places of a window: ⌊(length + padding − dilation·(size − 1) − 1) / stride⌋ + 1. Below 1: it does not fit. */
export function windowCount(length: number, { size, stride, padding, dilation }: AxisWindow): number {
  if (length === ANY_SIZE) return ANY_SIZE;
  return Math.floor((length + padding[0] + padding[1] - dilation * (size - 1) - 1) / stride) + 1;
}

/** The two numbers of a {@link Pair}, each checked. */
export function pairOf(what: string, value: Pair, least: number): readonly [number, number] {
  const pair: readonly number[] = typeof value === "number" ? [value, value] : Array.isArray(value) ? value : [];
  const [height, width] = pair;
  const good = (number: number | undefined): number is number =>
    Number.isSafeInteger(number) && (number ?? -1) >= least;
  if (pair.length === 2 && good(height) && good(width)) return [height, width];
  const got = Array.isArray(value) ? `[${value.join(", ")}]` : describeValue(value);
  throw new TrainlogError(
    "nn/bad-option",
    `${what} is a whole number of at least ${least}, or two of them for height and width; got ${got}`,
  );
}

/** How the input is padded: the same number on both sides, `"valid"` (none) or `"same"` (as many places as elements; stride 1). */
export type Padding = Pair | "valid" | "same";

/** Padding of both axes, before and after. `"same"` puts an odd one after, as PyTorch does. */
export function paddingOf(
  what: string,
  padding: Padding,
  kernel: readonly [number, number],
  dilation: readonly [number, number],
  stride: readonly [number, number],
): readonly [readonly [number, number], readonly [number, number]] {
  if (padding === "same") {
    if (stride[0] !== 1 || stride[1] !== 1) {
      throw new TrainlogError(
        "nn/bad-option",
        `${what} "same" keeps the size, so it needs stride 1; got stride [${stride.join(", ")}]`,
      );
    }
    const total = kernel.map((size, axis) => (dilation[axis] ?? 1) * (size - 1));
    const split = (all = 0): readonly [number, number] => [Math.floor(all / 2), Math.ceil(all / 2)];
    return [split(total[0]), split(total[1])];
  }
  const [height, width] = pairOf(what, padding === "valid" ? 0 : padding, 0);
  return [
    [height, height],
    [width, width],
  ];
}
