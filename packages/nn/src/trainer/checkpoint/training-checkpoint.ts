/** @file A checkpoint of training: all tensors of the state, and the few numbers beside them that decide what comes next. */
import type { LoaderPosition } from "../../data/dataset.ts";
import { describeValue, TrainlogError } from "../../error.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { mapPack } from "../../tensor/pack.ts";
import type { TrainState } from "../step/train-state.ts";
import type { BestSoFar } from "../watch-evaluations.ts";
import { decodeFile, encodeFile } from "./container.ts";

/** What must be the same for training to go on: anything else would be another curve. */
export interface RunIdentity {
  readonly seed: number;
  readonly dtype: string;
  readonly task: string;
  readonly optimizer: string;
  readonly batchSize: number;
  readonly examples: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
}

/** The numbers of a checkpoint. */
export interface CheckpointFacts {
  readonly step: number;
  /** Where the next batch comes from; null when the step says it. */
  readonly position: LoaderPosition | null;
  readonly identity: RunIdentity;
  readonly lossBefore: number | null;
  readonly best: BestSoFar | null;
  /** Time spent on steps so far. */
  readonly elapsedMs: number;
}

/** A checkpoint. */
export interface Checkpoint {
  readonly state: TrainState;
  readonly facts: CheckpointFacts;
}

/** The bytes of a checkpoint. */
export function encodeCheckpoint({ state, facts }: Checkpoint): Uint8Array {
  return encodeFile("checkpoint", { tensors: state, facts });
}

/**
 * A checkpoint from its bytes.
 *
 * @param like - The state that training would begin with: it says which tensors belong there.
 * @param where - Names the file in errors.
 * @throws TrainlogError `checkpoint/corrupt`, `checkpoint/wrong-kind`, `checkpoint/newer`; `checkpoint/other-run` when seed, data, optimiser, … or the model
 *   differ.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  like: TrainState,
  identity: RunIdentity,
  where: string,
): Checkpoint {
  const { tensors, facts } = decodeFile("checkpoint", bytes, where);
  const checked = checkFacts(facts, where);
  checkIdentity(checked.identity, identity, where);
  const extra = new Set(Object.keys(tensors));
  const state = mapPack(like, (tensor, name) => {
    const found = tensors[name];
    extra.delete(name);
    if (found === undefined) throw otherRun(where, `it has no tensor ${describeValue(name)}`);
    if (found.dtype === tensor.dtype && sameShape(found.shape, tensor.shape)) return found;
    const [has, wants] = [found, tensor].map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`);
    throw otherRun(where, `${describeValue(name)} is ${has} there, and ${wants} here`);
  });
  const [surplus] = extra;
  if (surplus !== undefined)
    throw otherRun(where, `it has a tensor ${describeValue(surplus)}, which this model or optimiser has not`);
  return { state, facts: checked };
}

function checkIdentity(there: RunIdentity, here: RunIdentity, where: string): void {
  for (const name of Object.keys(here) as (keyof RunIdentity)[]) {
    if (there[name] === here[name]) continue;
    throw otherRun(where, `${name} was ${describeValue(there[name])} there, and is ${describeValue(here[name])} here`);
  }
}

function otherRun(where: string, detail: string): TrainlogError {
  return new TrainlogError(
    "checkpoint/other-run",
    `${where} belongs to another training: ${detail}. Train with the same settings, or into another folder`,
  );
}

function checkFacts(facts: unknown, where: string): CheckpointFacts {
  const { step, position, identity, elapsedMs } = Object(facts) as Partial<CheckpointFacts>;
  const isPosition =
    position === null || (Number.isSafeInteger(position?.epoch) && Number.isSafeInteger(position?.batch));
  const isFine =
    Number.isSafeInteger(step) && isPosition && typeof identity === "object" && typeof elapsedMs === "number";
  if (isFine) return facts as CheckpointFacts;
  throw new TrainlogError("checkpoint/corrupt", `${where} cannot be used: its facts are incomplete`);
}
