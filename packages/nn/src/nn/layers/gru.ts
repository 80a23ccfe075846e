/** @file Gated recurrent unit. */
import { add, mul, sigmoid, sub, tanh } from "../../primitives/index.ts";
import type { M } from "../layer.ts";
import { type Cell, gateOf, type Recurrent, type RecurrentOptions, type Returns, recurrent } from "./recurrent.ts";

/** n = tanh(in + r ⊙ hn); h' = n + z ⊙ (h − n), which is (1 − z) ⊙ n + z ⊙ h. */
const gruCell: Cell<"gru"> = {
  kind: "gru",
  gates: 3,
  step: (fromInput, fromHidden, { hidden, memory }) => {
    const resetAndUpdate = sigmoid(add(gateOf(fromInput, 3, 0, 2), gateOf(fromHidden, 3, 0, 2)));
    const reset = gateOf(resetAndUpdate, 2, 0);
    const update = gateOf(resetAndUpdate, 2, 1);
    const candidate = tanh(add(gateOf(fromInput, 3, 2), mul(reset, gateOf(fromHidden, 3, 2))));
    return { hidden: add(candidate, mul(update, sub(hidden, candidate))), memory };
  },
};

/**
 * Gated recurrent units over a sequence, starting from zeros. Cho et al., 2014, in the form and with the names and gate order (reset, update, new) of
 * `torch.nn.GRU(batch_first=True)`: parameters `weight_ih_l0` `[3·hidden, in]`, `weight_hh_l0` `[3·hidden, hidden]`, `bias_ih_l0`, `bias_hh_l0`
 * `[3·hidden]`, then `…_l1` and so on.
 *
 * Shape `[time, inSize]` → `[time, hiddenSize]`, or `[hiddenSize]` with `returns: "last"`.
 *
 * @throws TrainlogError `nn/bad-option`.
 *
 * @example
 * nn.sequential(nn.embedding(96, 32), nn.gru(32, 128, { layers: 2 }), nn.linear(128, 96))
 */
export function gru<const In extends number, const Hidden extends number, const R extends Returns = "sequence">(
  inSize: In,
  hiddenSize: Hidden,
  options: RecurrentOptions<R> = {},
): M<Recurrent<"gru", In, Hidden, R>> {
  return recurrent(gruCell, inSize, hiddenSize, options);
}
