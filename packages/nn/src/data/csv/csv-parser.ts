/**
 * @file CSV as RFC 4180 describes it, from text that comes in pieces.
 *
 * Fields in double quotes may hold delimiters, line ends and doubled quotes. Lines end with CRLF, LF or CR. Quotes inside of an unquoted field are
 * themselves. What the RFC leaves open is an error with its place: text after a closing quote, a quote that never closes.
 */
import { TrainlogError } from "../../error.ts";

/** One record: a row of the table. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** Line of the file on which the record begins, counting from 1. */
  readonly line: number;
}

/** Takes text in pieces, gives the records that are complete. */
export interface CsvParser {
  push(text: string): CsvRecord[];
  /** The last record, when the file does not end with a line end. */
  end(): CsvRecord[];
}

/** The longest field: a quote that is never closed must not swallow a file of gigabytes first. */
const MAX_FIELD_LENGTH = 2 ** 24;

const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Where the parser stands inside of a record. */
type Place = "field start" | "plain field" | "quoted field" | "after quote";

/**
 * A parser of one file.
 *
 * @param options.delimiter - One character between the fields.
 * @param options.what - Names the file in errors.
 * @throws TrainlogError (from `push` and `end`) `csv/bad-quote`, `csv/unclosed-quote`.
 */
export function csvParser({ delimiter, what }: { readonly delimiter: string; readonly what: string }): CsvParser {
  const separator = delimiter.charCodeAt(0);
  let place: Place = "field start";
  let field = "";
  let fields: string[] = [];
  let line = 1;
  let recordLine = 1;
  let quoteLine = 1;
  /** The last character was a CR that ended a record: an LF that follows belongs to it. */
  let afterCr = false;
  let records: CsvRecord[] = [];

  const endField = (): void => {
    fields.push(field);
    field = "";
    place = "field start";
  };
  const endRecord = (): void => {
    // A line without a character is no record of one empty field, except where the table has one column; there nothing is lost either.
    const isBlank = fields.length === 0 && place === "field start";
    if (!isBlank) {
      endField();
      records.push({ fields, line: recordLine });
      fields = [];
    }
    line += 1;
    recordLine = line;
  };

  const quoted = (text: string, at: number): number => {
    const found = text.indexOf('"', at);
    const end = found < 0 ? text.length : found;
    const part = text.slice(at, end);
    field += part;
    line += countLineEnds(part);
    if (field.length > MAX_FIELD_LENGTH) throw unclosed(what, quoteLine);
    if (found < 0) return end;
    place = "after quote";
    return end + 1;
  };

  const plain = (text: string, at: number): number => {
    let end = at;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === separator || code === LF || code === CR) break;
    }
    field += text.slice(at, end);
    if (end > at) place = "plain field";
    return end;
  };

  const step = (text: string, at: number): number => {
    if (place === "quoted field") return quoted(text, at);
    const code = text.charCodeAt(at);
    const skipped = afterCr && code === LF;
    afterCr = code === CR;
    if (skipped) return at + 1;
    if (code === QUOTE && place === "field start") {
      place = "quoted field";
      quoteLine = line;
    } else if (code === QUOTE && place === "after quote") {
      field += '"';
      place = "quoted field";
    } else if (code === separator) endField();
    else if (code === LF || code === CR) endRecord();
    else if (place === "after quote") throw badQuote(what, line, fields.length);
    else return plain(text, at);
    return at + 1;
  };

  const taken = (): CsvRecord[] => {
    const complete = records;
    records = [];
    return complete;
  };

  return {
    push(text) {
      for (let at = 0; at < text.length; ) at = step(text, at);
      return taken();
    },
    end() {
      if (place === "quoted field") throw unclosed(what, quoteLine);
      if (fields.length > 0 || place !== "field start") endRecord();
      return taken();
    },
  };
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function unclosed(what: string, line: number): TrainlogError {
  return new TrainlogError(
    "csv/unclosed-quote",
    `${what}: the quote that opens a field on line ${line} is never closed`,
  );
}

function badQuote(what: string, line: number, column: number): TrainlogError {
  return new TrainlogError(
    "csv/bad-quote",
    `${what}: on line ${line}, in field ${column + 1}, there is text after the closing quote; a quote inside of a quoted field is written twice ("")`,
  );
}
