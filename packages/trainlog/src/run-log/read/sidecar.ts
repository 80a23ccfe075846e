/**
 * @file The sidecar of a run that is not sealed: its index as of some length of its files, so that opening it reads the rest alone.
 *
 * Derived data: one that is damaged, stale or of another run is passed over, and nobody misses it. It names each file with the header of the last frame
 * that it covers; a file that has something else there is not the one that was indexed.
 */
import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { isPlainObject, type JsonObject } from "../../run/json.ts";
import { badBatch } from "../codec/byte-reader.ts";
import { decodeSegmentHeader, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../codec/frame.ts";
import { diskError } from "../disk-error.ts";
import { type RunLogFs, removeQuietly, writeFileAtomically } from "../file-system.ts";
import type { OwnedCache } from "./chunk-cache.ts";
import { readRange, withFile } from "./file-bytes.ts";
import { decodeIndexFrames, encodeIndexFrames } from "./index-frames.ts";
import { listOf } from "./index-state.ts";
import { hasZstd } from "./packed.ts";
import type { RunFile } from "./run-file.ts";
import { numberedName, type RunFiles } from "./run-files.ts";
import type { RunIndex } from "./run-index.ts";
import type { AxisBlock } from "./sealed-axes.ts";
import { SealedFile } from "./sealed-file.ts";
import { placesOf } from "./sealed-places.ts";
import { SegmentFile } from "./segment-file.ts";

/** Lists of numbers that a sealed file has in an index. A segment has one. */
const SEALED_LISTS = 5;

/** An index that was taken up. */
export interface SidecarContent {
  readonly index: RunIndex;
  readonly files: readonly RunFile[];
  /** Bytes of open segments that it covers. */
  readonly endBytes: number;
}

/** Bytes of the open segments among `files` that are indexed. */
export function openBytes(files: readonly RunFile[]): number {
  return files.reduce((sum, file) => sum + (file instanceof SegmentFile ? file.end : 0), 0);
}

/** Reads the newest sidecar that fits the folder. `undefined` when there is none. */
export function readSidecar(dir: string, listed: RunFiles, cache: OwnedCache<AxisBlock>): SidecarContent | undefined {
  const newest = listed.sidecars.at(-1);
  if (newest === undefined) return undefined;
  try {
    const content = withFile(join(dir, newest.name), (fd, { sizeBytes }) =>
      decodeSidecar(dir, readRange(fd, 0, sizeBytes), cache),
    );
    return content !== undefined && fits(content, listed) ? content : undefined;
  } catch (error) {
    // Anything wrong with it means no more than that the run is indexed again.
    if (isTrainlogError(error)) return undefined;
    throw error;
  }
}

function decodeSidecar(dir: string, bytes: Uint8Array, cache: OwnedCache<AxisBlock>): SidecarContent {
  if (decodeSegmentHeader(bytes).kind !== "index") throw badBatch("a sidecar has the header of another kind of file");
  const { index, facts, numbers } = decodeIndexFrames(bytes.subarray(SEGMENT_HEADER_BYTES));
  const files: RunFile[] = [];
  let list = 0;
  for (const file of listOf(facts["files"], "files")) {
    if (!isPlainObject(file)) throw badBatch("a sidecar's file is not an object");
    // `isPlainObject` has just said so of a value that came out of JSON.
    const fileFacts = file as JsonObject;
    if (file["kind"] === "sealed") {
      files.push(
        SealedFile.fromState(
          dir,
          { facts: fileFacts, places: placesOf(numbers.slice(list, list + SEALED_LISTS)) },
          cache,
        ),
      );
      list += SEALED_LISTS;
    } else {
      files.push(
        SegmentFile.fromState(files.length, dir, {
          facts: fileFacts,
          eventFrames: numbers[list++] ?? new Float64Array(0),
        }),
      );
    }
  }
  return { index, files, endBytes: openBytes(files) };
}

/** Says whether the files that the sidecar covers are the first ones of the folder, and have what it says. */
function fits({ files }: SidecarContent, listed: RunFiles): boolean {
  const names = [...(listed.sealed === undefined ? [] : [listed.sealed]), ...listed.segments].map(({ name }) => name);
  return files.every((file, i) => file.name === names[i] && (!(file instanceof SegmentFile) || file.isAsIndexed()));
}

/**
 * Writes the sidecar of a run and removes older ones.
 *
 * @returns False when there is no open segment, or no zstd.
 * @throws TrainlogError `store/disk-full`, `store/read-only`, `store/io`.
 */
export function writeSidecar(fs: RunLogFs, dir: string, files: readonly RunFile[], index: RunIndex): boolean {
  const last = files.at(-1);
  if (!(last instanceof SegmentFile) || !hasZstd()) return false;
  const states = files.map((file) => stateOf(file));
  if (states.some((state) => state === undefined)) return false;
  const facts = { files: states.map((state) => state!.facts) };
  const frames = encodeIndexFrames({ index, facts, numbers: states.flatMap((state) => state!.numbers) });
  const name = numberedName(last.sequence, "index");
  try {
    writeFileAtomically(
      fs,
      join(dir, name),
      joined([encodeSegmentHeader("index", last.sequence), ...frames]),
      randomText(8),
      false,
    );
    for (const other of fs.list(dir)) if (other.endsWith(".index") && other < name) removeQuietly(fs, join(dir, other));
  } catch (error) {
    throw diskError(error, `write ${join(dir, name)}`);
  }
  return true;
}

function stateOf(file: RunFile): { facts: JsonObject; numbers: Float64Array[] } | undefined {
  if (file instanceof SealedFile) {
    const { facts, places } = file.state();
    const { axisFirst, axisStart, axisEnd, eventsStart, eventsEnd } = places;
    return { facts: { kind: "sealed", ...facts }, numbers: [axisFirst, axisStart, axisEnd, eventsStart, eventsEnd] };
  }
  const state = file instanceof SegmentFile ? file.state() : undefined;
  return state === undefined ? undefined : { facts: { kind: "segment", ...state.facts }, numbers: [state.eventFrames] };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
