/** @file Primitives that onnxruntime has an operator of its own for, or whose forward pass and gradient share one. */
import type { LayerNormAttributes } from "../../primitives/layer-norm.ts";
import { allFixed, type Call, fixed, input, names } from "../onnx/export/call.ts";
import type { Edge, GraphWriter } from "../onnx/export/graph-writer.ts";
import { layerNormGrad, type Normalised, normalised } from "../onnx/export/operators/reduce.ts";
import { CAUSAL_ATTENTION, CAUSAL_WEIGHTS } from "./rewrite/causal-attention.ts";
import { HALF_ERF } from "./rewrite/gelu.ts";
import { SCALED_PRODUCT, type ScaledProductAttributes } from "./rewrite/scaled-product.ts";

/** The domain of onnxruntime's own operators. */
export const RUNTIME_DOMAIN = "com.microsoft";

/** Names of the edges of one causal attention. */
interface CausalAttention {
  /** `[batch, length, heads · size]`. */
  readonly result: string;
  /** `[batch, heads, length, length]`. */
  readonly weights: string;
}

/** Number that GroupQueryAttention knows the weights by that it can give out: those behind the softmax. */
const WEIGHTS_OUT = 2;

/** Writes primitives for onnxruntime; what several of them need of one node is written once. */
export class RuntimeOperators {
  readonly #write: GraphWriter;
  readonly #attentions = new Map<string, CausalAttention>();
  readonly #normalised = new Map<string, Normalised>();
  /** Edges that an attention gives out again, in the layout in which others want them, by their names. */
  readonly #copies = new Map<string, string>();

  constructor(write: GraphWriter) {
    this.#write = write;
  }

  /** Name of the result; undefined for primitives that are written as in every file. */
  export(call: Call): string | undefined {
    switch (call.primitive) {
      case HALF_ERF:
        return this.#halfErf(call);
      case SCALED_PRODUCT:
        return this.#scaledProduct(call);
      case CAUSAL_WEIGHTS:
        return this.#attention(call).weights;
      case CAUSAL_ATTENTION:
        return this.#headsFirst(this.#attention(call).result, call);
      case "layerNorm":
        return this.#normalise(call).y;
      case "layerNormGrad":
        return layerNormGrad(this.#write, call, this.#normalise(call));
      default:
        return undefined;
    }
  }

  /** The instruction on copies of its operands that are there already, so that the operands themselves need not be made. */
  withCopies(call: Call): Call {
    return {
      ...call,
      inputs: call.inputs.map((edge) => ({ ...edge, name: this.#copies.get(edge.name) ?? edge.name })),
    };
  }

  /** HardSigmoid is max(0, min(1, x/2 + ½)): erf stays between −1 and 1, so nothing is cut off. */
  #halfErf(call: Call): string {
    const erf = this.#write.node("Erf", [input(call, 0).name]);
    return this.#write.node("HardSigmoid", [erf], { alpha: { float: 0.5 }, beta: { float: 0.5 } });
  }

  #scaledProduct(call: Call): string {
    // Instructions of this primitive have these attributes.
    const { alpha, beta, transposeA, transposeB } = (call as Call<ScaledProductAttributes>).attributes;
    return this.#write.node("Gemm", names(call), {
      alpha: { float: fixed(call, "alpha", alpha) },
      beta: { float: fixed(call, "beta", beta) },
      transA: { int: transposeA ? 1 : 0 },
      transB: { int: transposeB ? 1 : 0 },
    });
  }

  #normalise(call: Call): Normalised {
    // Instructions of both primitives have these attributes.
    const layerNorm = call as Call<LayerNormAttributes>;
    const key = `${input(call, 0).name} ${JSON.stringify(layerNorm.attributes.eps)}`;
    const made = this.#normalised.get(key) ?? this.#normaliseRows(layerNorm);
    this.#normalised.set(key, made);
    return made;
  }

  /** As a matrix: of a sum of tensors with more axes onnxruntime makes one operation with the sum, which takes it several times as long. */
  #normaliseRows(call: Call<LayerNormAttributes>): Normalised {
    const write = this.#write;
    const { name, shape, dtype } = input(call, 0);
    const sizes = allFixed(call, "a size", shape);
    const length = sizes.at(-1) ?? 1;
    if (sizes.length < 3 || length === 0) return normalised(write, call);
    const rows = { name: write.node("Reshape", [name, write.ints([-1, length])]), shape: [1, length], dtype };
    const { y, scale } = normalised(write, { ...call, inputs: [rows] });
    return {
      y: write.node("Reshape", [y, write.ints(sizes)]),
      scale: write.node("Reshape", [scale, write.ints([...sizes.slice(0, -1), 1])]),
    };
  }

  #attention(call: Call): CausalAttention {
    const key = call.inputs.map(({ name }) => name).join();
    const made = this.#attentions.get(key) ?? this.#writeAttention(call);
    this.#attentions.set(key, made);
    return made;
  }

  /** https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md: GroupQueryAttention without anything from earlier calls. */
  #writeAttention(call: Call): CausalAttention {
    const write = this.#write;
    const [batch = 0, heads = 0, length = 0] = allFixed(call, "a size", input(call, 0).shape);
    const [q = "", k = "", v = ""] = call.inputs.map((edge) => this.#headsLast(edge, call));
    const lastPlaces = write.constant("last_places", new Int32Array(batch).fill(length - 1), [batch], "int32");
    const [result = "", weights = ""] = ["attention", "weights"].map((hint) => write.fresh(hint));
    const [keys = "", values = ""] = ["keys", "values"].map((hint) => write.fresh(hint));
    write.nodeOf(
      "GroupQueryAttention",
      [q, k, v, "", "", lastPlaces, write.scalar(length, "int32")],
      {
        num_heads: { int: heads },
        kv_num_heads: { int: heads },
        // Queries come with their factor.
        scale: { float: 1 },
        qk_output: { int: WEIGHTS_OUT },
      },
      [result, keys, values, weights],
      RUNTIME_DOMAIN,
    );
    const [, oldKeys, oldValues] = call.inputs;
    if (oldKeys !== undefined) this.#copies.set(oldKeys.name, keys);
    if (oldValues !== undefined) this.#copies.set(oldValues.name, values);
    return { result, weights };
  }

  /** `[batch, heads, length, size]` → `[batch, length, heads · size]`. */
  #headsLast({ name, shape }: Edge, call: Call): string {
    const [batch = 0, heads = 0, length = 0, size = 0] = allFixed(call, "a size", shape);
    const turned = this.#write.node("Transpose", [name], { perm: { ints: [0, 2, 1, 3] } });
    return this.#write.node("Reshape", [turned, this.#write.ints([batch, length, heads * size])]);
  }

  #headsFirst(name: string, call: Call): string {
    const [batch = 0, heads = 0, length = 0, size = 0] = allFixed(call, "a size", call.shape);
    const apart = this.#write.node("Reshape", [name, this.#write.ints([batch, length, heads, size])]);
    return this.#write.node("Transpose", [apart], { perm: { ints: [0, 2, 1, 3] } });
  }
}
