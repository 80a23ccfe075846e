/**
 * @file Routes of blobs: bytes by content.
 *
 * What a run brought along may be anything, an HTML page with a script in it too. So a blob is always an attachment, in a sandbox, with a type that
 * never runs; a page of the dashboard may ask for one of a few media types to show.
 */
import { Readable } from "node:stream";
import {
  type BlobInfo,
  type BlobQuery,
  blobInfo,
  blobQuery,
  type NoQuery,
  sha256 as sha256Schema,
} from "../../api/index.ts";
import { TrainlogError } from "../../run/error.ts";
import { SANDBOX_POLICY } from "../access/headers.ts";
import { bodyChunks, declaredBytes, refuseEncoding, tooLarge } from "../request/body.ts";
import { type ByteSpan, parseRange } from "../request/byte-range.ts";
import { checkRequest } from "../request/request-problem.ts";
import { jsonAnswer, type Route, type RouteRequest, route } from "./route.ts";

const OCTETS = "application/octet-stream";

/** Upload and download. `HEAD` is answered by the route of `GET` (hono drops the body). */
export const blobRoutes: readonly Route[] = [
  route<BlobInfo, NoQuery>({
    method: "PUT",
    path: "/blobs/:sha256",
    summary: "Store bytes whose SHA-256 is the one in the address; 201 when they are new, 200 when they were there",
    media: { body: [OCTETS] },
    answer: blobInfo,
    handle: storeBlob,
  }),
  route<never, BlobQuery>({
    method: "GET",
    path: "/blobs/:sha256",
    summary: "Bytes by their SHA-256; ranges and If-None-Match are honoured",
    query: blobQuery,
    media: { answer: OCTETS },
    handle: sendBlob,
  }),
];

async function storeBlob({ parts, raw, param }: RouteRequest<NoQuery, undefined>): Promise<Response> {
  const sha256 = blobName(param("sha256"));
  const maxBytes = parts.limits.blobBytes;
  refuseEncoding(raw);
  if (declaredBytes(raw) > maxBytes) throw tooLarge(maxBytes);
  const { blobs } = parts.store();
  const knownBytes = await blobs.size(sha256);
  if (knownBytes !== undefined) {
    return jsonAnswer({ sha256, sizeBytes: knownBytes } satisfies BlobInfo);
  }
  const stored = await blobs.put(bodyChunks(raw), { expectedSha256: sha256, maxBytes });
  return jsonAnswer({ sha256: stored.sha256, sizeBytes: stored.sizeBytes } satisfies BlobInfo, 201);
}

async function sendBlob({ parts, raw, param, query }: RouteRequest<BlobQuery, undefined>): Promise<Response> {
  const sha256 = blobName(param("sha256"));
  const { blobs } = parts.store();
  const sizeBytes = await blobs.size(sha256);
  if (sizeBytes === undefined) throw new TrainlogError("blob/not-found", `there is no blob ${sha256}`, { status: 404 });
  const headers = blobHeaders(sha256, query.type ?? OCTETS);
  if (raw.headers.get("if-none-match")?.includes(sha256) === true) return new Response(null, { status: 304, headers });
  const span = rangeOf(raw, sha256, sizeBytes);
  const { start, end } = span ?? { start: 0, end: sizeBytes };
  headers.set("content-length", String(end - start));
  if (span !== undefined) headers.set("content-range", `bytes ${start}-${end - 1}/${sizeBytes}`);
  const status = span === undefined ? 200 : 206;
  if (raw.method === "HEAD" || start === end) return new Response(null, { status, headers });
  // Node's own type of a web stream and the one of fetch are the same thing under two names.
  const body = Readable.toWeb(await blobs.open(sha256, { start, end })) as unknown as ReadableStream<Uint8Array>;
  return new Response(body, { status, headers });
}

/** A range for another version of the bytes (`If-Range`) is no range. */
function rangeOf(raw: Request, sha256: string, sizeBytes: number): ByteSpan | undefined {
  const condition = raw.headers.get("if-range");
  if (condition !== null && !condition.includes(sha256)) return undefined;
  return parseRange(raw.headers.get("range") ?? undefined, sizeBytes);
}

function blobHeaders(sha256: string, type: string): Headers {
  return new Headers({
    "content-type": type,
    "content-disposition": `attachment; filename="${sha256.slice(0, 16)}"`,
    "content-security-policy": SANDBOX_POLICY,
    etag: `"${sha256}"`,
    "accept-ranges": "bytes",
    // Content never changes under its name; `private`, because it may need a token.
    "cache-control": "private, max-age=31536000, immutable",
  });
}

function blobName(given: string): string {
  return checkRequest(sha256Schema, given, "query");
}
