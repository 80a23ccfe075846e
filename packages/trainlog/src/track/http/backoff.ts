/** @file How long to wait before trying again. */

const FIRST_MS = 500;
const LONGEST_MS = 60_000;

/**
 * Exponential back-off with full jitter (Brooker, "Exponential Backoff and Jitter", AWS 2015): spreads the clients of a server that comes back.
 *
 * @param failures - Failures in a row, 1 or more.
 * @param random - From 0 to 1.
 * @returns Milliseconds, at least a tenth of the first delay so that a loop never spins.
 */
export function backoffMs(failures: number, random: number = Math.random()): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(FIRST_MS / 10, ceiling * random);
}

/**
 * Reads a `Retry-After` header (RFC 9110 §10.2.3): seconds or a date.
 *
 * @returns Milliseconds to wait, at most 5 minutes (a server that says tomorrow is asked sooner); `undefined` when there is none to read.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), 300_000) : undefined;
}
