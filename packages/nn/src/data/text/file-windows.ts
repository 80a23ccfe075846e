/**
 * @file Examples for next-token prediction from a text file that is too large for memory.
 *
 * Windows begin at multiples of a number of bytes (moved to the next whole character), so any of them can be read without reading what is before it.
 */
import { TrainlogError } from "../../error.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames, checkWhole } from "../options.ts";
import { type DataSource, nameOf, type OpenSource, openSource } from "../source/source.ts";
import { tooShort } from "./text-windows.ts";
import type { Tokeniser } from "./tokeniser.ts";

/** How windows lie in the file. */
export interface FileWindowsOptions<L extends number> {
  /** Tokens per example. */
  readonly length: L;
  /** Bytes from the beginning of one window to that of the next. Default: `length`. */
  readonly strideBytes?: number;
}

/** A data set that holds a file open. */
export interface FileWindows<L extends number> extends Dataset<readonly [L], readonly [L]>, AsyncDisposable {
  /** Closes the file. */
  close(): Promise<void>;
}

/** UTF-8 characters have at most this many bytes. */
const MAX_CHARACTER_BYTES = 4;

/**
 * Windows of a UTF-8 file, read and tokenised when they are asked for: the input is `length` tokens, the target the same stretch one token later.
 * A window that would reach beyond the end becomes the file's last one.
 *
 * @throws TrainlogError `text/too-short` when the file has not `length + 1` tokens, `data/no-file`, `data/bad-option`, `data/unknown-option`; while reading
 *   `data/not-utf8` naming the bytes, `text/unknown-character`.
 *
 * @example
 * await using windows = await Data.fileWindows("books.txt", tokeniser, { length: 256 });
 */
export async function fileWindows<const L extends number>(
  source: DataSource,
  tokeniser: Tokeniser,
  options: FileWindowsOptions<L>,
): Promise<FileWindows<L>> {
  checkOptionNames("fileWindows", options, ["length", "strideBytes"]);
  const { length, strideBytes = length } = options;
  checkWhole("fileWindows: length", length, 1);
  checkWhole("fileWindows: strideBytes", strideBytes, 1);
  const what = nameOf(source, "the text");
  const file = await openSource(source);
  const last = await tokensBefore(file, tokeniser, length + 1, what).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  return {
    length: Math.max(1, Math.floor((file.sizeBytes - 1) / strideBytes)),
    inputShape: [length],
    targetShape: [length],
    inputDType: "int32",
    targetDType: "int32",
    async readInto(indices, inputs, targets) {
      for (let i = 0; i < indices.length; i += 1) {
        const tokens = (await tokensFrom(file, (indices[i] ?? 0) * strideBytes, tokeniser, length + 1, what)) ?? last;
        inputs.set(tokens.subarray(0, length), i * length);
        targets.set(tokens.subarray(1), i * length);
      }
    },
    close: file.close,
    [Symbol.asyncDispose]: file.close,
  };
}

/** `count` tokens from a byte on; undefined when the file ends before. Reads more and more until there are enough. */
async function tokensFrom(
  file: OpenSource,
  start: number,
  tokeniser: Tokeniser,
  count: number,
  what: string,
): Promise<Int32Array | undefined> {
  for (let wantedBytes = count * MAX_CHARACTER_BYTES; ; wantedBytes *= 2) {
    const end = Math.min(start + wantedBytes, file.sizeBytes);
    const tokens = tokeniser.encode(decode(await file.read(start, end), start, end === file.sizeBytes, what));
    if (tokens.length >= count) return tokens.slice(0, count);
    if (end === file.sizeBytes) return undefined;
  }
}

/** The last `count` tokens of the file. */
async function tokensBefore(file: OpenSource, tokeniser: Tokeniser, count: number, what: string): Promise<Int32Array> {
  for (let wantedBytes = count * MAX_CHARACTER_BYTES; ; wantedBytes *= 2) {
    const start = Math.max(0, file.sizeBytes - wantedBytes);
    const tokens = tokeniser.encode(decode(await file.read(start, file.sizeBytes), start, true, what));
    if (tokens.length >= count) return tokens.slice(-count);
    if (start === 0) throw tooShort(what, tokens.length, count - 1);
  }
}

/** The whole characters in a stretch of the file. */
function decode(bytes: Uint8Array, start: number, isEnd: boolean, what: string): string {
  // A stretch may begin and end inside of a character; only what has the form of a continuation is left out.
  let first = 0;
  while (start > 0 && first < MAX_CHARACTER_BYTES - 1 && ((bytes[first] ?? 0) & 0xc0) === 0x80) first += 1;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: start > 0 }).decode(bytes.subarray(first), {
      stream: !isEnd,
    });
  } catch (cause) {
    throw new TrainlogError(
      "data/not-utf8",
      `${what} is not UTF-8 text: between bytes ${start} and ${start + bytes.length} there are bytes that stand for no character`,
      { cause },
    );
  }
}
