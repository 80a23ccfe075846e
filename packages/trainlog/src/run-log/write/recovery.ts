/**
 * @file What a writer has to know of a run that was written before: where the last segment ends, what its key ids mean, and the last batch of each origin.
 *
 * Only the last segment is read: its first frame says the origins of those before it. The torn tail that a crash leaves is found here and cut by the
 * writer; damage in the middle is named and left alone, and writing goes on in a new segment.
 */
import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import { readBatchHead } from "../codec/batch.ts";
import {
  decodeSegmentHeader,
  FRAME_BATCH,
  FRAME_HEADER_BYTES,
  type Frame,
  isTornTail,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { MAX_PAYLOAD_BYTES } from "../codec/limits.ts";
import type { RunLogFs } from "../file-system.ts";
import { listSegments, type SegmentName } from "./run-folder.ts";

/** Bytes behind the last whole frame of a file, which a crash left half written. */
export interface TornTail {
  readonly file: string;
  /** Where the file ends now. */
  readonly offset: number;
  readonly cutBytes: number;
}

/** Damage that was met at opening. It stays as it is; `verifyRun` looks for all of it. */
export interface MetDamage {
  readonly file: string;
  readonly offset: number;
  readonly endOffset: number;
  readonly message: string;
}

/** A segment that can be continued. */
export interface OpenEnd {
  readonly name: string;
  readonly sequence: number;
  /** Where the next frame goes. */
  readonly sizeBytes: number;
  readonly dictionary: KeyDictionary;
}

/** What {@link examineRun} found. */
export interface Examination {
  /** The segment to go on with; undefined when a new one has to begin. */
  readonly open: OpenEnd | undefined;
  /** Highest number in use; 0 in an empty folder. */
  readonly lastSequence: number;
  readonly origins: Map<string, number>;
  readonly tornTail: TornTail | undefined;
  readonly damage: readonly MetDamage[];
}

/** One file of frames, scanned without decoding rows. */
interface ScannedFile {
  readonly dictionary: KeyDictionary;
  readonly origins: Map<string, number>;
  /** The file says the origins of those before it. */
  readonly namesEarlier: boolean;
  /** Where the last whole frame ends. */
  readonly endOffset: number;
  readonly tornTail: TornTail | undefined;
  readonly damage: readonly MetDamage[];
}

/**
 * Looks at a run's folder, changing nothing.
 *
 * @throws TrainlogError `store/newer-format`, and what the file system throws.
 */
export function examineRun(fs: RunLogFs, dir: string): Examination {
  const segments = listSegments(fs.list(dir));
  const last = segments.at(-1);
  if (last === undefined)
    return { open: undefined, lastSequence: 0, origins: new Map(), tornTail: undefined, damage: [] };
  const scanned = scanSegment(fs, dir, last);
  const origins = scanned.origins;
  if (!scanned.namesEarlier) addEarlierOrigins(fs, dir, segments.slice(0, -1), origins);
  const { dictionary, endOffset, tornTail, damage } = scanned;
  const continues = last.extension === "log" && damage.length === 0 && endOffset >= SEGMENT_HEADER_BYTES;
  return {
    open: continues ? { name: last.name, sequence: last.sequence, sizeBytes: endOffset, dictionary } : undefined,
    lastSequence: last.sequence,
    origins,
    tornTail: last.extension === "log" && damage.length === 0 ? tornTail : undefined,
    damage,
  };
}

/** Goes back through the files until one says the origins of all before it. */
function addEarlierOrigins(
  fs: RunLogFs,
  dir: string,
  segments: readonly SegmentName[],
  origins: Map<string, number>,
): void {
  for (const segment of segments.toReversed()) {
    const scanned = scanSegment(fs, dir, segment);
    for (const [writerId, seq] of scanned.origins) noteOrigin(origins, writerId, seq);
    if (scanned.namesEarlier) return;
  }
}

function noteOrigin(origins: Map<string, number>, writerId: string, seq: number): void {
  origins.set(writerId, Math.max(seq, origins.get(writerId) ?? -1));
}

/** A sealed file stands for all before it; its first frame says the origins, and the rest need not be read. */
function readSealedHead(fs: RunLogFs, path: string): Uint8Array {
  const head = fs.readPart(path, 0, SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES);
  if (head.length < SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES) return head;
  const payloadBytes = new DataView(head.buffer, head.byteOffset).getUint32(SEGMENT_HEADER_BYTES + 4, true);
  return fs.readPart(path, 0, head.length + Math.min(payloadBytes, MAX_PAYLOAD_BYTES));
}

function scanSegment(fs: RunLogFs, dir: string, segment: SegmentName): ScannedFile {
  const file = segment.name;
  const isSealed = segment.extension === "sealed";
  const bytes = isSealed ? readSealedHead(fs, join(dir, file)) : fs.readFile(join(dir, file));
  const dictionary = new KeyDictionary();
  const origins = new Map<string, number>();
  const damage: MetDamage[] = [];
  let tornTail: TornTail | undefined;
  let endOffset = 0;
  let namesEarlier = isSealed;
  const result = (): ScannedFile => ({ dictionary, origins, namesEarlier, endOffset, tornTail, damage });
  if (bytes.length < SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0)) {
    tornTail = { file, offset: 0, cutBytes: bytes.length };
    return result();
  }
  const wrongHeader = checkHeader(bytes, segment, join(dir, file));
  if (wrongHeader !== undefined)
    damage.push({ file, offset: 0, endOffset: SEGMENT_HEADER_BYTES, message: wrongHeader });
  endOffset = SEGMENT_HEADER_BYTES;
  for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
    if (item.kind === "frame") {
      const head = headOf(item, dictionary);
      if (typeof head === "string") damage.push({ file, offset: item.offset, endOffset: item.end, message: head });
      else {
        if (head.origin !== undefined) noteOrigin(origins, head.origin.writerId, head.origin.seq);
        for (const { writerId, seq } of head.earlierOrigins ?? []) noteOrigin(origins, writerId, seq);
        namesEarlier ||= head.earlierOrigins !== undefined;
      }
      endOffset = item.end;
    } else if (isTornTail(item)) tornTail = { file, offset: item.offset, cutBytes: item.end - item.offset };
    else
      damage.push({ file, offset: item.offset, endOffset: item.end, message: `no whole frame there (${item.reason})` });
  }
  return result();
}

/** What is wrong with the header, or undefined. @throws TrainlogError `store/newer-format`. */
function checkHeader(bytes: Uint8Array, segment: SegmentName, path: string): string | undefined {
  try {
    const header = decodeSegmentHeader(bytes, path);
    const kind = segment.extension === "log" ? "open" : "sealed";
    if (header.kind === kind && header.sequence === segment.sequence) return undefined;
    return `the header says ${header.kind} segment ${header.sequence}`;
  } catch (error) {
    if (isTrainlogError(error, "run-log/bad-header")) return error.message;
    throw error;
  }
}

/** Origins and keys of a batch, or what is wrong with it. Frames of sealed files are passed over. */
function headOf(frame: Frame, dictionary: KeyDictionary): ReturnType<typeof readBatchHead> | string {
  if (frame.type !== FRAME_BATCH) return {};
  try {
    return readBatchHead(frame.payload, dictionary);
  } catch (error) {
    if (isTrainlogError(error, "run-log/bad-batch")) return error.message;
    throw error;
  }
}
