/** @file Bytes of a file as text, and as lines. */
import { TrainlogError } from "../../run/error.ts";
import type { InputFile } from "./input-file.ts";

/** Longest line that is read, in characters. A run's longest event is 64 MiB; what is longer is no file of lines. */
const MAX_LINE_CHARACTERS = 128 * 1024 * 1024;

/** The text of a file in pieces, without a byte order mark. @throws TrainlogError `import/bad-utf8`. */
export async function* textOf(file: InputFile): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let readBytes = 0;
  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      const message = `${file.name}: expected UTF-8 text, got something else after byte ${readBytes}; save the file as UTF-8`;
      throw new TrainlogError("import/bad-utf8", message, { cause, status: 400 });
    }
  };
  for await (const chunk of file.bytes()) {
    yield decode(chunk);
    readBytes += chunk.length;
  }
  yield decode(undefined);
}

/** One line: its number, from 1, and its text without its end. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** The lines of a file that are not blank, in blocks, because a promise per line costs more than reading it. */
export async function* linesOf(file: InputFile): AsyncGenerator<TextLine[]> {
  let rest = "";
  let number = 0;
  for await (const text of textOf(file)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE_CHARACTERS) throw tooLong(file, number + parts.length + 1);
    yield parts.map((part) => ({ number: ++number, text: withoutReturn(part) })).filter(isFilled);
  }
  yield [{ number: number + 1, text: withoutReturn(rest) }].filter(isFilled);
}

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

function isFilled({ text }: TextLine): boolean {
  return text.trim() !== "";
}

function tooLong(file: InputFile, line: number): TrainlogError {
  return new TrainlogError(
    "import/bad-format",
    `${file.name}, line ${line}: longer than ${MAX_LINE_CHARACTERS} characters; this is no file of lines`,
    { status: 400 },
  );
}
