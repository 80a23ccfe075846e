/** @file Tensors as nested arrays and as text. */
import type { Shape } from "../shape/shape.ts";
import { type DType, isFloat } from "./dtype.ts";
import type { AnyTensor } from "./tensor.ts";

/** Nested arrays as deep as the shape is long; numbers at the bottom. Of unknown rank: anything nested. */
export type Nested<S extends Shape> = number extends S["length"]
  ? NestedNumbers
  : S extends readonly [number, ...infer Rest extends Shape]
    ? Nested<Rest>[]
    : number;

/** Nested arrays of numbers, or a number. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** Row-major elements as nested arrays of the given shape. */
export function nest<S extends Shape>(data: ArrayLike<number>, shape: S): Nested<S> {
  const build = (axis: number, offset: number, stride: number): NestedNumbers => {
    const length = shape[axis];
    if (length === undefined) return data[offset] ?? Number.NaN;
    const inner = stride / Math.max(length, 1);
    return Array.from({ length }, (_, index) => build(axis + 1, offset + index * inner, inner));
  };
  // The compiler cannot follow the recursion over `shape`; `build` returns exactly `shape.length` levels.
  return build(0, 0, data.length) as Nested<S>;
}

/** Above this many elements only the edges are shown, as in NumPy. */
const MAX_SHOWN = 1000;
/** Elements at each edge of an axis that is abbreviated, as in NumPy. */
const EDGE_ITEMS = 3;
/** Width at which rows are broken, in characters. */
const LINE_WIDTH = 100;
/** Decimals at most: what float32 tells apart near 1, and a little less than float64 does. */
const MAX_DECIMALS: Readonly<Record<DType, number>> = { float: 6, f64: 8, int32: 0 };

/**
 * A tensor as text: element type and shape, then the elements, aligned, with as many decimals as they need.
 *
 * @param data - The elements, or why there are none to show: `"freed"`.
 *
 * @example
 * // Tensor float[2] [0.25, -0.75]
 */
export function formatTensor({ shape, dtype }: AnyTensor, data: ArrayLike<number> | string): string {
  const title = `Tensor ${dtype}[${shape.join(", ")}]`;
  if (typeof data === "string") return `${title} (${data})`;
  const shown = placesShown(shape, data.length);
  const show = numberFormat(
    shown.map((place) => data[place] ?? Number.NaN),
    dtype,
  );
  const texts = new Map(shown.map((place) => [place, show(data[place] ?? Number.NaN)]));
  const width = Math.max(0, ...[...texts.values()].map(({ length }) => length));
  const body = showAxis(shape, (place) => (texts.get(place) ?? "").padStart(shape.length > 0 ? width : 0), data.length);
  return shape.length > 1 || body.includes("\n") ? `${title}\n${body}` : `${title} ${body}`;
}

/** Places along an axis that are shown; `undefined` stands for those left out. */
function edges(length: number, abbreviated: boolean): readonly (number | undefined)[] {
  const all = Array.from({ length }, (_, index) => index);
  return abbreviated && length > 2 * EDGE_ITEMS
    ? [...all.slice(0, EDGE_ITEMS), undefined, ...all.slice(-EDGE_ITEMS)]
    : all;
}

function placesShown(shape: Shape, size: number): number[] {
  let places = size === 0 ? [] : [0];
  let stride = size;
  for (const length of shape) {
    stride /= Math.max(length, 1);
    const kept = edges(length, size > MAX_SHOWN);
    places = places.flatMap((place) => kept.flatMap((index) => (index === undefined ? [] : [place + index * stride])));
  }
  return places;
}

/** The same notation and number of decimals for all numbers. */
function numberFormat(values: readonly number[], dtype: DType): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  if (!isFloat(dtype) || finite.length === 0) return String;
  const sizes = finite.map(Math.abs).filter((size) => size > 0);
  const max = MAX_DECIMALS[dtype];
  if (Math.max(0, ...sizes) >= 1e8 || Math.min(...sizes) < 1e-4) {
    const digits = Math.max(...finite.map((value) => mantissaDecimals(value, max)));
    return (value) => (Number.isFinite(value) ? value.toExponential(digits) : String(value));
  }
  const decimals = Math.max(...finite.map((value) => decimalsOf(value, max)));
  return (value) => (Number.isFinite(value) ? value.toFixed(decimals) : String(value));
}

/** Decimals that a number needs when it is rounded to at most `max`. */
function decimalsOf(value: number, max: number): number {
  return (
    value
      .toFixed(max)
      .replace(/\.?0+$/, "")
      .split(".")[1]?.length ?? 0
  );
}

function mantissaDecimals(value: number, max: number): number {
  return decimalsOf(Number(value.toExponential(max).split("e")[0]), max);
}

/** Nested brackets as NumPy prints them: numbers beside each other, rows below each other, an empty line more per further axis. */
function showAxis(shape: Shape, text: (place: number) => string, size: number): string {
  const build = (axis: number, offset: number, stride: number): string => {
    const length = shape[axis];
    if (length === undefined) return text(offset);
    const inner = stride / Math.max(length, 1);
    const parts = edges(length, size > MAX_SHOWN).map((index) =>
      index === undefined ? "…" : build(axis + 1, offset + index * inner, inner),
    );
    const indent = " ".repeat(axis + 1);
    if (axis === shape.length - 1) return `[${breakLines(parts, indent)}]`;
    return `[${parts.join(`,${"\n".repeat(shape.length - 1 - axis)}${indent}`)}]`;
  };
  return build(0, 0, size);
}

function breakLines(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line !== "" && indent.length + line.length + part.length + 2 > LINE_WIDTH) {
      lines.push(line);
      line = part;
    } else {
      line = line === "" ? part : `${line}, ${part}`;
    }
  }
  return [...lines, line].join(`,\n${indent}`);
}
