/** @file Reading and writing whole files in Node, with errors that name the path. */
import { TrainlogError } from "../error.ts";
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
    throw new TrainlogError("interop/no-file", `cannot read ${path}: ${messageOf(cause)}`, { cause });
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
  const { mkdir, rename, rm, writeFile } = nodeModule("node:fs/promises");
  const { dirname } = nodeModule("node:path");
  const draft = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (cause) {
    // The draft may never have come to be; what went wrong is told by `cause`.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new TrainlogError("interop/no-file", `cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
