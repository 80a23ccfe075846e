/** @file Checks a sealed file byte for byte: for `verifyRun`, which owns the rest. */
import { basename, dirname } from "node:path";
import { ChunkCache } from "../read/chunk-cache.ts";
import type { Damage } from "../read/damage.ts";
import type { AxisBlock } from "../read/sealed-axes.ts";
import { SealedFile } from "../read/sealed-file.ts";

/**
 * Reads every chunk of the sealed file at `path` and names what is damaged. No damage: an empty list.
 *
 * @throws TrainlogError `store/newer-format`.
 */
export function checkSealed(path: string): Damage[] {
  const name = basename(path);
  const file = { name, sequence: Number.parseInt(name, 10) };
  const opened = SealedFile.open(dirname(path), file, new ChunkCache().forOwner<AxisBlock>());
  return opened === undefined ? [] : [...opened.sealed.checkAll()];
}
