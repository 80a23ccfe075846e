/** @file One node of an imported graph while it is being run: its inputs and attributes, checked, with errors that name it. */
import { TrainlogError } from "../../../error.ts";
import { showShape } from "../../../shape/shape.ts";
import type { FloatDType } from "../../../tensor/dtype.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import type { AttributeProto, NodeProto, TensorProto } from "../proto/messages.ts";
import { type HostArray, isHost, toTensor, type Value } from "./value.ts";

/** Gives a node's outputs; only the first ones that it has. */
export type Operator = (node: NodeContext) => Value | readonly Value[];

/** A node with the values of its inputs. */
export class NodeContext {
  readonly node: NodeProto;
  /** Version of ONNX's operators that the file uses. */
  readonly opset: number;
  readonly #inputs: readonly (Value | undefined)[];
  readonly #dtype: FloatDType;

  /** @param dtype - Element type that constants of the graph take when they become tensors. */
  constructor(node: NodeProto, inputs: readonly (Value | undefined)[], opset: number, dtype: FloatDType) {
    this.node = node;
    this.opset = opset;
    this.#inputs = inputs;
    this.#dtype = dtype;
  }

  /** The node as errors name it: `Gemm "linear_1"`. */
  get title(): string {
    return `${this.node.opType} "${this.node.name || this.node.outputs[0] || ""}"`;
  }

  /** All inputs; left out ones are undefined. */
  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }

  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  /** An input that must be there. */
  input(index: number): Value {
    const value = this.#inputs[index];
    if (value === undefined) throw this.error("onnx/bad-node", `has no input ${index}`);
    return value;
  }

  /** An input as a tensor. */
  tensor(index: number): AnyTensor {
    return toTensor(this.input(index), this.#dtype);
  }

  /** An input as a tensor, if it is there. */
  optionalTensor(index: number): AnyTensor | undefined {
    return this.has(index) ? this.tensor(index) : undefined;
  }

  /** All inputs as tensors. */
  tensors(): AnyTensor[] {
    return this.#inputs.map((_, index) => this.tensor(index));
  }

  /** An input whose numbers must be known: sizes, axes, limits. */
  host(index: number): HostArray {
    const value = this.input(index);
    if (isHost(value)) return value;
    throw this.error(
      "onnx/dynamic-shape",
      `takes its input ${index} ("${this.node.inputs[index] ?? ""}") from computed elements of shape ${showShape(value.shape)}; sizes, axes and limits must follow from shapes and constants`,
    );
  }

  /** Whole numbers from an input if it is there, else from an attribute (as older operator sets have it), else `undefined`. */
  intsFrom(index: number, attribute: string): readonly number[] | undefined {
    return this.has(index) ? this.host(index).data : this.optionalInts(attribute);
  }

  int(name: string, otherwise: number): number {
    const value = this.#attribute(name);
    return value === undefined ? otherwise : "int" in value ? value.int : this.#refuseAttribute(name, "a whole number");
  }

  float(name: string, otherwise: number): number {
    const value = this.#attribute(name);
    return value === undefined ? otherwise : "float" in value ? value.float : this.#refuseAttribute(name, "a number");
  }

  text(name: string, otherwise: string): string {
    const value = this.#attribute(name);
    return value === undefined ? otherwise : "text" in value ? value.text : this.#refuseAttribute(name, "a text");
  }

  optionalInts(name: string): readonly number[] | undefined {
    const value = this.#attribute(name);
    return value === undefined
      ? undefined
      : "ints" in value
        ? value.ints
        : this.#refuseAttribute(name, "whole numbers");
  }

  tensorAttribute(name: string): TensorProto | undefined {
    const value = this.#attribute(name);
    return value === undefined ? undefined : "tensor" in value ? value.tensor : this.#refuseAttribute(name, "a tensor");
  }

  /** An attribute as it is. */
  attribute(name: string): AttributeProto | undefined {
    return this.#attribute(name);
  }

  /** Element type of constants. */
  get dtype(): FloatDType {
    return this.#dtype;
  }

  /** An error about this node. */
  error(code: string, what: string): TrainlogError {
    return new TrainlogError(code, `${this.title} ${what}`);
  }

  #attribute(name: string): AttributeProto | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }

  #refuseAttribute(name: string, expected: string): never {
    throw this.error("onnx/bad-node", `has an attribute "${name}" that is not ${expected}`);
  }
}

/** An axis counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
