/** @file Packages that are only needed for some formats. */
import { TrainlogError } from "../../error.ts";

/**
 * Loads an optional package.
 *
 * @param load - `() => import("name")`: literal, so that bundlers see it.
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
