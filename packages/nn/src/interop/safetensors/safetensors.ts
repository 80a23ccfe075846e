/**
 * @file Safetensors: named tensors in one file, without code that could run at loading. https://huggingface.co/docs/safetensors
 */

import { TrainlogError } from "../../error.ts";
import { checkOptionNames } from "../../options/check-options.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import { flattenPack, type TensorPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import {
  decodeElements,
  elementSizeBytes,
  encodeElements,
  NATURAL_TYPE,
  type SafetensorsElementType,
} from "./element-type.ts";
import { readHeader, type TensorEntry, writeHeader } from "./header.ts";

/** What a file holds. */
export interface SafetensorsContent {
  /** By name, in the order of the file's header. */
  readonly tensors: Readonly<Record<string, AnyTensor>>;
  /** Free texts, `{}` when there are none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** How tensors are written. */
export interface SafetensorsWriteOptions {
  /** Free texts for the file's `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Element type in the file; default F32, F64 and I32 as the tensor has it. Narrower floats round to the nearest. */
  readonly elementType?: (name: string, tensor: AnyTensor) => SafetensorsElementType | undefined;
}

/**
 * Reads the bytes of a safetensors file.
 *
 * F32, F16 and BF16 become `float`, F64 `f64`; integers and booleans become `int32` (64-bit ones when every element fits).
 *
 * @param bytes - The whole file.
 * @throws TrainlogError `safetensors/truncated`, `safetensors/bad-header`, `safetensors/bad-tensor`, `safetensors/unknown-dtype`,
 *   `safetensors/out-of-range`.
 *
 * @example
 * const { tensors } = readSafetensors(await (await fetch("model.safetensors")).arrayBuffer());
 * const params = loadStateDict(built.params, tensors);
 */
export function readSafetensors(bytes: ArrayBuffer | Uint8Array): SafetensorsContent {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const { metadata, entries, dataOffset } = readHeader(file);
  const tensors = entries.map(({ name, type, shape, begin, end }) => {
    const { data, dtype } = decodeElements(file.subarray(dataOffset + begin, dataOffset + end), type, name);
    return [name, tensorFromData(data, shape, dtype)] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/**
 * Writes tensors as a safetensors file. The same tensors give the same bytes.
 *
 * @param pack - Parameters, state, or any pack; nested packs get dotted names.
 * @throws TrainlogError `safetensors/bad-name` for two tensors of one name or the reserved name `__metadata__`, `safetensors/out-of-range`.
 *
 * @example
 * await writeFile("model.safetensors", writeSafetensors({ ...params, ...state }));
 */
export function writeSafetensors(pack: TensorPack, options: SafetensorsWriteOptions = {}): Uint8Array {
  checkOptionNames("writeSafetensors", options, ["metadata", "elementType"], { area: "interop" });
  const flat = flattenPack(pack).map(({ name, tensor }) => ({
    name,
    tensor,
    type: options.elementType?.(name, tensor) ?? NATURAL_TYPE[tensor.dtype],
  }));
  checkNames(flat.map(({ name }) => name));
  const entries = layOut(flat);
  const header = writeHeader(entries, options.metadata ?? {});
  const file = new Uint8Array(header.byteLength + Math.max(0, ...entries.map(({ end }) => end)));
  file.set(header);
  entries.forEach(({ name, type, begin, end }, index) => {
    const into = new DataView(file.buffer, header.byteLength + begin, end - begin);
    encodeElements(flat[index]?.tensor.data() ?? [], type, name, into);
  });
  return file;
}

/** Entries in the given order, but wide elements lie first, so that every tensor is aligned to its element size. */
function layOut(flat: readonly { name: string; tensor: AnyTensor; type: SafetensorsElementType }[]): TensorEntry[] {
  const begins = new Map<string, number>();
  let reached = 0;
  for (const { name, tensor, type } of flat.toSorted((a, b) => elementSizeBytes(b.type) - elementSizeBytes(a.type))) {
    begins.set(name, reached);
    reached += tensor.size * elementSizeBytes(type);
  }
  return flat.map(({ name, tensor, type }) => {
    const begin = begins.get(name) ?? 0;
    return { name, type, shape: tensor.shape, begin, end: begin + tensor.size * elementSizeBytes(type) };
  });
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === "__metadata__" || seen.has(name)) {
      throw new TrainlogError(
        "safetensors/bad-name",
        name === "__metadata__"
          ? 'no tensor may be named "__metadata__"; the format reserves it'
          : `two tensors of the pack are named "${name}"`,
      );
    }
    seen.add(name);
  }
}
