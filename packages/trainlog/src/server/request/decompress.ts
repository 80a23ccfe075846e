/**
 * @file Compressed bodies: gzip and zstd.
 *
 * They are unpacked as they arrive and counted by what comes out, so a bomb (a kilobyte that becomes a gigabyte) is refused at the bound of the route like any other
 * body that is too large, and never lies in memory whole.
 */
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { isTrainlogError, TrainlogError } from "../../run/error.ts";

/** Encodings that a body may have. */
export type BodyEncoding = "gzip" | "zstd";

/**
 * Says how a body is compressed; `undefined` when it is not.
 *
 * @throws TrainlogError `api/bad-encoding` (415) for any other encoding, or several.
 */
export function encodingOf(request: Request): BodyEncoding | undefined {
  const given = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (given === "identity") return undefined;
  if (given === "gzip" || given === "x-gzip") return "gzip";
  if (given === "zstd" && "createZstdDecompress" in zlib) return "zstd";
  const message = `content-encoding: expected gzip, zstd or none, got ${JSON.stringify(given.slice(0, 40))}`;
  throw new TrainlogError("api/bad-encoding", message, { status: 415 });
}

/**
 * Unpacks a body piece by piece.
 *
 * @throws TrainlogError `api/bad-compression` (400) when the bytes are not what the header says, or end too early; and what `chunks` throws.
 */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  encoding: BodyEncoding,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder: Transform = encoding === "gzip" ? zlib.createGunzip() : zlib.createZstdDecompress();
  const fed = pipeline(Readable.from(chunks), decoder);
  // Its failure is that of the decoder, which is what is read below.
  fed.catch(() => undefined);
  try {
    for await (const piece of decoder) yield piece as Uint8Array; // Without an encoding set, a stream of zlib gives bytes.
    await fed;
  } catch (error) {
    if (isTrainlogError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the body is not whole ${encoding}, as content-encoding says: ${reason}`;
    throw new TrainlogError("api/bad-compression", message, { cause: error, status: 400 });
  }
}
