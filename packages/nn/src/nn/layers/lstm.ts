/** @file Long short-term memory. */
import { add, mul, sigmoid, tanh } from "../../primitives/index.ts";
import type { M } from "../layer.ts";
import { type Cell, gateOf, type Recurrent, type RecurrentOptions, type Returns, recurrent } from "./recurrent.ts";

/** c' = f ⊙ c + i ⊙ g; h' = o ⊙ tanh(c'). */
const lstmCell: Cell<"lstm"> = {
  kind: "lstm",
  gates: 4,
  step: (fromInput, fromHidden, { memory }) => {
    const gates = add(fromInput, fromHidden);
    const inputAndForget = sigmoid(gateOf(gates, 4, 0, 2));
    const input = gateOf(inputAndForget, 2, 0);
    const forget = gateOf(inputAndForget, 2, 1);
    const candidate = tanh(gateOf(gates, 4, 2));
    const output = sigmoid(gateOf(gates, 4, 3));
    const next = add(mul(forget, memory), mul(input, candidate));
    return { hidden: mul(output, tanh(next)), memory: next };
  },
};

/**
 * Long short-term memory over a sequence, starting from zeros. Hochreiter and Schmidhuber, 1997, with forget gates, in the form and with the names and
 * gate order (input, forget, cell, output) of `torch.nn.LSTM(batch_first=True)`: parameters `weight_ih_l0` `[4·hidden, in]`, `weight_hh_l0`
 * `[4·hidden, hidden]`, `bias_ih_l0`, `bias_hh_l0` `[4·hidden]`, then `…_l1` and so on.
 *
 * Shape `[time, inSize]` → `[time, hiddenSize]`, or `[hiddenSize]` with `returns: "last"`.
 *
 * @throws TrainlogError `nn/bad-option`.
 */
export function lstm<const In extends number, const Hidden extends number, const R extends Returns = "sequence">(
  inSize: In,
  hiddenSize: Hidden,
  options: RecurrentOptions<R> = {},
): M<Recurrent<"lstm", In, Hidden, R>> {
  return recurrent(lstmCell, inSize, hiddenSize, options);
}
