/** @file The `Range` header (RFC 9110, section 14): one range of bytes. */
import { TrainlogError } from "../../run/error.ts";

/** Bytes `[start, end)`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header.
 *
 * @param header - For example `bytes=0-99`, `bytes=100-`, `bytes=-50`.
 * @param sizeBytes - Size of the whole.
 * @returns The span, or undefined when all is to be sent: no header, another unit, or several ranges (which a server may ignore).
 * @throws TrainlogError `blob/bad-range` (416) for a range outside the bytes.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteSpan | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return undefined;
  const span = first === "" ? suffix(Number(last), sizeBytes) : fromTo(Number(first), last, sizeBytes);
  if (span.start < span.end) return span;
  throw new TrainlogError("blob/bad-range", `range ${JSON.stringify(header)}: there are ${sizeBytes} bytes`, {
    status: 416,
  });
}

function suffix(length: number, sizeBytes: number): ByteSpan {
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes };
}

function fromTo(start: number, last: string, sizeBytes: number): ByteSpan {
  return { start, end: last === "" ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
}
