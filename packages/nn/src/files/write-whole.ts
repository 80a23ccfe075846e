/** @file Writing a file whole or not at all: the one way in which models, checkpoints, logs and arrays reach the disk. */
import type { Stats } from "node:fs";
import { nodeModule } from "../node-modules.ts";

/**
 * Writes a file beside its place, flushes it to disk and moves it there: after a crash there is the old one or the new one. Devices such as `/dev/null`
 * are written to and stay what they are.
 *
 * @throws What the system said, for the caller to put into its own words; TrainlogError `engine/no-files` where there is no Node.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const { open, rename, rm, writeFile } = nodeModule("node:fs/promises");
  if (await isDevice(path)) return await writeFile(path, content);
  const draft = `${path}.${process.pid}.partial`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    // The draft may never have come to be; what went wrong is told by `cause`.
    await rm(draft, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** As {@link writeWhole}, making the folder when it is not there. */
export async function writeWholeIn(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolder(nodeModule("node:path").dirname(path));
  await writeWhole(path, content);
}

/**
 * Makes a folder and its parents, from the outermost that lacks to the innermost.
 *
 * One by one, because Node's own recursive way never ends below a folder that says "no such file" of what it does not let be made, as `/proc` does.
 */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = nodeModule("node:path").dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await nodeModule("node:fs/promises").mkdir(path);
  } catch (cause) {
    // Another process may have been quicker.
    if (!(await isFolder(path))) throw cause;
  }
}

/** False also for what cannot be looked at: making it says why. */
async function isFolder(path: string): Promise<boolean> {
  const found = await factsOf(path);
  return found?.isDirectory() === true;
}

/** Says whether something is there that is neither a file nor a folder. */
async function isDevice(path: string): Promise<boolean> {
  const found = await factsOf(path);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

async function factsOf(path: string): Promise<Stats | undefined> {
  return await nodeModule("node:fs/promises")
    .stat(path)
    .catch(() => undefined);
}
