/**
 * @file Reading request bodies within bounds.
 *
 * A body is counted while it arrives, whatever its headers claim; a compressed one by what it unpacks to.
 */
import { TrainlogError } from "../../run/error.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";
import { decompressed, encodingOf } from "./decompress.ts";
import { RequestProblem } from "./request-problem.ts";

/** Deepest nesting of a JSON body: far more than any configuration, far less than what overflows a stack. */
export const MAX_JSON_DEPTH = 100;

/** Longest time for a body that is read whole: 64 MiB at half a megabyte per second. */
const BODY_TIMEOUT_MS = 120_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `]`; the braces differ from them by one bit only, {@link BRACE_BIT}. */
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BRACE_BIT = 0x20;

/** How to read a body. */
export interface BodyOptions {
  readonly maxBytes: number;
  /** Hears of each piece, in bytes, before it is kept; may throw to refuse the rest. */
  readonly take?: (bytes: number) => void;
  /** Longest time that the body may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Reads a body whole.
 *
 * @throws TrainlogError `api/body-too-large` (413), `api/bad-encoding` (415), `api/bad-compression` (400), `api/body-lost` (408) when the connection broke or was too slow, and what
 *   `take` throws.
 */
export async function readBody(request: Request, options: BodyOptions): Promise<Uint8Array> {
  const { maxBytes, take } = options;
  const encoding = encodingOf(request);
  if (declaredBytes(request) > maxBytes) throw tooLarge(maxBytes);
  const arriving = bodyChunks(request, options.timeoutMs ?? BODY_TIMEOUT_MS);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of encoding === undefined ? arriving : decompressed(arriving, encoding)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    take?.(chunk.byteLength);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, sizeBytes);
}

/** Size that the client declared, in bytes; 0 when it did not. */
export function declaredBytes(request: Request): number {
  const declared = Number(request.headers.get("content-length") ?? 0);
  return Number.isFinite(declared) ? declared : 0;
}

/**
 * The body piece by piece; an early end is an error of its own.
 *
 * @param timeoutMs - Longest time for all of it; a body that takes longer is cut off.
 */
export async function* bodyChunks(request: Request, timeoutMs?: number): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  let late = false;
  const cutOff = (): void => {
    late = true;
    reader.cancel().catch(() => undefined);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(cutOff, timeoutMs).unref();
  try {
    for (let piece = await read(reader); !piece.done; piece = await read(reader)) yield piece.value;
    if (late) throw bodyLost("the body took too long to arrive");
  } finally {
    clearTimeout(timer);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw bodyLost("the connection broke before the body was complete", cause);
  }
}

function bodyLost(what: string, cause?: unknown): TrainlogError {
  return new TrainlogError("api/body-lost", `${what}; send it again`, { cause, status: 408 });
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

/** A body with fewer opening brackets than levels allowed cannot be too deep: true of columns of numbers, where walking every byte would cost most. */
function hasFewBrackets(bytes: Uint8Array): boolean {
  let brackets = 0;
  for (const opener of [OPEN, OPEN | BRACE_BIT]) {
    for (let at = bytes.indexOf(opener); at >= 0; at = bytes.indexOf(opener, at + 1)) {
      brackets += 1;
      if (brackets > MAX_JSON_DEPTH) return false;
    }
  }
  return true;
}

function tooDeep(): RequestProblem {
  return new RequestProblem("api/bad-json", `the body nests deeper than ${MAX_JSON_DEPTH} levels`);
}

/** Counts brackets outside strings, on the bytes: UTF-8 never hides an ASCII byte inside another character. */
function checkDepth(bytes: Uint8Array): void {
  if (hasFewBrackets(bytes)) return;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if ((byte & ~BRACE_BIT) === OPEN) {
      depth++;
      if (depth > MAX_JSON_DEPTH) throw tooDeep();
    } else if ((byte & ~BRACE_BIT) === CLOSE) depth--;
  }
}
