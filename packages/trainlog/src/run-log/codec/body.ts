/** @file The body of an HTTP request that carries batches: frames one after another, with a dictionary that starts empty. */
import { TrainlogError } from "../../run/error.ts";
import { appendBatch, type Batch, decodeBatch } from "./batch.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FRAME_BATCH, scanFrames } from "./frame.ts";
import { KeyDictionary } from "./key-dictionary.ts";

/**
 * The batches as one body.
 *
 * @throws what `appendBatch` throws.
 */
export function encodeBody(batches: readonly Batch[]): Uint8Array<ArrayBuffer> {
  const dictionary = new KeyDictionary();
  const body = new ByteWriter();
  for (const batch of batches) appendBatch(body, batch, dictionary);
  return body.bytes.slice(0, body.length);
}

/**
 * The batches of a body. Unlike a file, a body is either right or refused: its sender still has it.
 *
 * @throws TrainlogError `run-log/bad-body` (status 400) that names the byte where it is wrong.
 */
export function decodeBody(bytes: Uint8Array): Batch[] {
  const dictionary = new KeyDictionary();
  const batches: Batch[] = [];
  for (const item of scanFrames(bytes)) {
    if (item.kind === "damage") throw badBody(item.offset, `no whole frame there (${item.reason})`);
    if (item.type !== FRAME_BATCH)
      throw badBody(item.offset, `frame type ${item.type}, expected ${FRAME_BATCH} (batch)`);
    try {
      const { lostValues, ...batch } = decodeBatch(item.payload, dictionary);
      if (lostValues > 0) throw badBody(item.offset, "a column's key id is never stated in this body");
      batches.push(batch);
    } catch (cause) {
      if (cause instanceof TrainlogError && cause.code === "run-log/bad-batch")
        throw badBody(item.offset, cause.message, cause);
      throw cause;
    }
  }
  return batches;
}

function badBody(offset: number, what: string, cause?: unknown): TrainlogError {
  return new TrainlogError("run-log/bad-body", `body, byte ${offset}: ${what}`, { status: 400, cause });
}
