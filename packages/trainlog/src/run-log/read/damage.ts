/** @file Damage: what cannot be read of a run, named and never hidden. */
import { isPlainObject } from "../../run/json.ts";
import { badBatch } from "../codec/byte-reader.ts";

/**
 * What is wrong with a stretch of a file.
 *
 * `bad-header`: the file's first bytes. `bad-frame`: bytes that are no whole frame, with more behind them. `torn-tail`: the file ends inside a frame, as
 * after a crash. `bad-batch`: a frame is whole but its content is not what the format says. `lost-keys`: columns whose names were lost with damage
 * before them. `unknown-frame`: a frame type that this version does not know.
 */
export type DamageKind = "bad-header" | "bad-frame" | "torn-tail" | "bad-batch" | "lost-keys" | "unknown-frame";

/** A stretch of a file that cannot be read. */
export interface Damage {
  /** File name inside the run's folder. */
  readonly file: string;
  /** First byte. */
  readonly offset: number;
  /** Byte after the last one. */
  readonly endOffset: number;
  readonly kind: DamageKind;
  readonly message: string;
}

/** Makes a {@link Damage} whose message names file and bytes. */
export function damageAt(file: string, offset: number, endOffset: number, kind: DamageKind, what: string): Damage {
  return { file, offset, endOffset, kind, message: `${file}, bytes ${offset} to ${endOffset}: ${what}` };
}

const KINDS: readonly DamageKind[] = [
  "bad-header",
  "bad-frame",
  "torn-tail",
  "bad-batch",
  "lost-keys",
  "unknown-frame",
];

/** Damage as it was written to an index. @throws TrainlogError `run-log/bad-batch` when it is none. */
export function damageOf(value: unknown): Damage {
  if (isPlainObject(value)) {
    const { file, offset, endOffset, kind, message } = value;
    const known = KINDS.find((name) => name === kind);
    if (
      typeof file === "string" &&
      typeof offset === "number" &&
      typeof endOffset === "number" &&
      typeof message === "string" &&
      known !== undefined
    ) {
      return { file, offset, endOffset, kind: known, message };
    }
  }
  throw badBatch("an index lists damage that is none");
}
