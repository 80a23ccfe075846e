/** @file Checkpoints of a running training: when they are written, and what training goes on from. */
import { TrainlogError } from "../../error.ts";
import { checkpointFolder, readWhole } from "../checkpoint/checkpoint-files.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../checkpoint/training-checkpoint.ts";
import type { CheckpointOptions } from "../train-options.ts";
import type { Prepared } from "./prepare.ts";

const KEEP_LAST = 3;

/** Checkpoints of one training run. */
export interface Checkpoints {
  /** The checkpoint to go on from; undefined to begin anew. */
  readonly start: Checkpoint | undefined;
  /** Path of the newest one. */
  lastPath(): string | undefined;
  /** Writes one. @returns Its path; undefined when none are kept. */
  write(checkpoint: Checkpoint): Promise<string | undefined>;
  /** Writes the best one, if it is kept. */
  writeBest(checkpoint: Checkpoint): Promise<void>;
  /** The best one that was written, if it is kept. */
  readBest(): Promise<Checkpoint | undefined>;
}

const NO_CHECKPOINTS: Checkpoints = {
  start: undefined,
  lastPath: () => undefined,
  write: () => Promise.resolve(undefined),
  writeBest: () => Promise.resolve(),
  readBest: () => Promise.resolve(undefined),
};

/**
 * Opens the folder of the options and reads the checkpoint to go on from.
 *
 * @throws TrainlogError `checkpoint/not-found` with `resume: "must"` and no checkpoint; as `decodeCheckpoint`.
 */
export async function openCheckpoints(prepared: Prepared, keepsBest: boolean): Promise<Checkpoints> {
  const options = prepared.options.checkpoint;
  if (options === undefined) return NO_CHECKPOINTS;
  const folder = checkpointFolder(options.dir, options.keepLast ?? KEEP_LAST);
  const read = async (path: string): Promise<Checkpoint> =>
    decodeCheckpoint(await readWhole(path), prepared.initial, prepared.identity, path);
  let last = await pathToResume(options, folder);
  let best: string | undefined;
  const start = last === undefined ? undefined : await read(last);
  return {
    start,
    lastPath: () => last,
    async write(checkpoint) {
      last = await folder.write(checkpoint.facts.step, encodeCheckpoint(checkpoint));
      return last;
    },
    async writeBest(checkpoint) {
      if (keepsBest) best = await folder.writeBest(encodeCheckpoint(checkpoint));
    },
    async readBest() {
      if (!keepsBest) return undefined;
      // The best one may be from before an interruption.
      if (best === undefined && start !== undefined && start.facts.best !== null) best = await folder.bestPath();
      return best === undefined ? undefined : await read(best);
    },
  };
}

async function pathToResume(
  { dir, resume = "never" }: CheckpointOptions,
  folder: ReturnType<typeof checkpointFolder>,
): Promise<string | undefined> {
  if (resume === "never") return undefined;
  const latest = await folder.latest();
  if (latest === undefined && resume === "must") {
    throw new TrainlogError(
      "checkpoint/not-found",
      `train: checkpoint.resume is "must", but there is no checkpoint in ${dir}; "allow" begins anew then`,
    );
  }
  return latest;
}
