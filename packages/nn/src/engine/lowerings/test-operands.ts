/** @file Random operands, and one primitive computed in both ways, for tests. */
import { primitiveList } from "../../primitives/index.ts";
import type { Operand, Primitive, ReferenceView } from "../../primitives/primitive.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT, type DType } from "../../tensor/dtype.ts";
import { engine, view } from "../engine.ts";
import { kernelLowerings } from "../lowerings.ts";

/** Elements of a test's operand. */
export interface TestOperand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Float32Array | Float64Array | Int32Array;
}

/** Numbers that depend on a seed alone. */
export class TestNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From [0, 1) (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** A shape of a few axes, most of them short, some of length 1 or 0. */
  shape(minRank: number, maxRank: number, maxLength = 7): number[] {
    const rank = this.whole(minRank, maxRank);
    return Array.from({ length: rank }, () => (this.next() < 0.03 ? 0 : this.whole(1, maxLength)));
  }

  /** An operand; without `element` its numbers are uniform in [−2, 2). */
  operand(shape: Shape, dtype: DType = "float", element = (): number => this.next() * 4 - 2): TestOperand {
    const size = sizeOf(shape);
    const numbers = Array.from({ length: size }, () => element());
    const data =
      dtype === "float"
        ? Float32Array.from(numbers)
        : dtype === "f64"
          ? Float64Array.from(numbers)
          : Int32Array.from(numbers);
    return { shape, dtype, data };
  }
}

/** Results of one primitive by its kernel and by its reference. */
export interface BothWays {
  readonly shape: Shape;
  /** Undefined when there is no kernel for these operands. */
  readonly kernel: ArrayLike<number> | undefined;
  readonly reference: ArrayLike<number>;
}

/** Computes a primitive by kernel and by reference. */
export function bothWays(name: string, inputs: readonly TestOperand[], attributes: unknown): BothWays {
  const primitive = primitiveList.find((candidate) => candidate.name === name);
  if (primitive === undefined) throw new Error(`no primitive ${name}`);
  const { shape, dtype } = primitive.infer(inputs, attributes);
  return {
    shape,
    kernel: byKernel(name, inputs, attributes, { shape, dtype }),
    reference: byReference(primitive, inputs, attributes, { shape, dtype }),
  };
}

function byReference(
  primitive: Primitive,
  inputs: readonly ReferenceView[],
  attributes: unknown,
  { shape, dtype }: Omit<TestOperand, "data">,
): ArrayLike<number> {
  const size = sizeOf(shape);
  const data =
    dtype === "float" ? new Float32Array(size) : dtype === "f64" ? new Float64Array(size) : new Int32Array(size);
  primitive.reference({ shape, dtype, data }, inputs, attributes);
  return data;
}

/** What surrounds the output: kernels must not write there. */
const MARK = 12_345;

function byKernel(
  name: string,
  inputs: readonly TestOperand[],
  attributes: unknown,
  { shape, dtype }: Omit<TestOperand, "data">,
): ArrayLike<number> | undefined {
  const lowering = kernelLowerings[name];
  if (lowering === undefined) return undefined;
  const { allocator, kernels } = engine();
  const taken: { ptr: number; sizeBytes: number }[] = [];
  const place = (elements: number, of: DType): number => {
    const sizeBytes = elements * BYTES_PER_ELEMENT[of];
    const ptr = allocator.alloc(sizeBytes);
    taken.push({ ptr, sizeBytes });
    return ptr;
  };
  try {
    const operands = inputs.map(({ shape: own, dtype: of, data }): Operand => {
      const ptr = place(data.length, of);
      view(of).set(data, ptr / BYTES_PER_ELEMENT[of]);
      return { ptr, shape: own, dtype: of };
    });
    const size = sizeOf(shape);
    // One element before and one behind are watched.
    const lead = 64 / BYTES_PER_ELEMENT[dtype];
    const base = place(lead + size + 1, dtype);
    const start = base / BYTES_PER_ELEMENT[dtype];
    view(dtype).fill(MARK, start, start + lead + size + 1);
    const output: Operand = { ptr: base + 64, shape, dtype };
    const done = lowering(kernels, output, operands, attributes);
    kernels.scratch.release();
    if (!done) return undefined;
    const all = view(dtype).slice(start, start + lead + size + 1);
    if (all[lead - 1] !== MARK || all[lead + size] !== MARK) throw new Error(`${name} wrote beside its output`);
    return all.slice(lead, lead + size);
  } finally {
    for (const { ptr, sizeBytes } of taken) allocator.free(ptr, sizeBytes);
  }
}

/** Largest difference, relative to numbers above 1; 0 where both are the same, NaN included; Infinity where one is NaN or infinite. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < b.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const difference = Math.abs(x - y) / Math.max(1, Math.abs(y));
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}
