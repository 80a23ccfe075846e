/** @file Reads TorchLean's PyTorch interop JSON. */

import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import { checkOptionNames } from "../../options/check-options.ts";
import { type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { isRecord } from "../is-record.ts";
import type { StateDict } from "../state-dict/names.ts";
import { transposeMatrix } from "../state-dict/transpose.ts";
import {
  EXAMPLE_SHAPES,
  type Slot,
  type SlotShapes,
  type StoredName,
  slotsOf,
  type TorchLeanFormat,
} from "./formats.ts";

/** How a file is read. */
export interface ReadTorchLeanOptions {
  /** Expected shapes in PyTorch's layout, in the order of the format's tensors; default those of upstream's example models. */
  readonly shapes?: SlotShapes;
  /** Element type of the tensors. The file's numbers are exact in both. Default `"float"`. */
  readonly dtype?: "float" | "f64";
}

/**
 * Reads the weights of one of TorchLean's models, with or without the `params` wrapper.
 *
 * @param json - The file's text.
 * @returns Tensors under the format's dotted names (`layers.0.weight`, `conv1.weight`, `layers.0.mha.q_proj.weight`), all in PyTorch's layout, whatever
 *   names and layout the file has.
 * @throws TrainlogError `torchlean/bad-json`; `torchlean/missing-key` when a tensor is there under none of its names; `torchlean/bad-shape` when it is
 *   there but has another shape or holds something else than finite numbers; `torchlean/unknown-format`.
 *
 * @example
 * const dict = readTorchLean(await readFile("mlp.json", "utf8"), "TorchLean.MLP");
 * const { params } = loadStateDict(built, dict, { prefix: "layers." });
 */
export function readTorchLean(json: string, format: TorchLeanFormat, options: ReadTorchLeanOptions = {}): StateDict {
  checkOptionNames("readTorchLean", options, ["shapes", "dtype"], { area: "interop" });
  const slots = slotsOf(format);
  const shapes = options.shapes ?? EXAMPLE_SHAPES[format];
  if (shapes.length !== slots.length) {
    throw new TrainlogError(
      "torchlean/bad-shape",
      `${format} has ${slots.length} tensors, but ${shapes.length} shapes were given`,
    );
  }
  const fields = fieldsOf(json);
  return Object.fromEntries(
    slots.map((slot, index) => [slot.name, readSlot(fields, slot, shapes[index] ?? [], options.dtype ?? "float")]),
  );
}

/** The name space that tensors are looked up in: `params` with the other top-level fields over it, or the whole document. */
function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new TrainlogError("torchlean/bad-json", `not JSON: ${reasonOf(cause)}`, { cause });
  }
  if (!isRecord(document)) {
    throw new TrainlogError(
      "torchlean/bad-json",
      `expected an object of tensors or of "params", got ${describeValue(document)}`,
    );
  }
  const { params, ...others } = document;
  return isRecord(params) ? { ...params, ...others } : document;
}

function readSlot(
  fields: Readonly<Record<string, unknown>>,
  slot: Slot,
  shape: Shape,
  dtype: "float" | "f64",
): AnyTensor {
  const stored = slot.stored.find(({ name }) => Object.hasOwn(fields, name));
  if (stored === undefined) {
    const names = slot.stored.map(({ name }) => `"${name}"`).join(" or ");
    throw new TrainlogError(
      "torchlean/missing-key",
      `there is no ${names}; the file has ${Object.keys(fields).slice(0, 20).join(", ") || "no fields"}`,
    );
  }
  const storedShape = stored.transposed ? shape.toReversed() : shape;
  const data = flatten(fields[stored.name], storedShape, stored, dtype);
  const tensor = tensorFromData(data, storedShape, dtype);
  return stored.transposed ? transposeMatrix(tensor, stored.name) : tensor;
}

/** Nested arrays as row-major elements, every length checked. */
function flatten(value: unknown, shape: Shape, stored: StoredName, dtype: "float" | "f64"): Float64Array {
  const data = new Float64Array(sizeOf(shape));
  let filled = 0;
  const visit = (part: unknown, axis: number, place: string): void => {
    const length = shape[axis];
    if (length === undefined) {
      data[filled] = finite(part, place, stored, shape, dtype);
      filled += 1;
      return;
    }
    if (!Array.isArray(part) || part.length !== length) {
      throw badShape(stored, shape, `${place || "it"} is ${describeValue(part)}, expected an array of ${length}`);
    }
    for (const [index, item] of part.entries()) visit(item, axis + 1, `${place}[${index}]`);
  };
  visit(value, 0, "");
  return data;
}

function finite(value: unknown, place: string, stored: StoredName, shape: Shape, dtype: "float" | "f64"): number {
  if (typeof value === "number" && Number.isFinite(dtype === "float" ? Math.fround(value) : value)) return value;
  throw badShape(stored, shape, `${place || "it"} is ${describeValue(value)}, expected a finite number`);
}

function badShape({ name, transposed }: StoredName, shape: Shape, what: string): TrainlogError {
  const layout = transposed ? " (short names hold in × out)" : "";
  return new TrainlogError("torchlean/bad-shape", `"${name}" must have shape ${showShape(shape)}${layout}: ${what}`);
}
