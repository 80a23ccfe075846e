/** @file Frames of batches from a stream that is cut anywhere: what `GET /runs/:id/batches` answers, in bounded memory. */
import { TrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { decodeBatch, FRAME_BATCH, FRAME_HEADER_BYTES, KeyDictionary, scanFrames } from "../run-log/codec/index.ts";

/** Where a frame says how long its payload is. */
const LENGTH_AT = 4;

/**
 * The events of a stream of frames.
 *
 * @throws TrainlogError `client/bad-answer` when the bytes are not whole frames.
 */
export async function* eventsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<RunEvent> {
  const dictionary = new KeyDictionary();
  for await (const frame of framesOf(pieces)) {
    const [item] = [...scanFrames(frame)];
    if (item === undefined || item.kind === "damage" || item.type !== FRAME_BATCH)
      throw badAnswer("a frame is damaged");
    yield* decodeBatch(item.payload, dictionary).events;
  }
}

async function* framesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    rest = rest.length === 0 ? piece : joined(rest, piece);
    for (let length = frameLength(rest); length <= rest.length; length = frameLength(rest)) {
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw badAnswer(`it ends inside of a frame, ${rest.length} bytes after its beginning`);
}

/** Bytes of the frame that `bytes` begin with; infinite while that is not known. */
function frameLength(bytes: Uint8Array): number {
  if (bytes.length < FRAME_HEADER_BYTES) return Infinity;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return FRAME_HEADER_BYTES + view.getUint32(LENGTH_AT, true);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function badAnswer(what: string): TrainlogError {
  return new TrainlogError("client/bad-answer", `the server's answer cannot be read: ${what}; ask again`, {
    status: 502,
  });
}
