/** @file `.npz`, NumPy's archive of named arrays: a ZIP file of `.npy` files, stored (`np.savez`) or deflated (`np.savez_compressed`). */

import { TrainlogError } from "../../error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkOptionNames } from "../options.ts";
import { type DataSource, nameOf, readSource } from "../source/source.ts";
import { writeFileWhole } from "../source/write-file.ts";
import { readZip } from "../zip/read-zip.ts";
import { writeZip } from "../zip/write-zip.ts";
import { decodeNpy, encodeNpy, type NpyOptions } from "./npy.ts";

/** How to read an archive. */
export interface NpzOptions<D extends DType = DType> extends Pick<NpyOptions<never, D>, "dtype" | "onWarning"> {
  /** Names of the arrays to read. Default: all. */
  readonly names?: readonly string[];
}

/**
 * Reads the arrays of a `.npz` file by name.
 *
 * @throws TrainlogError `data/no-file`, `npy/missing-array` for a name that is not there, `zip/corrupt`, `zip/unsupported`, `data/too-large`; and as
 *   `decodeNpy` for each array.
 *
 * @example
 * const { x, y } = await Data.readNpz("train.npz", { names: ["x", "y"] });
 */
export async function readNpz<D extends DType = DType>(
  source: DataSource,
  options: NpzOptions<D> = {},
): Promise<Readonly<Record<string, Tensor<readonly number[], D>>>> {
  return await decodeNpz(await readSource(source), { ...options, what: nameOf(source, "the .npz data") });
}

/** The arrays in the bytes of a `.npz` file; throws as {@link readNpz}. */
export async function decodeNpz<D extends DType = DType>(
  bytes: Uint8Array,
  options: NpzOptions<D> & { readonly what?: string } = {},
): Promise<Readonly<Record<string, Tensor<readonly number[], D>>>> {
  const { names, what = "the .npz data", ...reading } = options;
  checkOptionNames(what, options, ["names", "dtype", "onWarning", "what"]);
  const entries = new Map(readZip(bytes, what).map((entry) => [entry.name.replace(/\.npy$/, ""), entry]));
  const arrays: [string, Tensor<readonly number[], D>][] = [];
  for (const name of names ?? entries.keys()) {
    const entry = entries.get(name);
    if (entry === undefined) throw missing(name, [...entries.keys()], what);
    arrays.push([name, decodeNpy(await entry.read(), { ...reading, what: `array "${name}" of ${what}` })]);
  }
  return Object.fromEntries(arrays);
}

/**
 * The bytes of a `.npz` file with these tensors.
 *
 * @param options.compress - Deflate each array. Default true. Equal tensors give equal bytes.
 */
export async function encodeNpz(
  tensors: Readonly<Record<string, AnyTensor>>,
  options: { readonly compress?: boolean } = {},
): Promise<Uint8Array> {
  checkOptionNames("encodeNpz", options, ["compress"]);
  const { compress = true } = options;
  const inputs = Object.entries(tensors).map(([name, tensor]) => {
    if (tensor instanceof Tensor) return { name: `${name}.npy`, bytes: encodeNpy(tensor) };
    throw new TrainlogError(
      "tensor/bad-pack",
      `"${name}" is not a tensor; an .npz file holds a flat record of tensors`,
    );
  });
  return await writeZip(inputs, { compress });
}

/**
 * Writes tensors as a `.npz` file, whole or not at all.
 *
 * @throws TrainlogError `data/cannot-write`, `zip/unsupported` above 4 GiB.
 */
export async function writeNpz(
  path: string | URL,
  tensors: Readonly<Record<string, AnyTensor>>,
  options: { readonly compress?: boolean } = {},
): Promise<void> {
  await writeFileWhole(path, await encodeNpz(tensors, options));
}

function missing(name: string, names: readonly string[], what: string): TrainlogError {
  return new TrainlogError(
    "npy/missing-array",
    `${what} has no array "${name}"; it has ${names.map((known) => `"${known}"`).join(", ") || "none"}`,
  );
}
