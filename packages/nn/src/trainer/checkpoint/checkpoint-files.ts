/** @file A folder of checkpoints: named by step, written whole or not at all, the oldest removed. */
import { reasonOf, TrainlogError } from "../../error.ts";
import { writeWholeIn } from "../../files/write-whole.ts";
import { nodeModule } from "../../node-modules.ts";

const NAME = /^step-(\d{8,})\.safetensors$/;
const BEST = "best.safetensors";

/** Checkpoints in a folder. */
export interface CheckpointFolder {
  /** Writes the checkpoint of a step and removes the oldest ones. @returns Its path. */
  write(step: number, bytes: Uint8Array): Promise<string>;
  /** Writes the best one so far. @returns Its path. */
  writeBest(bytes: Uint8Array): Promise<string>;
  /** Path of the best one, which may not be there. */
  bestPath(): Promise<string>;
  /** Path of the newest one. */
  latest(): Promise<string | undefined>;
}

/**
 * A folder of checkpoints; made when the first one is written.
 *
 * @param keepLast - How many are kept beside the best one.
 */
export function checkpointFolder(dir: string, keepLast: number): CheckpointFolder {
  const pathOf = async (name: string): Promise<string> => nodeModule("node:path").join(dir, name);
  return {
    async write(step, bytes) {
      const path = await pathOf(`step-${String(step).padStart(8, "0")}.safetensors`);
      await writeModelFile(path, bytes);
      await removeOldest(dir, keepLast);
      return path;
    },
    async writeBest(bytes) {
      const path = await pathOf(BEST);
      await writeModelFile(path, bytes);
      return path;
    },
    bestPath: () => pathOf(BEST),
    async latest() {
      const name = (await stepsIn(dir)).at(-1)?.name;
      return name === undefined ? undefined : await pathOf(name);
    },
  };
}

/** Names of checkpoints in rising order of their steps. */
async function stepsIn(dir: string): Promise<{ readonly name: string; readonly step: number }[]> {
  const { readdir } = nodeModule("node:fs/promises");
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw new TrainlogError("checkpoint/unreadable", `cannot look into ${dir}: ${reasonOf(cause)}`, { cause });
  }
  return names
    .flatMap((name) => {
      const step = NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ name, step: Number(step) }];
    })
    .sort((a, b) => a.step - b.step);
}

async function removeOldest(dir: string, keepLast: number): Promise<void> {
  const [{ rm }, { join }] = [nodeModule("node:fs/promises"), nodeModule("node:path")];
  const old = (await stepsIn(dir)).slice(0, -keepLast);
  // One that cannot be removed takes space and does no harm.
  await Promise.all(old.map(({ name }) => rm(join(dir, name), { force: true }).catch(() => undefined)));
}

/**
 * Writes a file whole or not at all, and its folder when that is not there.
 *
 * @throws TrainlogError `checkpoint/write-failed`.
 */
export async function writeModelFile(path: string, bytes: Uint8Array): Promise<void> {
  // Where there is no Node that is the error, not that the path cannot be written.
  nodeModule("node:fs/promises");
  try {
    await writeWholeIn(path, bytes);
  } catch (cause) {
    throw new TrainlogError("checkpoint/write-failed", `cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * The bytes of a file.
 *
 * @throws TrainlogError `checkpoint/not-found`, `checkpoint/unreadable`.
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  const { readFile } = nodeModule("node:fs/promises");
  try {
    return await readFile(path);
  } catch (cause) {
    const code = isMissing(cause) ? "checkpoint/not-found" : "checkpoint/unreadable";
    throw new TrainlogError(code, `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function isMissing(cause: unknown): boolean {
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ENOENT";
}
