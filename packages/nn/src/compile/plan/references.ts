/** @file Calls back into JavaScript, for instructions without a kernel: the primitive's reference on views of the engine's memory. */
import { engine, view } from "../../engine/engine.ts";
import type { Operand, Primitive, ReferenceView } from "../../primitives/primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";

/** The reference computations of one plan, by number. */
export interface References {
  /** Adds a computation; returns its number. */
  add(primitive: Primitive, output: Operand, inputs: readonly Operand[], attributes: unknown): number;
  /** Runs one. */
  run(number: number): void;
  /** Names of the primitives, in the order in which they were added. */
  readonly names: readonly string[];
}

/**
 * No computation yet.
 *
 * @param resolve - From an operand's address to the real one in the current run.
 */
export function createReferences(resolve: (address: number) => number): References {
  const runs: (() => void)[] = [];
  const names: string[] = [];
  return {
    names,
    add(primitive, output, inputs, attributes) {
      names.push(primitive.name);
      const outputView = new OperandView(output, resolve);
      const inputViews = inputs.map((input) => new OperandView(input, resolve));
      runs.push(() =>
        primitive.reference(
          outputView.current(),
          inputViews.map((input) => input.current()),
          attributes,
        ),
      );
      return runs.length - 1;
    },
    run: (number) => runs[number]?.(),
  };
}

/** A view of one operand: made once, and again when the operand has moved or the memory has grown. */
class OperandView {
  private readonly operand: Operand;
  private readonly resolve: (address: number) => number;
  private ptr = -1;
  private buffer: ArrayBufferLike | undefined;
  private latest: ReferenceView | undefined;

  constructor(operand: Operand, resolve: (address: number) => number) {
    this.operand = operand;
    this.resolve = resolve;
  }

  current(): ReferenceView {
    const { ptr: address, shape, dtype } = this.operand;
    const ptr = this.resolve(address);
    const { buffer } = engine().memory;
    if (this.latest !== undefined && this.ptr === ptr && this.buffer === buffer) return this.latest;
    const start = ptr / BYTES_PER_ELEMENT[dtype];
    this.latest = { shape, dtype, data: view(dtype).subarray(start, start + sizeOf(shape)) };
    this.ptr = ptr;
    this.buffer = buffer;
    return this.latest;
  }
}
