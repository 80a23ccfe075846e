/** @file Builds an ONNX graph: names, nodes, constants that are there once. */
import type { Shape } from "../../../shape/shape.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { AttributeProto, NodeProto, TensorProto } from "../proto/messages.ts";
import { ONNX_TYPES } from "../proto/messages.ts";
import { onnxTypeOf, tensorProto } from "../proto/tensor.ts";
import { isFixed, type Size } from "./batch-size.ts";

/** A value of the traced graph on its way out: its name in the file, and what is known of it. */
export interface Edge {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** Attributes of a node, as plain data. */
export type NodeAttributes = Readonly<Record<string, AttributeProto>>;

/** Collects the nodes and constants of one graph. Every method that makes something returns its name. */
export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly #pool = new Map<string, string>();
  /** Boolean edges by the numeric edges that were made from them. */
  readonly #conditions = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #doubles: boolean;
  readonly #findBatch: (write: GraphWriter) => string;
  #batch: string | undefined;
  #count = 0;

  /**
   * @param doubles - Whether f64 is written as double; otherwise as float.
   * @param batch - Writes the nodes that find the batch size and names the edge, int64 of shape [1]; called when it is needed first.
   */
  constructor(doubles: boolean, batch: (write: GraphWriter) => string) {
    this.#doubles = doubles;
    this.#findBatch = batch;
  }

  /** Keeps a name from being given to anything else. */
  reserve(name: string): string {
    this.#taken.add(name);
    return name;
  }

  /** An unused name. */
  fresh(hint: string): string {
    let name = hint;
    while (this.#taken.has(name)) {
      this.#count += 1;
      name = `${hint}_${this.#count}`;
    }
    return this.reserve(name);
  }

  /** Adds a node of one output. */
  node(opType: string, inputs: readonly string[], attributes: NodeAttributes = {}, output?: string): string {
    const [name = ""] = this.nodeOf(opType, inputs, attributes, [output ?? this.fresh(opType.toLowerCase())]);
    return name;
  }

  /** Adds a node of several outputs. The domain is another one than ONNX's own for operators that only some runtimes have. */
  nodeOf(
    opType: string,
    inputs: readonly string[],
    attributes: NodeAttributes,
    outputs: readonly string[],
    domain = "",
  ): readonly string[] {
    this.nodes.push({ name: `n${this.nodes.length}`, opType, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** The element type that one of ours has in this file. */
  typeOf(dtype: DType): "float" | "double" | "int32" {
    return dtype === "int32" ? "int32" : dtype === "f64" && this.#doubles ? "double" : "float";
  }

  /** Number of the element type in the file. */
  typeCode(dtype: DType): number {
    return dtype === "f64" && !this.#doubles ? ONNX_TYPES.float : onnxTypeOf(dtype);
  }

  /** A parameter or state under its own name. */
  initializer(name: string, data: ArrayLike<number>, shape: Shape, dtype: DType): string {
    this.initializers.push(tensorProto(name, data, shape, this.typeOf(dtype)));
    return name;
  }

  /** A constant of one number, shape []. */
  scalar(value: number, dtype: DType): string {
    return this.#pooled(`${this.typeOf(dtype)} ${Object.is(value, -0) ? "-0" : value}`, "c", (name) =>
      tensorProto(name, [value], [], this.typeOf(dtype)),
    );
  }

  /** A constant for shifts, shape []. */
  uint32(value: number): string {
    return this.#pooled(`uint32 ${value}`, "u", (name) => tensorProto(name, [value], [], "uint32"));
  }

  /** A constant in double precision even where f64 is written as float, shape []. */
  double(value: number): string {
    return this.#pooled(`double ${value}`, "d", (name) => tensorProto(name, [value], [], "double"));
  }

  /**
   * A constant tensor that is not a parameter: a node, not an initializer, so that importers (ours too) do not train it.
   *
   * @param hint - What it is called, with a number behind if that is taken.
   */
  constant(hint: string, data: ArrayLike<number>, shape: Shape, dtype: DType): string {
    const name = this.fresh(hint);
    const value = { tensor: tensorProto(name, data, shape, this.typeOf(dtype)) };
    return this.node("Constant", [], { value }, name);
  }

  /** A constant row of ones. */
  ones(length: number, dtype: DType): string {
    const key = `ones ${length} ${this.typeOf(dtype)}`;
    const name = this.#pool.get(key) ?? this.constant("ones", new Float64Array(length).fill(1), [length], dtype);
    this.#pool.set(key, name);
    return name;
  }

  /** A constant list of 64-bit integers: sizes, axes. */
  ints(values: readonly number[]): string {
    return this.#pooled(`int64 [${values.join()}]`, "i", (name) => tensorProto(name, values, [values.length], "int64"));
  }

  /** A constant table of 64-bit integers, one list per row: places to gather. */
  table(rows: readonly (readonly number[])[]): string {
    const values = rows.flat();
    return this.#pooled(`int64 ${rows.length} [${values.join()}]`, "i", (name) =>
      tensorProto(name, values, [rows.length, values.length / rows.length], "int64"),
    );
  }

  /** A constant 64-bit integer, shape []. */
  int(value: number): string {
    return this.#pooled(`int64 ${value}`, "i", (name) => tensorProto(name, [value], [], "int64"));
  }

  /** A list of sizes, computed from the batch where they follow it. */
  sizes(values: readonly Size[]): string {
    if (values.every(isFixed)) return this.ints(values);
    const key = `sizes ${JSON.stringify(values)}`;
    const known = this.#pool.get(key);
    if (known !== undefined) return known;
    const parts = values.map((value) =>
      isFixed(value) ? this.ints([value]) : this.#fromBatch(value.coefficient, value.offset),
    );
    const name = parts.length === 1 ? (parts[0] ?? "") : this.node("Concat", parts, { axis: { int: 0 } });
    this.#pool.set(key, name);
    return name;
  }

  /** Sizes for Reshape: a single one that varies is left to the runtime. */
  reshapeSizes(values: readonly Size[]): string {
    const fixed = values.map((value) => (isFixed(value) ? value : -1));
    // With a size of 0 the missing one would not follow from the number of elements.
    return fixed.filter((value) => value === -1).length <= 1 && !fixed.includes(0)
      ? this.ints(fixed)
      : this.sizes(values);
  }

  #fromBatch(coefficient: number, offset: number): string {
    this.#batch ??= this.#findBatch(this);
    const batch = this.#batch;
    const scaled = coefficient === 1 ? batch : this.node("Mul", [batch, this.ints([coefficient])]);
    return offset === 0 ? scaled : this.node("Add", [scaled, this.ints([offset])]);
  }

  #pooled(key: string, hint: string, make: (name: string) => TensorProto): string {
    const known = this.#pool.get(key);
    if (known !== undefined) return known;
    const name = this.fresh(hint);
    this.initializers.push(make(name));
    this.#pool.set(key, name);
    return name;
  }

  /** A conversion to one of our element types. */
  cast(input: string, dtype: DType, output?: string): string {
    return this.node("Cast", [input], { to: { int: this.typeCode(dtype) } }, output);
  }

  /** 0 and 1 of an element type from a boolean edge. */
  fromCondition(condition: string, dtype: DType): string {
    const name = this.cast(condition, dtype);
    this.#conditions.set(name, condition);
    return name;
  }

  /** A boolean edge from numbers: the one that they were made from, if it is known. */
  toCondition(numbers: string): string {
    const known = this.#conditions.get(numbers);
    if (known !== undefined) return known;
    const condition = this.node("Cast", [numbers], { to: { int: ONNX_TYPES.bool } });
    this.#conditions.set(numbers, condition);
    return condition;
  }
}
