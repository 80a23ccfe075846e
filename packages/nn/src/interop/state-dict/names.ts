/** @file How a model's names and a file's names relate. By design they are equal; these options are for files of other origin. */
import type { AnyTensor } from "../../tensor/tensor.ts";

/** Tensors by name: what PyTorch calls a state dict. */
export type StateDict = Readonly<Record<string, AnyTensor>>;

/** Differences between a model's names and a file's. The same options serve both directions. */
export interface StateDictOptions {
  /** What stands before every name in the file, for example `"model."` or `"module."`. Default none. */
  readonly prefix?: string;
  /** The file's name for a model's name, as a table or a function; names that it does not know (or gives `undefined` for) stay. Before the prefix. */
  readonly rename?: Readonly<Record<string, string>> | ((name: string) => string | undefined);
  /** Which matrices (by the model's names) the file has transposed, in × out instead of PyTorch's out × in. Default none. */
  readonly transposed?: readonly string[] | ((name: string) => boolean);
}

/** The file's name for a model's name. */
export function fileName(name: string, { prefix = "", rename }: StateDictOptions): string {
  const renamed =
    typeof rename === "function"
      ? rename(name)
      : rename !== undefined && Object.hasOwn(rename, name)
        ? rename[name]
        : undefined;
  return prefix + (renamed ?? name);
}

/** Says whether the file has the tensor of this model's name transposed. */
export function isTransposed(name: string, { transposed = [] }: StateDictOptions): boolean {
  return typeof transposed === "function" ? transposed(name) : transposed.includes(name);
}
