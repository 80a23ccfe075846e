/**
 * @file TorchLean's transformer encoder layer and PyTorch's `TransformerEncoderLayer`, which is `nn.transformerBlock` here.
 *
 * They compute the same (post-norm), but PyTorch keeps queries, keys and values in one matrix and has biases in the attention, where TorchLean has none.
 */
import { TrainlogError } from "../../error.ts";
import { newArray, tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { StateDict } from "../state-dict/names.ts";

/** TorchLean's names without their prefix, and PyTorch's, of the tensors that are the same in both. */
const SAME: readonly (readonly [lean: string, torch: string])[] = [
  ["mha.out_proj.weight", "self_attn.out_proj.weight"],
  ["ffn.fc1.weight", "linear1.weight"],
  ["ffn.fc1.bias", "linear1.bias"],
  ["ffn.fc2.weight", "linear2.weight"],
  ["ffn.fc2.bias", "linear2.bias"],
  ["norm1.weight", "norm1.weight"],
  ["norm1.bias", "norm1.bias"],
  ["norm2.weight", "norm2.weight"],
  ["norm2.bias", "norm2.bias"],
];
const PARTS = ["q", "k", "v"] as const;
const LEAN_PREFIX = "layers.0.";

/**
 * The tensors of `nn.transformerBlock(embedding, { heads: 1, hidden })` (or PyTorch's layer) from those that `readTorchLean` gives. Attention biases are 0.
 *
 * @throws TrainlogError `torchlean/missing-key`.
 *
 * @example
 * const dict = readTorchLean(json, "TorchLean.TransformerEncoder", { shapes: encoderShapes(4, 6) });
 * const { params } = loadStateDict(nn.build(nn.transformerBlock(4, { heads: 1, hidden: 6 }), { seed: 0 }), torchLeanToEncoder(dict));
 */
export function torchLeanToEncoder(dict: StateDict): StateDict {
  const parts = PARTS.map((part) => tensorOf(dict, `${LEAN_PREFIX}mha.${part}_proj.weight`));
  const [{ shape: [size = 0] = [], dtype = "float" } = {}] = parts;
  const joined = newArray(dtype, 3 * size * size);
  parts.forEach((part, index) => {
    joined.set(part.data(), index * size * size);
  });
  const zeros = (length: number): AnyTensor => tensorFromData(newArray(dtype, length), [length], dtype);
  return {
    "self_attn.in_proj_weight": tensorFromData(joined, [3 * size, size], dtype),
    "self_attn.in_proj_bias": zeros(3 * size),
    "self_attn.out_proj.bias": zeros(size),
    ...Object.fromEntries(SAME.map(([lean, torch]) => [torch, tensorOf(dict, LEAN_PREFIX + lean)])),
  };
}

/**
 * What `writeTorchLean` takes for the transformer, from the tensors of `nn.transformerBlock` with one head (or PyTorch's layer).
 *
 * @throws TrainlogError `torchlean/missing-key`; `torchlean/bias` when a bias of the attention is not 0, which the format cannot hold.
 *
 * @example
 * const json = writeTorchLean(encoderToTorchLean(params), "TorchLean.TransformerEncoder");
 */
export function encoderToTorchLean(dict: StateDict): StateDict {
  for (const name of ["self_attn.in_proj_bias", "self_attn.out_proj.bias"]) refuseBias(dict, name);
  const joined = tensorOf(dict, "self_attn.in_proj_weight");
  const size = joined.shape[1] ?? 0;
  const data = joined.data();
  const parts = PARTS.map((part, index) => {
    const rows = data.slice(index * size * size, (index + 1) * size * size);
    return [`${LEAN_PREFIX}mha.${part}_proj.weight`, tensorFromData(rows, [size, size], joined.dtype)] as const;
  });
  const same = SAME.map(([lean, torch]) => [LEAN_PREFIX + lean, tensorOf(dict, torch)] as const);
  return Object.fromEntries([...parts, ...same]);
}

function refuseBias(dict: StateDict, name: string): void {
  const bias = Object.hasOwn(dict, name) ? dict[name] : undefined;
  if (bias === undefined || bias.data().every((value) => value === 0)) return;
  throw new TrainlogError(
    "torchlean/bias",
    `"${name}" is not 0, but TorchLean's attention has no biases; build the block with them frozen at 0, or without`,
  );
}

function tensorOf(dict: StateDict, name: string): AnyTensor {
  const tensor = Object.hasOwn(dict, name) ? dict[name] : undefined;
  if (tensor !== undefined) return tensor;
  throw new TrainlogError(
    "torchlean/missing-key",
    `there is no tensor "${name}"; got ${Object.keys(dict).join(", ") || "none"}`,
  );
}
