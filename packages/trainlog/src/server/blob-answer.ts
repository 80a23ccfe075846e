/**
 * @file Bytes of the store as an answer: ranges, `ETag`, `If-None-Match`.
 *
 * What a run brought along may be anything, an HTML page with a script in it too. So it is always an attachment, in a sandbox, with a type that never runs; a page of
 * the dashboard may ask for one of a few media types to show.
 */
import { Readable } from "node:stream";
import { TrainlogError } from "../run/error.ts";
import type { Blobs } from "../store/index.ts";
import { SANDBOX_POLICY } from "./access/headers.ts";
import { type ByteSpan, parseRange } from "./request/byte-range.ts";

/** Type of bytes that are to be kept, not shown. */
export const OCTETS = "application/octet-stream";

/** How bytes are sent. */
export interface BlobAnswerOptions {
  /** Default {@link OCTETS}. */
  readonly type?: string;
  /** Name under which a browser saves it. Default: the beginning of its hash. */
  readonly filename?: string;
  /** Whether the address always means these bytes, or may mean others later. Default true. */
  readonly immutable?: boolean;
}

/**
 * Answers a request with the bytes of a blob.
 *
 * @throws TrainlogError `blob/not-found` (404), `blob/bad-range` (416).
 */
export async function blobAnswer(
  request: Request,
  blobs: Blobs,
  sha256: string,
  options: BlobAnswerOptions = {},
): Promise<Response> {
  const sizeBytes = await blobs.size(sha256);
  if (sizeBytes === undefined) throw new TrainlogError("blob/not-found", `there is no blob ${sha256}`, { status: 404 });
  const headers = blobHeaders(sha256, options);
  if (request.headers.get("if-none-match")?.includes(sha256) === true) {
    return new Response(null, { status: 304, headers });
  }
  const span = rangeOf(request, sha256, sizeBytes);
  const { start, end } = span ?? { start: 0, end: sizeBytes };
  headers.set("content-length", String(end - start));
  if (span !== undefined) headers.set("content-range", `bytes ${start}-${end - 1}/${sizeBytes}`);
  const status = span === undefined ? 200 : 206;
  if (request.method === "HEAD" || start === end) return new Response(null, { status, headers });
  // Node's own type of a web stream and the one of fetch are the same thing under two names.
  const body = Readable.toWeb(await blobs.open(sha256, { start, end })) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers });
}

/** A range for another version of the bytes (`If-Range`) is no range. */
function rangeOf(request: Request, sha256: string, sizeBytes: number): ByteSpan | undefined {
  const condition = request.headers.get("if-range");
  if (condition !== null && !condition.includes(sha256)) return undefined;
  return parseRange(request.headers.get("range") ?? undefined, sizeBytes);
}

function blobHeaders(sha256: string, { type = OCTETS, filename, immutable = true }: BlobAnswerOptions): Headers {
  return new Headers({
    "content-type": type,
    "content-disposition": `attachment; ${filenames(filename ?? sha256.slice(0, 16))}`,
    "content-security-policy": SANDBOX_POLICY,
    etag: `"${sha256}"`,
    "accept-ranges": "bytes",
    // `private`, because it may need a token.
    "cache-control": immutable ? "private, max-age=31536000, immutable" : "private, no-cache",
  });
}

/** Parameters of `Content-Disposition` (RFC 6266): a plain name for old browsers, and the true one in UTF-8. */
function filenames(name: string): string {
  const plain = name.replaceAll(/[^\w. -]/g, "_");
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return plain === name ? `filename="${plain}"` : `filename="${plain}"; filename*=UTF-8''${encoded}`;
}
