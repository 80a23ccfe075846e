/**
 * @file The three models of TorchLean's PyTorch interop JSON, and the names under which their tensors are stored.
 *
 * Everything inside this room is in PyTorch's layout (out × in, y = x·Wᵀ + b) under the dotted names. The trap of the format: the transformer's short
 * names (`Wq`, `W1`, …) are stored in × out and applied as x·W, unlike every other matrix of the format, so the name decides the layout.
 */
import { TrainlogError } from "../../error.ts";
import type { Shape } from "../../shape/shape.ts";

/** The values of `meta.format`. */
export type TorchLeanFormat = "TorchLean.MLP" | "TorchLean.CNN2" | "TorchLean.TransformerEncoder";

/** Name under which a tensor may be stored. */
export interface StoredName {
  readonly name: string;
  /** Stored in × out. */
  readonly transposed: boolean;
}

/** One tensor of a model. */
export interface Slot {
  /** The name that readers give and writers expect. */
  readonly name: string;
  /** Names in files; the first is tried first. */
  readonly stored: readonly StoredName[];
  /** Which of `stored` is written. */
  readonly written: StoredName;
}

/** Sizes of the tensors, in the order of the slots, in PyTorch's layout. */
export type SlotShapes = readonly Shape[];

const asIs = (name: string): StoredName => ({ name, transposed: false });
const turned = (name: string): StoredName => ({ name, transposed: true });

/** A slot of one name. */
function plain(name: string): Slot {
  return { name, stored: [asIs(name)], written: asIs(name) };
}

/** A slot of the multi-layer perceptron: `fc` names are tried first, `layers` names are written. */
function mlpSlot(name: string, alias: string): Slot {
  return { name, stored: [asIs(alias), asIs(name)], written: asIs(name) };
}

/** A slot of the transformer: short names are tried first and written, because upstream's reader does not transpose the dotted ones. */
function encoderSlot(name: string, short: StoredName): Slot {
  return { name, stored: [short, asIs(name)], written: short };
}

const SLOTS: Readonly<Record<TorchLeanFormat, readonly Slot[]>> = {
  "TorchLean.MLP": [
    mlpSlot("layers.0.weight", "fc1.weight"),
    mlpSlot("layers.0.bias", "fc1.bias"),
    mlpSlot("layers.2.weight", "fc2.weight"),
    mlpSlot("layers.2.bias", "fc2.bias"),
  ],
  "TorchLean.CNN2": ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias"].map(plain),
  "TorchLean.TransformerEncoder": [
    encoderSlot("layers.0.mha.q_proj.weight", turned("Wq")),
    encoderSlot("layers.0.mha.k_proj.weight", turned("Wk")),
    encoderSlot("layers.0.mha.v_proj.weight", turned("Wv")),
    encoderSlot("layers.0.mha.out_proj.weight", turned("Wo")),
    encoderSlot("layers.0.ffn.fc1.weight", turned("W1")),
    encoderSlot("layers.0.ffn.fc1.bias", asIs("b1")),
    encoderSlot("layers.0.ffn.fc2.weight", turned("W2")),
    encoderSlot("layers.0.ffn.fc2.bias", asIs("b2")),
    encoderSlot("layers.0.norm1.weight", asIs("norm1_gamma")),
    encoderSlot("layers.0.norm1.bias", asIs("norm1_beta")),
    encoderSlot("layers.0.norm2.weight", asIs("norm2_gamma")),
    encoderSlot("layers.0.norm2.bias", asIs("norm2_beta")),
  ],
};

/**
 * The tensors of a format, in their order.
 *
 * @throws TrainlogError `torchlean/unknown-format`.
 */
export function slotsOf(format: TorchLeanFormat): readonly Slot[] {
  // The check is for callers without types.
  const slots: readonly Slot[] | undefined = Object.hasOwn(SLOTS, format) ? SLOTS[format] : undefined;
  if (slots === undefined) {
    throw new TrainlogError(
      "torchlean/unknown-format",
      `there is no format ${JSON.stringify(format)}; known are ${Object.keys(SLOTS).join(", ")}`,
    );
  }
  return slots;
}

/** Shapes of upstream's own example models. */
export const EXAMPLE_SHAPES: Readonly<Record<TorchLeanFormat, SlotShapes>> = {
  "TorchLean.MLP": mlpShapes(2, 3, 1),
  "TorchLean.CNN2": [[2, 1, 3, 3], [2], [2, 2, 3, 3], [2], [2, 8], [2]],
  "TorchLean.TransformerEncoder": encoderShapes(2, 2),
};

/** Shapes of a perceptron with one hidden layer. */
export function mlpShapes(inputs: number, hidden: number, outputs: number): SlotShapes {
  return [[hidden, inputs], [hidden], [outputs, hidden], [outputs]];
}

/** Shapes of a transformer encoder layer: `embedding` features per token, `hidden` units in its feed-forward part. */
export function encoderShapes(embedding: number, hidden: number): SlotShapes {
  const square = [embedding, embedding];
  const attention = [square, square, square, square];
  const norms = [[embedding], [embedding], [embedding], [embedding]];
  return [...attention, [hidden, embedding], [hidden], [embedding, hidden], [embedding], ...norms];
}
