/**
 * @file RNN, GRU and LSTM, unrolled over time.
 *
 * Shapes as in ONNX: X `[time, batch, in]`, W `[directions, gates·hidden, in]`, R `[directions, gates·hidden, hidden]`, B `[directions, 2·gates·hidden]`;
 * Y `[time, directions, batch, hidden]`. The gates stand in ONNX's order, which is not PyTorch's: z r h for GRU, i o f c for LSTM.
 */
import {
  add,
  concat,
  fill,
  matmul,
  mul,
  relu,
  reshape,
  sigmoid,
  slice,
  sub,
  tanh,
} from "../../../../primitives/index.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import type { NodeContext, Operator } from "../context.ts";
import { like } from "./elementwise.ts";

/** Weights of one direction. */
interface Weights {
  /** `[gates·hidden, in]` and `[gates·hidden, hidden]`. */
  readonly input: AnyTensor;
  readonly recurrent: AnyTensor;
  /** `[gates·hidden]` each. */
  readonly inputBias: AnyTensor;
  readonly recurrentBias: AnyTensor;
  readonly hidden: number;
}

/** What is carried from step to step: hidden state and (LSTM) cell, each `[batch, hidden]`. */
interface Carry {
  readonly hidden: AnyTensor;
  readonly cell: AnyTensor;
}

/** One step: the carry after it from the input's part of the gates `[batch, gates·hidden]` and the carry before. */
type Step = (fromInput: AnyTensor, before: Carry, weights: Weights) => Carry;

/** Part `index` of `[batch, parts·size]`, or of a vector. */
function part(x: AnyTensor, index: number, size: number): AnyTensor {
  const last = x.rank - 1;
  const starts = x.shape.map((_, axis) => (axis === last ? index * size : 0));
  return slice(x, starts, x.shape.with(last, (index + 1) * size));
}

const linear = (x: AnyTensor, weight: AnyTensor, bias: AnyTensor): AnyTensor =>
  add(matmul(x, weight, { transposeB: true }), bias);

function gruStep(linearBeforeReset: boolean): Step {
  return (fromInput, { hidden: h, cell }, weights) => {
    const size = weights.hidden;
    const fromHidden = linear(h, weights.recurrent, weights.recurrentBias);
    const z = sigmoid(add(part(fromInput, 0, size), part(fromHidden, 0, size)));
    const r = sigmoid(add(part(fromInput, 1, size), part(fromHidden, 1, size)));
    const candidateRows = slice(weights.recurrent, [2 * size, 0], [3 * size, size]);
    const fromReset = linearBeforeReset
      ? mul(r, part(fromHidden, 2, size))
      : linear(mul(r, h), candidateRows, part(weights.recurrentBias, 2, size));
    const candidate = tanh(add(part(fromInput, 2, size), fromReset));
    return { hidden: add(mul(sub(like(z, 1), z), candidate), mul(z, h)), cell };
  };
}

const lstmStep: Step = (fromInput, { hidden, cell }, weights) => {
  const gates = add(fromInput, linear(hidden, weights.recurrent, weights.recurrentBias));
  const [i, o, f] = [0, 1, 2].map((index) => sigmoid(part(gates, index, weights.hidden)));
  const candidate = tanh(part(gates, 3, weights.hidden));
  const after = add(mul(f ?? gates, cell), mul(i ?? gates, candidate));
  return { hidden: mul(o ?? gates, tanh(after)), cell: after };
};

function rnnStep(activation: (x: AnyTensor) => AnyTensor): Step {
  return (fromInput, { hidden, cell }, weights) => ({
    hidden: activation(add(fromInput, linear(hidden, weights.recurrent, weights.recurrentBias))),
    cell,
  });
}

/** Row `index` of the first axis, that axis gone. */
function row(x: AnyTensor, index: number): AnyTensor {
  const rest = x.shape.slice(1);
  const cut = slice(x, [index, ...rest.map(() => 0)], [index + 1, ...rest]);
  return reshape(cut, rest);
}

function weightsOf(node: NodeContext, direction: number, gates: number, hidden: number): Weights {
  const size = gates * hidden;
  const input = row(node.tensor(1), direction);
  const bias = node.has(3) ? row(node.tensor(3), direction) : fill([2 * size], 0, input.dtype);
  return {
    input,
    recurrent: row(node.tensor(2), direction),
    inputBias: part(bias, 0, size),
    recurrentBias: part(bias, 1, size),
    hidden,
  };
}

/** One direction over all steps: outputs `[time, batch, hidden]` in the order of time, and the last carry. */
function scan(
  x: AnyTensor,
  weights: Weights,
  step: Step,
  first: Carry,
  backward: boolean,
): { outputs: AnyTensor; last: Carry } {
  const [time = 0, batch = 0] = x.shape;
  const projected = linear(x, weights.input, weights.inputBias);
  const outputs: AnyTensor[] = [];
  let carry = first;
  for (let index = 0; index < time; index += 1) {
    carry = step(row(projected, backward ? time - 1 - index : index), carry, weights);
    outputs.push(reshape(carry.hidden, [1, batch, weights.hidden]));
  }
  return { outputs: concat(backward ? outputs.toReversed() : outputs, 0), last: carry };
}

function checkSupported(node: NodeContext, activations: readonly string[]): void {
  const given = node.attribute("activations");
  const names = given !== undefined && "texts" in given ? given.texts.map((name) => name.toLowerCase()) : undefined;
  const usual = names === undefined || names.every((name, index) => name === activations[index % activations.length]);
  if (!usual)
    throw node.error(
      "onnx/unsupported",
      `uses the activations ${names.join(", ")}; supported are ${activations.join(", ")}`,
    );
  if (node.attribute("clip") !== undefined) throw node.error("onnx/unsupported", "clips its gates");
  if (node.int("layout", 0) !== 0) throw node.error("onnx/unsupported", "has layout = 1; supported is 0, time first");
  if (node.has(4))
    throw node.error("onnx/unsupported", "takes sequence lengths; supported are batches of equal length");
  if (node.has(7)) throw node.error("onnx/unsupported", "has peepholes");
}

function recurrent(gates: number, activations: readonly string[], stepOf: (node: NodeContext) => Step): Operator {
  return (node) => {
    checkSupported(node, activations);
    const x = node.tensor(0);
    const hidden = node.tensor(2).shape[2] ?? 0;
    const directions = node.tensor(1).shape[0] ?? 1;
    const zeros = fill([directions, x.shape[1] ?? 0, hidden], 0, x.dtype);
    const firstHidden = node.optionalTensor(5) ?? zeros;
    const firstCell = node.optionalTensor(6) ?? zeros;
    const runs = Array.from({ length: directions }, (_, direction) => {
      const backward = node.text("direction", "forward") === "reverse" || direction === 1;
      const first = { hidden: row(firstHidden, direction), cell: row(firstCell, direction) };
      return scan(x, weightsOf(node, direction, gates, hidden), stepOf(node), first, backward);
    });
    const stack = (xs: readonly AnyTensor[], axis: number): AnyTensor =>
      concat(
        xs.map((each) => reshape(each, each.shape.toSpliced(axis, 0, 1))),
        axis,
      );
    return [
      stack(
        runs.map((run) => run.outputs),
        1,
      ),
      stack(
        runs.map((run) => run.last.hidden),
        0,
      ),
      stack(
        runs.map((run) => run.last.cell),
        0,
      ),
    ];
  };
}

function rnnActivation(node: NodeContext): (x: AnyTensor) => AnyTensor {
  const given = node.attribute("activations");
  return given !== undefined && "texts" in given && given.texts[0]?.toLowerCase() === "relu" ? relu : tanh;
}

/** Recurrent layers, by type. */
export const RECURRENT: Readonly<Record<string, Operator>> = {
  GRU: recurrent(3, ["sigmoid", "tanh"], (node) => gruStep(node.int("linear_before_reset", 0) === 1)),
  LSTM: recurrent(4, ["sigmoid", "tanh", "tanh"], () => lstmStep),
  RNN: (node) => {
    const activation = rnnActivation(node);
    return recurrent(1, [activation === relu ? "relu" : "tanh"], () => rnnStep(activation))(node);
  },
};
