/**
 * @file What GRU and LSTM share: stacked layers of cells with PyTorch's parameter names, and the walk over time.
 *
 * The inputs' part of all gates is one product for the whole sequence; only the hidden state's part runs step by step. The walk is unrolled, so it runs,
 * differentiates and compiles like any other code.
 */

import { anything, type Checks, oneOf } from "../../options/check-options.ts";
import { concat, fill, reshape, slice, transpose } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { ShowSize, SizeFits } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { fanInUniform } from "../init/init.ts";
import { defineLayer, type LayerCall, type M, type ParameterSpec } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType, WrongInput } from "../layer-type.ts";
import { ANY_SIZE, checkCount, sizeFits, wrongInput } from "../shape-check.ts";
import { checkRate, dropElements } from "./dropout.ts";
import { affineOf } from "./linear.ts";

/** What comes out: the hidden states of all steps, or the last one. */
export type Returns = "sequence" | "last";

/** `[time, In]` → `[time, Hidden]` or `[Hidden]`. */
export interface Recurrent<Kind extends string, In extends number, Hidden extends number, R extends Returns>
  extends LayerType {
  readonly input: [number, In];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer Time, infer Size]
    ? SizeFits<Size, In> extends true
      ? R extends "last"
        ? [Hidden]
        : [Time, Hidden]
      : WrongSequence<Kind, In, Hidden, this["in"]>
    : WrongSequence<Kind, In, Hidden, this["in"]>;
}

type WrongSequence<Kind extends string, In extends number, Hidden extends number, Got> = WrongInput<
  `${Kind}(${ShowSize<In>}, ${ShowSize<Hidden>})`,
  `[?, ${ShowSize<In>}]`,
  Got
>;

/** Options of `gru` and `lstm`. */
export interface RecurrentOptions<R extends Returns = Returns> {
  /** Number of stacked layers. Default 1. */
  readonly layers?: number;
  /** `"sequence"` (default): the hidden states of the top layer at all steps, `[time, hidden]`; `"last"`: at the last step, `[hidden]`. */
  readonly returns?: R;
  /** Add biases. Default true. */
  readonly bias?: boolean;
  /** Dropout on what goes from one stacked layer to the next, in training. Default 0. */
  readonly dropout?: number;
}

const CHECKS: Checks = {
  layers: anything,
  returns: oneOf("sequence", "last"),
  bias: SHARED_CHECKS.bias,
  dropout: anything,
};

/** What goes from one step to the next, each `[batch, hidden]`. */
export interface Carried {
  readonly hidden: AnyTensor;
  /** The LSTM's memory; zeros in a GRU. */
  readonly memory: AnyTensor;
}

/** One kind of cell. */
export interface Cell<Kind extends string = string> {
  readonly kind: Kind;
  /** Number of gates: rows of the weights are gates × hidden size. */
  readonly gates: number;
  /** One step, from the inputs' and the hidden state's parts of the gates, both `[batch, gates·hidden]`. */
  step(fromInput: AnyTensor, fromHidden: AnyTensor, before: Carried): Carried;
}

/** A stack of layers of one kind of cell, batch first, starting from zeros. */
export function recurrent<K extends string, In extends number, Hidden extends number, R extends Returns>(
  cell: Cell<K>,
  inSize: In,
  hiddenSize: Hidden,
  options: RecurrentOptions<R>,
): M<Recurrent<K, In, Hidden, R>> {
  checkNnOptions(cell.kind, options, CHECKS);
  const { layers = 1, returns, bias = true, dropout = 0 } = options;
  checkCount(`the input size of ${cell.kind}`, inSize);
  checkCount(`the hidden size of ${cell.kind}`, hiddenSize);
  checkCount(`the number of layers of ${cell.kind}`, layers);
  checkRate(cell.kind, dropout);
  const label = `${cell.kind}(${inSize}, ${hiddenSize})`;
  const check = (input: Shape): Shape => {
    if (input.length !== 2 || !sizeFits(input[1], inSize) || input[0] === 0)
      throw wrongInput(label, `[?, ${inSize}]`, input);
    return input;
  };
  return defineLayer<Recurrent<K, In, Hidden, R>>({
    kind: cell.kind,
    label,
    inputShape: [ANY_SIZE, inSize],
    parameters: Object.assign(
      {},
      ...stackNumbers(layers).map((l) => layerParameters(cell, l, inSize, hiddenSize, bias)),
    ),
    outputShape: (input) => (returns === "last" ? [hiddenSize] : [check(input)[0] ?? 0, hiddenSize]),
    forward: (self, x) => {
      check(x.shape.slice(1));
      let sequence = x;
      for (const layer of stackNumbers(layers)) {
        const steps = walk(
          self,
          cell,
          layer,
          layer === 0 ? sequence : dropElements(self, sequence, dropout),
          hiddenSize,
          bias,
        );
        if (layer === layers - 1 && returns === "last") return steps.at(-1) ?? x;
        sequence = stackTime(steps);
      }
      return sequence;
    },
  });
}

function stackNumbers(layers: number): number[] {
  return Array.from({ length: layers }, (_, layer) => layer);
}

function layerParameters(
  { gates }: Cell,
  layer: number,
  inSize: number,
  hiddenSize: number,
  bias: boolean,
): Record<string, ParameterSpec> {
  const init = fanInUniform(hiddenSize);
  const rows = gates * hiddenSize;
  const weights = {
    [`weight_ih_l${layer}`]: { shape: [rows, layer === 0 ? inSize : hiddenSize], init },
    [`weight_hh_l${layer}`]: { shape: [rows, hiddenSize], init },
  };
  if (!bias) return weights;
  return { ...weights, [`bias_ih_l${layer}`]: { shape: [rows], init }, [`bias_hh_l${layer}`]: { shape: [rows], init } };
}

/** Hidden states of one layer, one `[batch, hidden]` per step. */
function walk(
  self: LayerCall,
  cell: Cell,
  layer: number,
  sequence: AnyTensor,
  hiddenSize: number,
  bias: boolean,
): readonly AnyTensor[] {
  const part = (x: AnyTensor, from: "ih" | "hh"): AnyTensor =>
    affineOf(self, x, `weight_${from}_l${layer}`, bias ? `bias_${from}_l${layer}` : undefined);
  const gates = part(sequence, "ih");
  const zero = fill([sequence.shape[0] ?? 0, hiddenSize], 0, sequence.dtype);
  let carried: Carried = { hidden: zero, memory: zero };
  return splitTime(transpose(gates, [1, 0, 2])).map((fromInput) => {
    carried = cell.step(fromInput, part(carried.hidden, "hh"), carried);
    return carried.hidden;
  });
}

/**
 * The steps of `[time, batch, size]`, each `[batch, size]`.
 *
 * By halves: the gradient of a slice is as large as what it was cut from, so cutting each step from the whole would cost time².
 */
export function splitTime(sequence: AnyTensor): readonly AnyTensor[] {
  const [time = 0, batch = 0, size = 0] = sequence.shape;
  if (time <= 1) return time === 0 ? [] : [reshape(sequence, [batch, size])];
  const middle = time >> 1;
  return [
    ...splitTime(slice(sequence, [0, 0, 0], [middle, batch, size])),
    ...splitTime(slice(sequence, [middle, 0, 0], [time, batch, size])),
  ];
}

/** Steps `[batch, size]` to `[batch, time, size]`. */
function stackTime(steps: readonly AnyTensor[]): AnyTensor {
  const [batch = 0, size = 0] = steps[0]?.shape ?? [];
  return concat(
    steps.map((step) => reshape(step, [batch, 1, size])),
    1,
  );
}

/** Gate number `index` of `[batch, gates·hidden]` (or several from there on, side by side): `[batch, count·hidden]`. */
export function gateOf(all: AnyTensor, gates: number, index: number, count = 1): AnyTensor {
  const [batch = 0, width = 0] = all.shape;
  const hidden = width / gates;
  return slice(all, [0, index * hidden], [batch, (index + count) * hidden]);
}
