/** @file Reading and writing whole files in Node, with errors that name the path. */
import { reasonOf, TrainlogError } from "../error.ts";
import { writeWholeIn } from "../files/write-whole.ts";
import { nodeModule } from "../node-modules.ts";

/**
 * Reads a file and lets `parse` make something of it.
 *
 * @throws TrainlogError `interop/no-file` when it cannot be read; what `parse` throws, with the path before the message.
 */
export async function readFileBytes<T>(path: string, parse: (bytes: Uint8Array) => T): Promise<T> {
  const { readFile } = nodeModule("node:fs/promises");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new TrainlogError("interop/no-file", `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
  try {
    return parse(bytes);
  } catch (cause) {
    if (cause instanceof TrainlogError) throw new TrainlogError(cause.code, `${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

/**
 * Writes a file beside its place and moves it there, so that readers see it whole or not at all.
 *
 * @throws TrainlogError `interop/no-file` when it cannot be written.
 */
export async function writeFileBytes(path: string, content: Uint8Array | string): Promise<void> {
  // Where there is no Node that is the error, not that the path cannot be written.
  nodeModule("node:fs/promises");
  try {
    await writeWholeIn(path, content);
  } catch (cause) {
    throw new TrainlogError("interop/no-file", `cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}
