/** @file Writing a file whole or not at all. */
import { TrainlogError } from "../../error.ts";
import { nodeModule } from "../../node-modules.ts";

/**
 * Writes bytes to a path: beside it first and renamed at the end, so that whoever reads the path never sees half a file.
 *
 * @throws TrainlogError `data/cannot-write` with the system's reason, also in a browser.
 */
export async function writeFileWhole(path: string | URL, bytes: Uint8Array): Promise<void> {
  try {
    const { rename, rm, writeFile } = nodeModule("node:fs/promises");
    const { fileURLToPath } = nodeModule("node:url");
    const target = path instanceof URL ? fileURLToPath(path) : path;
    const draft = `${target}.${process.pid}.part`;
    try {
      await writeFile(draft, bytes);
      await rename(draft, target);
    } catch (cause) {
      await rm(draft, { force: true });
      throw cause;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TrainlogError("data/cannot-write", `${String(path)} cannot be written: ${reason}`, { cause });
  }
}
