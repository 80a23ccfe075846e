/** @file From a logged media value to its event: bytes to the blob store, a large payload too. */
import type { BlobRef, MediaEvent } from "../run/event.ts";
import type { JsonObject } from "../run/json.ts";
import { type BlobSource, MAX_INLINE_BYTES, type Media } from "../run/media.ts";
import { toEventJson } from "../run-log/codec/event-json.ts";

/** Keeps bytes; a promise where the platform has nothing synchronous. */
export type PutBlob = (source: BlobSource) => BlobRef | Promise<BlobRef>;

/** Where and when a media value was logged. */
export interface MediaPlace {
  readonly key: string;
  readonly step: number;
  readonly wallMs: number;
  /** Place in the array of media values under one key. */
  readonly index?: number;
}

/**
 * Makes the event of a media value.
 *
 * @param putBlob - Absent: only the description is kept.
 * @returns A promise when `putBlob` gives one.
 */
export function mediaEvent(
  value: Media,
  place: MediaPlace,
  putBlob: PutBlob | undefined,
): MediaEvent | Promise<MediaEvent> {
  const { data, sources } = movedOut(value);
  const { index, ...where } = place;
  const event = (blobs: readonly BlobRef[]): MediaEvent => ({
    type: "media",
    ...where,
    kind: value.kind,
    data: index === undefined ? data : { ...data, index },
    ...(blobs.length === 0 ? {} : { blobs }),
  });
  if (putBlob === undefined || sources.length === 0) return event([]);
  const blobs = sources.map(putBlob);
  return blobs.every(isRef) ? event(blobs) : Promise.all(blobs).then(event);
}

/** Moves a payload that is too large for an event into a blob, as `run/media.ts` says. */
function movedOut(value: Media): { readonly data: JsonObject; readonly sources: readonly BlobSource[] } {
  const { data, sources } = value;
  if (Object.values(data).every((field) => typeof field !== "object" && String(field).length < 1024))
    return { data, sources };
  const bytes = new TextEncoder().encode(toEventJson(data));
  if (bytes.length <= MAX_INLINE_BYTES) return { data, sources };
  const short = Object.fromEntries(Object.entries(data).filter(([, field]) => isShort(field)));
  return { data: { ...short, payload: "blob" }, sources: [...sources, { bytes, mime: "application/json" }] };
}

function isShort(field: JsonObject[string]): boolean {
  return typeof field === "string" ? field.length <= 256 : typeof field !== "object" || field === null;
}

function isRef(blob: BlobRef | Promise<BlobRef>): blob is BlobRef {
  return "sha256" in blob;
}
