/**
 * @file The file of a checkpoint or a model: safetensors with facts and a checksum in its metadata.
 *
 * So any tool that reads safetensors reads the weights. `__metadata__` has `trainlog.kind` (`checkpoint` or `model`), `trainlog.version` (of this
 * layout), `trainlog.facts` (JSON) and `trainlog.crc32`: the checksum of the whole file with zeros in place of its own 8 digits.
 */
import { reasonOf, TrainlogError } from "../../error.ts";
import { readSafetensors, writeSafetensors } from "../../interop/safetensors/safetensors.ts";
import type { TensorPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { crc32 } from "./crc32.ts";

/** What a file is. */
export type FileKind = "checkpoint" | "model";

/** What a file holds. `Facts` are plain data. */
export interface Contents<Facts> {
  readonly tensors: TensorPack;
  readonly facts: Facts;
}

const VERSION = "1";
const NO_CHECKSUM = "00000000";
const CHECKSUM_KEY = '"trainlog.crc32":"';

/** The bytes of a file. The same contents give the same bytes. */
export function encodeFile<Facts>(kind: FileKind, { tensors, facts }: Contents<Facts>): Uint8Array {
  const bytes = writeSafetensors(tensors, {
    metadata: {
      "trainlog.kind": kind,
      "trainlog.version": VERSION,
      "trainlog.crc32": NO_CHECKSUM,
      "trainlog.facts": JSON.stringify(facts),
    },
  });
  const place = checksumPlace(bytes);
  if (place === undefined) throw new RangeError("the header holds the checksum's key, which was just written");
  const checksum = crc32(bytes);
  for (let i = 0; i < checksum.length; i += 1) bytes[place + i] = checksum.charCodeAt(i);
  return bytes;
}

/**
 * Tensors by dotted name and the facts of a file.
 *
 * @param where - Names the file in errors.
 * @throws TrainlogError `checkpoint/corrupt` for what is truncated, changed or no such file; `checkpoint/wrong-kind`; `checkpoint/newer` for a layout of a
 *   later version.
 */
export function decodeFile(
  kind: FileKind,
  bytes: Uint8Array,
  where: string,
): { readonly tensors: Readonly<Record<string, AnyTensor>>; readonly facts: unknown } {
  const { tensors, metadata } = readChecked(bytes, where);
  const [version, found] = [metadata["trainlog.version"], metadata["trainlog.kind"]];
  if (found !== kind) {
    throw new TrainlogError(
      "checkpoint/wrong-kind",
      `${where} is a ${found ?? "plain safetensors file"}, not a ${kind}`,
    );
  }
  if (version !== VERSION) {
    throw new TrainlogError(
      "checkpoint/newer",
      `${where} has layout version ${version}; this package reads version ${VERSION}`,
    );
  }
  return { tensors, facts: parseFacts(metadata["trainlog.facts"] ?? "", where) };
}

function readChecked(bytes: Uint8Array, where: string): ReturnType<typeof readSafetensors> {
  const place = checksumPlace(bytes);
  if (place === undefined) {
    throw corrupt(
      where,
      `no checksum is in its header, so it is truncated (${bytes.length} bytes) or not written by trainlog's save (loadSafetensors and loadStateDict read files of other programs)`,
    );
  }
  const found = String.fromCharCode(...bytes.subarray(place, place + NO_CHECKSUM.length));
  const blank = bytes.slice();
  for (let i = 0; i < NO_CHECKSUM.length; i += 1) blank[place + i] = NO_CHECKSUM.charCodeAt(i);
  const expected = crc32(blank);
  if (found !== expected)
    throw corrupt(where, `its checksum is ${expected}, but it says ${found}: it was truncated or changed`);
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    throw corrupt(where, reasonOf(cause), cause);
  }
}

function parseFacts(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(where, "its facts are no JSON", cause);
  }
}

function corrupt(where: string, detail: string, cause?: unknown): TrainlogError {
  return new TrainlogError("checkpoint/corrupt", `${where} cannot be used: ${detail}. Use an older one`, { cause });
}

/** Where the digits of the checksum are; undefined when the file has none. */
function checksumPlace(bytes: Uint8Array): number | undefined {
  const headerEnd = Math.min(bytes.length, 8 + headerLength(bytes));
  for (let at = 8; at + CHECKSUM_KEY.length + NO_CHECKSUM.length <= headerEnd; at += 1) {
    if (startsWith(bytes, at, CHECKSUM_KEY)) return at + CHECKSUM_KEY.length;
  }
  return undefined;
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length > BigInt(bytes.length) ? bytes.length : Number(length);
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
