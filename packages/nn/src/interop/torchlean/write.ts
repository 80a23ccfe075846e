/** @file Writes TorchLean's PyTorch interop JSON, byte for byte as upstream's Python writes it. */
import { TrainlogError } from "../../error.ts";
import { type NestedNumbers, nest } from "../../tensor/format.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { StateDict } from "../state-dict/names.ts";
import { transposeMatrix } from "../state-dict/transpose.ts";
import { type Slot, slotsOf, type TorchLeanFormat } from "./formats.ts";

/**
 * Writes the weights of one of TorchLean's models.
 *
 * @param dict - Tensors under the format's dotted names in PyTorch's layout, as `readTorchLean` gives them.
 * @returns JSON with indent 2 and no newline at the end. The transformer is written under the short names, transposed to in × out, because upstream's
 *   reader takes dotted names without transposing them.
 * @throws TrainlogError `torchlean/missing-key` when a tensor is not in `dict`, `torchlean/bad-shape` for NaN, infinities and integers,
 *   `torchlean/unknown-format`.
 *
 * @example
 * await writeFile("mlp.json", writeTorchLean(stateDict(built, { prefix: "layers." }), "TorchLean.MLP"));
 */
export function writeTorchLean(dict: StateDict, format: TorchLeanFormat): string {
  const lines = slotsOf(format).map((slot) => `    ${JSON.stringify(slot.written.name)}: ${slotJson(dict, slot)}`);
  const meta = [
    `"format": "${format}"`,
    '"dtype": "float32"',
    ...(format === "TorchLean.MLP" ? ['"pytorch_keys": "layers.*"'] : []),
  ];
  return `{\n  "params": {\n${lines.join(",\n")}\n  },\n  "meta": {\n    ${meta.join(",\n    ")}\n  }\n}`;
}

function slotJson(dict: StateDict, { name, written }: Slot): string {
  const tensor = Object.hasOwn(dict, name) ? dict[name] : undefined;
  if (tensor === undefined) {
    throw new TrainlogError(
      "torchlean/missing-key",
      `there is no tensor "${name}"; got ${Object.keys(dict).join(", ") || "none"}`,
    );
  }
  if (tensor.dtype === "int32") {
    throw new TrainlogError("torchlean/bad-shape", `"${name}" is int32; weights are float or f64`);
  }
  return indented(written.transposed ? transposeMatrix(tensor, name) : tensor, name);
}

/** Nested arrays with every element on a line of its own. */
function indented(tensor: AnyTensor, name: string): string {
  const write = (value: NestedNumbers, indent: string): string => {
    if (typeof value === "number") return pythonFloat(Math.fround(value), name);
    if (value.length === 0) return "[]";
    const inner = `${indent}  `;
    return `[\n${value.map((item) => inner + write(item, inner)).join(",\n")}\n${indent}]`;
  };
  return write(nest(tensor.data(), tensor.shape), "    ");
}

/** A finite number as Python prints it: `1.0`, `1e-07`, `-0.0`; always read back exactly. */
export function pythonFloat(value: number, name: string): string {
  if (!Number.isFinite(value)) {
    throw new TrainlogError("torchlean/bad-shape", `"${name}" holds ${value}; the format has finite numbers only`);
  }
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa = "0", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  // Python changes to the exponent form below 1e-4 and from 1e16 on, and pads exponents to two digits.
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const plain = String(value);
  return Number.isInteger(value) ? `${plain}.0` : plain;
}
