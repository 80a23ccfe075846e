/** @file Calls back into JavaScript, for instructions without a kernel: the primitive's reference on views of the plan's memory. */
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

/** No computation yet. */
export function createReferences(): References {
  const runs: (() => void)[] = [];
  const names: string[] = [];
  return {
    names,
    add(primitive, output, inputs, attributes) {
      names.push(primitive.name);
      runs.push(reference(primitive, output, inputs, attributes));
      return runs.length - 1;
    },
    run: (number) => runs[number]?.(),
  };
}

/** Views are made once, and again when the memory has grown. */
function reference(primitive: Primitive, output: Operand, inputs: readonly Operand[], attributes: unknown): () => void {
  let buffer: ArrayBufferLike | undefined;
  let outputView: ReferenceView;
  let inputViews: readonly ReferenceView[];
  return () => {
    if (buffer !== engine().memory.buffer) {
      buffer = engine().memory.buffer;
      outputView = viewAt(output);
      inputViews = inputs.map(viewAt);
    }
    primitive.reference(outputView, inputViews, attributes);
  };
}

function viewAt({ ptr, shape, dtype }: Operand): ReferenceView {
  const start = ptr / BYTES_PER_ELEMENT[dtype];
  return { shape, dtype, data: view(dtype).subarray(start, start + sizeOf(shape)) };
}
