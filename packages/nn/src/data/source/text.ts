/** @file UTF-8 text from a source: decoded strictly, piece by piece or line by line. */
import { TrainlogError } from "../../error.ts";

/** A line of a file, without its end. */
export interface Line {
  readonly text: string;
  /** Counting from 1. */
  readonly number: number;
}

/**
 * The text of a stream of bytes; a byte order mark at its beginning is left out.
 *
 * @param what - Names the source in errors.
 * @throws TrainlogError `data/not-utf8` naming the piece of the file that is not UTF-8.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    yield decodeChunk(decoder, chunk, sizeBytes, what);
    sizeBytes += chunk.length;
  }
  yield decodeChunk(decoder, undefined, sizeBytes, what);
}

/** Lines of a text, ended by LF or CRLF, as many at a time as a piece of the text ends. An empty last line is none. */
export async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let begun = "";
  let number = 0;
  for await (const text of texts) {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    const before = number;
    number += lines.length;
    yield lines.map((line, i) => ({ text: line.endsWith("\r") ? line.slice(0, -1) : line, number: before + i + 1 }));
  }
  if (begun !== "") yield [{ text: begun, number: number + 1 }];
}

function decodeChunk(decoder: TextDecoder, chunk: Uint8Array | undefined, offset: number, what: string): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    const place =
      chunk === undefined ? `at its end (byte ${offset})` : `between bytes ${offset} and ${offset + chunk.length}`;
    throw new TrainlogError(
      "data/not-utf8",
      `${what} is not UTF-8 text: ${place} there are bytes that stand for no character`,
      {
        cause,
      },
    );
  }
}
