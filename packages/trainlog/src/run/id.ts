/** @file Ids: sortable by time, readable, and unlikely to meet. */

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * Makes a run id such as `20261121-015502-k3x9f2ab`: start time in UTC, then 8 random characters (41 bits), so that ids sort by time and two
 * runs of one second do not meet.
 *
 * @param nowMs - Start time, milliseconds since 1970.
 */
export function newRunId(nowMs: number = Date.now()): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${randomText(8)}`;
}

/** `length` random characters of `0-9a-z`, from the platform's cryptographic generator. */
export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
