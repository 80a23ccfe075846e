/**
 * @file Deflate by the platform's streams, in Node and in browsers alike: no package is needed.
 *
 * What comes out is bounded by what the file promised: a few kilobytes that unpack to gigabytes are an error after the first byte too many.
 */
import { reasonOf, TrainlogError } from "../../error.ts";

/** `"gzip"` has a header and a checksum (RFC 1952), `"deflate-raw"` has neither (RFC 1951). */
export type Compression = "gzip" | "deflate-raw";

/**
 * Unpacks bytes.
 *
 * @param options.what - Names the bytes in errors.
 * @param options.maxBytes - The most that may come out.
 * @throws TrainlogError `data/corrupt` for broken input, `data/too-large` when more than `maxBytes` comes out.
 */
export async function inflate(
  bytes: Uint8Array,
  compression: Compression,
  { what, maxBytes }: { readonly what: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of through(bytes, new DecompressionStream(compression), what)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new TrainlogError("data/too-large", `${what} unpacks to more than the ${maxBytes} bytes that it promises`);
    }
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

/**
 * The first `sizeBytes` of what packed bytes unpack to; fewer when there are fewer. Reads no further than needed.
 *
 * @throws TrainlogError `data/corrupt` for broken input.
 */
export async function inflateStart(
  bytes: Uint8Array,
  compression: Compression,
  { what, sizeBytes }: { readonly what: string; readonly sizeBytes: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let have = 0;
  for await (const chunk of through(bytes, new DecompressionStream(compression), what)) {
    chunks.push(chunk);
    have += chunk.length;
    if (have >= sizeBytes) break;
  }
  return joinBytes(chunks).subarray(0, sizeBytes);
}

/** Packs bytes. */
export async function deflate(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  return joinBytes(await Array.fromAsync(through(bytes, new CompressionStream(compression), "the data")));
}

/** Bytes in one piece. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

async function* through(
  bytes: Uint8Array,
  stream: DecompressionStream | CompressionStream,
  what: string,
): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.readable.getReader();
  const writer = stream.writable.getWriter();
  // Broken input fails both ends; the reading end reports it.
  const feeding = Promise.allSettled([writer.write(new Uint8Array(bytes)), writer.close()]);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } catch (cause) {
    throw new TrainlogError(
      "data/corrupt",
      `${what} cannot be unpacked (${reasonOf(cause)}): it is damaged or cut off`,
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => {});
    await feeding;
  }
}
