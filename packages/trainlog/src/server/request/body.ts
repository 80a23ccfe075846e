/**
 * @file Reading request bodies within bounds.
 *
 * A body is counted while it arrives, whatever its headers claim. Bodies come uncompressed: a compressed one would make the bound meaningless, and
 * the binary form is dense already.
 */
import { TrainlogError } from "../../run/error.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";
import { RequestProblem } from "./request-problem.ts";

/** Deepest nesting of a JSON body: far more than any configuration, far less than what overflows a stack. */
export const MAX_JSON_DEPTH = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSERS: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Reads a body whole.
 *
 * @throws TrainlogError `api/body-too-large` (413), `api/bad-encoding` (415), `api/body-lost` (408) when the connection broke.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  refuseEncoding(request);
  if (declaredBytes(request) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bodyChunks(request)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, sizeBytes);
}

/** Size that the client declared, in bytes; 0 when it did not. */
export function declaredBytes(request: Request): number {
  const declared = Number(request.headers.get("content-length") ?? 0);
  return Number.isFinite(declared) ? declared : 0;
}

/** The body piece by piece; an early end is an error of its own. */
export async function* bodyChunks(request: Request): AsyncGenerator<Uint8Array, void, undefined> {
  if (request.body === null) return;
  try {
    yield* request.body;
  } catch (cause) {
    throw new TrainlogError("api/body-lost", "the connection broke before the body was complete; send it again", {
      cause,
      status: 408,
    });
  }
}

/**
 * Parses a JSON body. Numbers that JSON cannot say are read from `{"$float": "NaN"}` and the like.
 *
 * @throws RequestProblem `api/bad-json` for invalid UTF-8, text that is not JSON, and nesting deeper than {@link MAX_JSON_DEPTH}.
 */
export function parseJson(bytes: Uint8Array): unknown {
  checkDepth(bytes);
  const text = decodeUtf8(bytes);
  if (text.trim() === "") throw new RequestProblem("api/bad-json", "the body is empty; expected JSON");
  try {
    return fromEventJson(text);
  } catch (error) {
    throw new RequestProblem("api/bad-json", `the body is not JSON: ${(error as Error).message}`);
  }
}

/** Refuses a body of the wrong kind, so that a form of a foreign page cannot pass as one of ours. */
export function requireType(request: Request, expected: readonly string[]): string {
  const given = (request.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (expected.includes(given)) return given;
  const message = `content-type: expected ${expected.join(" or ")}, got ${given === "" ? "none" : JSON.stringify(given)}`;
  throw new TrainlogError("api/bad-content-type", message, { status: 415 });
}

/** @throws TrainlogError `api/bad-encoding` (415) for a compressed body. */
export function refuseEncoding(request: Request): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || encoding.toLowerCase() === "identity") return;
  const message = `content-encoding: expected none, got ${JSON.stringify(encoding.slice(0, 40))}; send the body uncompressed`;
  throw new TrainlogError("api/bad-encoding", message, { status: 415 });
}

/** The error for a body above its limit. */
export function tooLarge(maxBytes: number): TrainlogError {
  return new TrainlogError(
    "api/body-too-large",
    `the body is larger than ${maxBytes} bytes; send it in smaller parts`,
    {
      status: 413,
    },
  );
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RequestProblem("api/bad-json", "the body is not valid UTF-8");
  }
}

/** Counts brackets outside strings, on the bytes: UTF-8 never hides an ASCII byte inside another character. */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENERS.has(byte)) depth++;
    else if (CLOSERS.has(byte)) depth--;
    if (depth > MAX_JSON_DEPTH) {
      throw new RequestProblem("api/bad-json", `the body nests deeper than ${MAX_JSON_DEPTH} levels`);
    }
  }
}
