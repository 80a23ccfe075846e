/**
 * @file Einstein's sum, from left to right: each tensor is joined to the product so far by one matrix product.
 *
 * For every pair the letters are of four kinds: in both and still needed (batch axes), in both and not needed (summed by the product), in the left one
 * only (rows), in the right one only (columns).
 */
import * as primitives from "../primitives/index.ts";
import { type EinsumShape, parseEinsum } from "../shape/einsum.ts";
import type { Check, Checked } from "../shape/shape-error.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { type DTypeOf, type ShapeOf, typed } from "./operand.ts";

/** Shapes of a list of tensors. */
type ShapesOf<List extends readonly AnyTensor[]> = { [At in keyof List]: ShapeOf<List[At]> };

/** A tensor whose axes have names. */
interface Lettered {
  readonly letters: string;
  readonly x: AnyTensor;
}

/**
 * Products of tensors summed over axes, by a formula: `"ij,jk->ik"` is the matrix product.
 *
 * @param formula - One letter per axis of each tensor, and after `->` those of the result. Letters that are not in the result are summed over; a letter
 *   that stands twice in one term takes the diagonal. Without `->`, the letters that occur once, in alphabetic order.
 * @throws TrainlogError `shape/bad-einsum`, `shape/mismatch`, `dtype/mismatch`.
 *
 * @example
 * einsum("bij,bjk->bik", zeros([8, 2, 3]), zeros([8, 3, 4]));   // Tensor<[8, 2, 4]>
 * einsum("ii->", x);                                            // trace
 */
export function einsum<const Formula extends string, const List extends readonly AnyTensor[]>(
  formula: Formula & Check<EinsumShape<Formula, ShapesOf<List>>>,
  ...tensors: List
): Tensor<Checked<EinsumShape<Formula, ShapesOf<List>>>, DTypeOf<List[number]>> {
  const text: string = formula;
  const { terms, result } = parseEinsum(
    text,
    tensors.map(({ shape }) => shape),
  );
  const parts = tensors.map((x, i) => takeDiagonals({ letters: terms[i] ?? "", x }));
  const joined = parts.reduce((left, right, i) => {
    const later = parts.slice(i + 1).map(({ letters }) => letters);
    return joinPair(left, right, result + later.join(""));
  });
  return typed(order(sumOut(joined, result), result));
}

/** Only what lies on the diagonal of axes that have the same letter. */
function takeDiagonals(part: Lettered): Lettered {
  const { letters, x } = part;
  const first = [...letters].findIndex((letter, i) => letters.lastIndexOf(letter) > i);
  if (first < 0) return part;
  const second = letters.lastIndexOf(letters.charAt(first));
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const lead = rest.map((axis) => x.shape[axis] ?? 1);
  const size = x.shape[first] ?? 1;
  // Diagonal elements of a matrix in one row are size + 1 apart.
  const rows = primitives.reshape(primitives.transpose(x, [...rest, first, second]), [...lead, size * size]);
  const starts = rows.shape.map(() => 0);
  const strides = [...lead.map(() => 1), size + 1];
  const diagonal = primitives.slice(rows, starts, rows.shape, strides);
  const kept = rest.map((axis) => letters.charAt(axis)).join("");
  return takeDiagonals({ letters: kept + letters.charAt(first), x: diagonal });
}

/** Sums over the letters that are not needed. */
function sumOut({ letters, x }: Lettered, needed: string): Lettered {
  const axes = [...letters].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { letters, x };
  return { letters: [...letters].filter((letter) => needed.includes(letter)).join(""), x: primitives.sum(x, axes) };
}

/** The axes in the order of `letters`. */
function order(part: Lettered, letters: string): AnyTensor {
  return primitives.transpose(
    part.x,
    [...letters].map((letter) => part.letters.indexOf(letter)),
  );
}

function joinPair(a: Lettered, b: Lettered, needed: string): Lettered {
  const left = sumOut(a, needed + b.letters);
  const right = sumOut(b, needed + a.letters);
  const shared = [...left.letters].filter((letter) => right.letters.includes(letter));
  const batch = shared.filter((letter) => needed.includes(letter)).join("");
  const inner = shared.filter((letter) => !needed.includes(letter)).join("");
  const rows = without(left.letters, shared);
  const columns = without(right.letters, shared);
  const sizes = sizesOf(left, right);
  const x = primitives.matmul(
    primitives.reshape(order(left, batch + rows + inner), [
      ...sizes(batch),
      product(sizes(rows)),
      product(sizes(inner)),
    ]),
    primitives.reshape(order(right, batch + inner + columns), [
      ...sizes(batch),
      product(sizes(inner)),
      product(sizes(columns)),
    ]),
  );
  const letters = batch + rows + columns;
  return { letters, x: primitives.reshape(x, sizes(letters)) };
}

function without(letters: string, others: readonly string[]): string {
  return [...letters].filter((letter) => !others.includes(letter)).join("");
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** Sizes of letters of either tensor. */
function sizesOf(left: Lettered, right: Lettered): (letters: string) => number[] {
  const sizeOf = (letter: string): number => {
    const axis = left.letters.indexOf(letter);
    return (axis >= 0 ? left.x.shape[axis] : right.x.shape[right.letters.indexOf(letter)]) ?? 1;
  };
  return (letters) => [...letters].map(sizeOf);
}
