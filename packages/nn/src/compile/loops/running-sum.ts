/** @file A reduction along the innermost axis, as it is collected in registers. */
import type { Code, Local } from "../wasm/code.ts";
import { type Expression, read } from "../wasm/expression.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { constantVector } from "./operations.ts";
import type { LoopReduction } from "./program.ts";
import { combine, foldLanes, identityOf } from "./reduce.ts";

/**
 * A running sum (or maximum, or minimum) of vectors.
 *
 * Several accumulators take turns, so that one addition need not wait for the one before. Long sums are put aside from time to time into a total, because
 * a large running sum swallows the digits of what is added to it.
 */
export class RunningSum {
  private readonly code: Code;
  private readonly reduction: LoopReduction;
  private readonly accumulators: readonly Local[];
  private readonly total: Local;

  /** @param ways - Number of accumulators, 1, 2 or 4. */
  constructor(code: Code, reduction: LoopReduction, ways: number) {
    this.code = code;
    this.reduction = reduction;
    this.accumulators = Array.from({ length: ways }, () => code.local(ValueType.v128));
    this.total = code.local(ValueType.v128);
  }

  /** Where the result is: in lane 0 after {@link RunningSum.fold}. */
  get result(): Local {
    return this.accumulators[0] ?? this.total;
  }

  /** Starts with what reducing nothing gives. */
  start(): void {
    for (const accumulator of [...this.accumulators, this.total]) this.clear(accumulator);
  }

  /** Adds a vector, or its lane 0, to the accumulator whose turn it is. */
  add(value: Expression, turn: number): void {
    const accumulator = this.accumulators[turn % this.accumulators.length] ?? this.result;
    this.combineInto(accumulator, accumulator, value);
  }

  /** Adds the accumulators to the total; they start again. */
  putAside(): void {
    this.join();
    this.combineInto(this.total, this.total, read(this.result));
    for (const accumulator of this.accumulators) this.clear(accumulator);
  }

  /** Leaves everything that was added in lane 0 of the result. */
  fold(lanes: 2 | 4, hasTotal: boolean): void {
    this.join();
    if (hasTotal) this.combineInto(this.result, this.total, read(this.result));
    foldLanes(this.code, this.result, this.reduction.kind, this.reduction.access.dtype, lanes);
  }

  /** All accumulators into the first, in pairs. */
  private join(): void {
    for (let half = this.accumulators.length / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i += 1) {
        const [a, b] = [this.accumulators[i], this.accumulators[i + half]];
        if (a !== undefined && b !== undefined) this.combineInto(a, a, read(b));
      }
    }
  }

  private combineInto(target: Local, a: Local, b: Expression): void {
    combine(this.reduction.kind, this.reduction.access.dtype, read(a), b)(this.code);
    this.code.set(target);
  }

  private clear(local: Local): void {
    const { kind, access } = this.reduction;
    constantVector(identityOf(kind, access.dtype), access.dtype)(this.code);
    this.code.set(local);
  }
}
