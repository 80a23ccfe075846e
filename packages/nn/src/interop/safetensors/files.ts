/** @file Safetensors files on disk (Node only; browsers use `readSafetensors` and `writeSafetensors` on bytes). */
import type { TensorPack } from "../../tensor/pack.ts";
import { readFileBytes, writeFileBytes } from "../files.ts";
import {
  readSafetensors,
  type SafetensorsContent,
  type SafetensorsWriteOptions,
  writeSafetensors,
} from "./safetensors.ts";

/**
 * Reads a safetensors file.
 *
 * @throws TrainlogError as `readSafetensors`, with the path before the message; `interop/no-file` when it cannot be read.
 */
export async function loadSafetensors(path: string): Promise<SafetensorsContent> {
  return readFileBytes(path, readSafetensors);
}

/**
 * Writes a safetensors file: complete or not at all.
 *
 * @throws TrainlogError as `writeSafetensors`; `interop/no-file` when the path cannot be written.
 */
export async function saveSafetensors(
  path: string,
  pack: TensorPack,
  options: SafetensorsWriteOptions = {},
): Promise<void> {
  await writeFileBytes(path, writeSafetensors(pack, options));
}
