/** @file Routes of blobs: bytes by content. */
import {
  type BlobInfo,
  type BlobQuery,
  blobInfo,
  blobQuery,
  type NoQuery,
  sha256 as sha256Schema,
} from "../../api/index.ts";
import { blobAnswer, OCTETS } from "../blob-answer.ts";
import { bodyChunks, declaredBytes, refuseEncoding, tooLarge } from "../request/body.ts";
import { checkRequest } from "../request/request-problem.ts";
import { jsonAnswer, type Route, type RouteRequest, route } from "./route.ts";

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
  return blobAnswer(raw, parts.store().blobs, blobName(param("sha256")), query);
}

function blobName(given: string): string {
  return checkRequest(sha256Schema, given, "query");
}
