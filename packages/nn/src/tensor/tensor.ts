/**
 * @file `Tensor`: a value of known shape and element type.
 *
 * A tensor is immutable and is one of two things: *concrete* (its elements lie in the engine's memory) or *symbolic* (a value of the graph that is
 * being traced by `compile`). Independently of that it may be *tracked*: `node` says how it was computed from the inputs of an enclosing `grad`.
 * No operation looks at a tensor's kind except `apply` (`../engine/apply.ts`), so every function of tensors runs, differentiates and compiles alike.
 */
import type { TapeNode } from "../autograd/tape.ts";
import { Buffer } from "../engine/buffer.ts";
import { checkAlive, disposeBuffer, readBuffer } from "../engine/engine.ts";
import { TrainlogError } from "../error.ts";
import type { GraphValue } from "../ir/graph.ts";
import { isBeingTraced } from "../ir/trace.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import type { DType, TypedArrayOf } from "./dtype.ts";
import { formatTensor, type Nested, nest } from "./format.ts";

/** Any tensor. */
export type AnyTensor = Tensor<Shape, DType>;

/**
 * An immutable array of shape `S` with elements of type `D`.
 *
 * Made by `tensor`, `tensorND`, `zeros` and the like, or by operations on other tensors; never by `new`.
 *
 * Memory: tensors that are made inside a transform (`grad`, a training step, `scope`) and not returned from it are freed when it ends; all others when
 * the garbage collector finds them, or at once by `dispose()` (`using` works).
 */
export class Tensor<out S extends Shape = Shape, out D extends DType = "float"> implements Disposable {
  // All fields are declared only: a field that JavaScript knows of is set twice, and a step of a small network makes dozens of tensors.
  /** Sizes of the axes, outermost first. */
  declare readonly shape: S;
  /** Element type. */
  declare readonly dtype: D;
  /** Number of elements. */
  declare readonly size: number;
  /** @internal Where the elements lie, or which value of a graph this stands for. */
  declare readonly value: Buffer | GraphValue;
  /** @internal How this was computed, while something differentiates through it. */
  declare node: TapeNode | undefined;

  /** @internal */
  constructor(value: Buffer | GraphValue, shape: S, dtype: D, node: TapeNode | undefined = undefined) {
    this.value = value;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.node = node;
  }

  /**
   * @internal Where the elements of a concrete tensor lie, as kernels want it: a byte offset in the engine's memory, until it is freed.
   *
   * @throws TrainlogError `tensor/symbolic`, `tensor/disposed`.
   */
  get ptr(): number {
    const { value } = this;
    return value instanceof Buffer && value.ptr >= 0 ? value.ptr : checkAlive(concrete(this, "an operation")).ptr;
  }

  /** Number of axes. */
  get rank(): S["length"] {
    return this.shape.length;
  }

  /**
   * The elements in row-major order, as a copy that belongs to the caller.
   *
   * @throws TrainlogError `tensor/symbolic` while it is being traced by `compile`, `compile/leaked-value` afterwards, `tensor/disposed` after it was freed.
   */
  data(): TypedArrayOf<D> {
    return readBuffer(concrete(this, "data()"), this.size, this.dtype);
  }

  /**
   * The only element.
   *
   * @throws TrainlogError `tensor/not-scalar` when there is not exactly one; and as {@link Tensor.data}.
   */
  item(): number {
    if (this.size !== 1) {
      throw new TrainlogError(
        "tensor/not-scalar",
        `item() reads the only element of a tensor; this one has shape ${showShape(this.shape)}, so ${this.size}. Use data() or toArray()`,
      );
    }
    return this.data()[0] ?? Number.NaN;
  }

  /** The elements as nested arrays, `shape.length` deep; a number for a scalar. Throws as {@link Tensor.data}. */
  toArray<T extends Shape>(this: Tensor<T, DType>): Nested<T> {
    return nest(this.data(), this.shape);
  }

  /** Shape, element type and (a part of) the elements, for people. */
  toString(): string {
    if (isSymbolic(this)) return formatTensor(this, "being compiled");
    return isFreed(this) ? formatTensor(this, "freed") : formatTensor(this, this.data());
  }

  static {
    // How Node's console shows it. The key is no name that an interface could declare.
    Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: AnyTensor) {
        return this.toString();
      },
    });
  }

  /**
   * Frees the memory now instead of when the garbage collector finds the tensor. Twice is fine; reading afterwards is an error, also of tensors that share
   * the memory: what reshape, squeeze, flatten and stopGradient give, and what they were given.
   */
  dispose(): void {
    if (this.value instanceof Buffer) disposeBuffer(this.value);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @internal The memory of a concrete tensor; `what` names the caller in the error for a symbolic one. */
export function concrete(tensor: AnyTensor, what: string): Buffer {
  if (!(tensor.value instanceof Buffer)) {
    if (!isBeingTraced(tensor.value)) {
      throw new TrainlogError(
        "compile/leaked-value",
        `${what} needs the elements of a tensor of shape ${showShape(tensor.shape)} that was made inside compile(), vmap() or a compiled step and kept ` +
          `beyond it: it stands for a value of every call and has no elements. Return it from the function and read what the call gives`,
      );
    }
    throw new TrainlogError(
      "tensor/symbolic",
      `${what} needs the elements of a tensor of shape ${showShape(tensor.shape)}, but a compiled function is being traced: there are only shapes now. ` +
        `Return the tensor from the function and read it there, or use backend "eager"`,
    );
  }
  return tensor.value;
}

function isFreed(tensor: AnyTensor): boolean {
  return tensor.value instanceof Buffer && tensor.value.ptr < 0;
}

/** @internal Says whether the tensor is a value of a graph that is being traced. */
export function isSymbolic(tensor: AnyTensor): boolean {
  return !(tensor.value instanceof Buffer);
}
