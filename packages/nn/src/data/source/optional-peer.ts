/** @file Packages that are only needed for some formats. */
import { TrainlogError } from "../../error.ts";

/**
 * Loads an optional package.
 *
 * @param load - `() => import("name").catch(rethrow)`: literal, so that bundlers see it, and with a `catch`, so that they go on where it is not installed.
 * @param purpose - What it is needed for, as in "reading … needs it".
 * @throws TrainlogError `data/no-package` that says what to install.
 */
export async function optionalPeer<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new TrainlogError("data/no-package", `${purpose} needs the package ${name}: npm install ${name}`, { cause });
  }
}

/** The `catch` of {@link optionalPeer}'s imports. Bundlers (esbuild among them) take an import that is caught for one that may be missing. */
export function rethrow(cause: unknown): never {
  throw cause;
}
