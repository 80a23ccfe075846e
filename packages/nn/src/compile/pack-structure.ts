/** @file The structure of a pack: names, shapes and element types. Compared on every call of a compiled function, so comparing allocates nothing. */
import { describeValue, TrainlogError } from "../error.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";

/** A pack without its tensors. */
export type PackStructure =
  | { readonly kind: "tensor"; readonly index: number; readonly shape: Shape; readonly dtype: DType }
  | { readonly kind: "array"; readonly items: readonly PackStructure[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly items: readonly PackStructure[] };

/**
 * The structure of a pack; tensors are numbered depth first, from `firstIndex` on.
 *
 * @throws TrainlogError `tensor/bad-pack` when it holds something that is not a tensor, an array or a record.
 */
export function structureOf(pack: TensorPack, what: string, counter: { next: number } = { next: 0 }): PackStructure {
  if (pack instanceof Tensor) {
    counter.next += 1;
    return { kind: "tensor", index: counter.next - 1, shape: pack.shape, dtype: pack.dtype };
  }
  if (typeof pack !== "object" || pack === null) {
    throw new TrainlogError(
      "tensor/bad-pack",
      `${what} is ${describeValue(pack)}; compiled functions take and give tensors, arrays and records of them ` +
        "(numbers that change belong into a tensor, others into the closure)",
    );
  }
  const inner = (key: string, value: TensorPack): PackStructure => structureOf(value, `${what}.${key}`, counter);
  if (Array.isArray(pack)) return { kind: "array", items: pack.map((item: TensorPack, i) => inner(String(i), item)) };
  const entries = Object.entries(pack as Readonly<Record<string, TensorPack>>); // neither tensor nor array
  return {
    kind: "record",
    keys: entries.map(([key]) => key),
    items: entries.map(([key, value]) => inner(key, value)),
  };
}

/** Puts the tensors of a pack into `tensors` by their numbers. False (having written some) when the pack has another structure. */
export function collectTensors(pack: TensorPack, structure: PackStructure, tensors: AnyTensor[]): boolean {
  if (structure.kind === "tensor") {
    if (!(pack instanceof Tensor) || pack.dtype !== structure.dtype || !sameShape(pack.shape, structure.shape))
      return false;
    tensors[structure.index] = pack;
    return true;
  }
  if (typeof pack !== "object" || pack === null || pack instanceof Tensor) return false;
  const { items } = structure;
  if (structure.kind === "array") {
    if (!Array.isArray(pack) || pack.length !== items.length) return false;
    for (let i = 0; i < items.length; i += 1) {
      if (!collectTensors(pack[i], items[i] as PackStructure, tensors)) return false; // i < length
    }
    return true;
  }
  return !Array.isArray(pack) && collectRecord(pack as Readonly<Record<string, TensorPack>>, structure, tensors);
}

function collectRecord(
  pack: Readonly<Record<string, TensorPack>>,
  { keys, items }: Extract<PackStructure, { kind: "record" }>,
  tensors: AnyTensor[],
): boolean {
  const own = Object.keys(pack);
  if (own.length !== keys.length) return false;
  const values = Object.values(pack);
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string; // i < length
    // Mostly in the same order, which spares a look-up by name.
    const value = own[i] === key ? values[i] : Object.hasOwn(pack, key) ? pack[key] : undefined;
    if (value === undefined || !collectTensors(value, items[i] as PackStructure, tensors)) return false;
  }
  return true;
}

/** A pack of this structure. */
export function buildPack(structure: PackStructure, tensors: readonly AnyTensor[]): TensorPack {
  if (structure.kind === "tensor") return tensors[structure.index] as AnyTensor; // as many as the structure numbers
  const items = structure.items.map((item) => buildPack(item, tensors));
  if (structure.kind === "array") return items;
  return Object.fromEntries(structure.keys.map((key, i) => [key, items[i] as TensorPack])); // as many as keys
}

/** A structure as errors show it: `{0.weight: float[8, 2], 0.bias: float[8]}`. */
export function showStructure(structure: PackStructure): string {
  if (structure.kind === "tensor") return `${structure.dtype}${showShape(structure.shape)}`;
  if (structure.kind === "array") return `[${structure.items.map(showStructure).join(", ")}]`;
  return `{${structure.keys.map((key, i) => `${key}: ${showStructure(structure.items[i] as PackStructure)}`).join(", ")}}`;
}

/** Leaves of a structure with their dotted names, in the order of their numbers. */
export function leavesOf(
  structure: PackStructure,
  name = "",
): { readonly name: string; readonly shape: Shape; readonly dtype: DType }[] {
  if (structure.kind === "tensor") return [{ name, shape: structure.shape, dtype: structure.dtype }];
  const keys = structure.kind === "array" ? structure.items.map((_, i) => String(i)) : structure.keys;
  return structure.items.flatMap((item, i) => leavesOf(item, name === "" ? `${keys[i]}` : `${name}.${keys[i]}`));
}
