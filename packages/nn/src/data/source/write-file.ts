/** @file Writing a file whole or not at all. */
import { reasonOf, TrainlogError } from "../../error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { nodeModule } from "../../node-modules.ts";

/**
 * Writes bytes to a path: beside it first and renamed at the end, so that whoever reads the path never sees half a file.
 *
 * @throws TrainlogError `data/cannot-write` with the system's reason, also in a browser.
 */
export async function writeFileWhole(path: string | URL, bytes: Uint8Array): Promise<void> {
  try {
    await writeWhole(path instanceof URL ? nodeModule("node:url").fileURLToPath(path) : path, bytes);
  } catch (cause) {
    throw new TrainlogError("data/cannot-write", `${String(path)} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}
