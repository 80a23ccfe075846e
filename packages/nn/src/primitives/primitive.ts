/**
 * @file What an operation is: a shape rule, a gradient rule and a way to compute it.
 *
 * Everything else (public operations, layers, optimisers) is composed from primitives by `apply`, so a gradient, a compiler pass or a new backend only
 * has to know these. A primitive has one output. Its gradient rule is written in primitives, so gradients compile and differentiate again.
 */
import type { KernelLowering } from "../engine/lowerings/kernel-lowering.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** What is known of a value before it is computed. Tensors and graph values are such. */
export interface Abstract {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A value in memory at a known place: what a kernel reads or writes. `ptr` is a byte offset in the engine's memory. */
export interface Operand extends Abstract {
  readonly ptr: number;
}

/**
 * Takes the kernel calls that compute one instruction. Eager execution runs each at once; a compiled plan records it with its constant arguments.
 */
export interface KernelCalls {
  /** One call of an exported WebAssembly kernel; pointers and sizes are plain numbers. */
  call(kernel: string, ...args: readonly number[]): void;
  /** Working memory that is free again after this instruction, 64-byte aligned. */
  scratch(sizeBytes: number): number;
}

/**
 * One operation. `A` are its attributes: what is not a tensor (axes, padding, …), as plain data that compares by structure.
 */
export interface Primitive<A = unknown> {
  /** Unique, camelCase, as in the public operation of the same meaning. */
  readonly name: string;
  /**
   * Each element of the output depends only on the elements of the inputs at the same place, after broadcasting the inputs to the output's shape by
   * NumPy's rules: compilers may fuse it.
   */
  readonly elementwise?: boolean;
  /** The output is the first input; only gradient rules make a difference. Nothing has to be computed. */
  readonly identity?: boolean;
  /**
   * The same computation in other primitives: what a graph gets. For steps that exist only because eager execution takes them in one go; no graph, and so
   * no compiler pass, `batch` rule or export, ever meets them.
   */
  expand?(inputs: readonly AnyTensor[], attributes: A): AnyTensor;
  /**
   * Shape and element type of the output.
   *
   * @throws TrainlogError `shape/*` or `dtype/*` when the inputs do not fit.
   */
  infer(inputs: readonly Abstract[], attributes: A): Abstract;
  /**
   * Reverse-mode rule: the cotangents of the inputs from the cotangent `g` of the output.
   *
   * @param needs - Which inputs' cotangents are wanted; others may be left `undefined` to save work.
   * @returns One entry per input; `undefined` where there is no gradient (integers) or none is wanted.
   */
  vjp?(
    g: AnyTensor,
    inputs: readonly AnyTensor[],
    output: AnyTensor,
    attributes: A,
    needs: readonly boolean[],
  ): readonly (AnyTensor | undefined)[];
  /** Computes the output in plain TypeScript on views of the memory: slow, for every element type, and what the fast kernels are tested against. */
  reference(output: ReferenceView, inputs: readonly ReferenceView[], attributes: A): void;
  /** @internal What computes it on kernels, as eager execution found it at the first use; null: nothing. */
  kernels?: KernelLowering | null | undefined;
  /** Per-example rule for `vmap`: see `../autograd/vmap.ts`. Absent: `vmap` names the primitive in its error. */
  batch?(inputs: readonly BatchedInput[], attributes: A): { readonly output: AnyTensor; readonly axis: number };
}

/**
 * A primitive as all are made: objects of one make, whatever rules they have. Every operation looks at its primitive, and looking at objects of many makes
 * is slow.
 */
export function definePrimitive<A>(definition: Primitive<A>): Primitive<A> {
  const { name, elementwise, identity, expand, infer, vjp, reference, batch } = definition;
  // Absent rules are there as undefined, which is as good.
  return { name, elementwise, identity, expand, infer, vjp, reference, batch, kernels: undefined } as Primitive<A>;
}

/** One input of a primitive under `vmap`: batched along `axis`, or the same for every example (`undefined`). */
export interface BatchedInput {
  readonly tensor: AnyTensor;
  readonly axis: number | undefined;
}

/** Elements of one operand as a reference kernel sees them. */
export interface ReferenceView extends Abstract {
  readonly data: Float32Array | Float64Array | Int32Array;
}

/**
 * Fast way to compute an instruction of one primitive: emits kernel calls and returns true, or emits nothing and returns false when it has no kernel
 * for these shapes or element types (then the reference runs).
 */
export type Lowering<A = unknown> = (
  calls: KernelCalls,
  output: Operand,
  inputs: readonly Operand[],
  attributes: A,
) => boolean;
