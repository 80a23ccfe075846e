/** @file Text → records of CSV (RFC 4180), in pieces as the text comes. */

/** One record: its fields, or what is wrong with it. */
export interface CsvRecord {
  /** Line in which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  readonly fault?: string;
}

/** Longest record, in characters: an open quote must not gather the whole file. */
const MAX_RECORD_CHARACTERS = 64 * 1024 * 1024;

/** Parses CSV that comes in pieces. Blank lines are skipped. */
export class CsvParser {
  readonly #delimiter: string;
  #rest = "";
  #line = 1;
  /** Place of a quote in the rest before which, from where records begin, there is none. */
  #quoteAt = -1;

  constructor(delimiter = ",") {
    this.#delimiter = delimiter;
  }

  /** Takes the next piece of text and gives the records that are complete. */
  push(text: string): CsvRecord[] {
    this.#rest += text;
    return this.#take(false);
  }

  /** Gives what is left when the text has ended. */
  end(): CsvRecord[] {
    return this.#take(true);
  }

  #take(isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    this.#quoteAt = -1;
    let at = 0;
    while (at < this.#rest.length) {
      const found = this.#record(at, isEnd);
      if (found === undefined) break;
      const { fields, fault, end } = found;
      if (fault !== undefined || fields.length > 1 || fields[0] !== "") {
        records.push({ line: this.#line, fields, ...(fault === undefined ? {} : { fault }) });
      }
      this.#line += linesIn(this.#rest, at, end);
      at = end;
    }
    this.#rest = this.#rest.slice(at);
    return records;
  }

  /** The record at a place; `undefined` when more text is needed. */
  #record(start: number, isEnd: boolean): { fields: string[]; fault?: string; end: number } | undefined {
    const text = this.#rest;
    const newLine = text.indexOf("\n", start);
    const lineEnd = newLine < 0 ? text.length : newLine;
    if (this.#nextQuote(start) >= lineEnd) {
      if (newLine < 0 && !isEnd) return undefined;
      return { fields: plainLine(text, start, lineEnd).split(this.#delimiter), end: lineEnd + 1 };
    }
    return this.#quotedRecord(start, isEnd);
  }

  /** Place of the next quote. Searched for once, because most files have none and each search would go to the end of the text. */
  #nextQuote(start: number): number {
    if (this.#quoteAt < start) {
      const found = this.#rest.indexOf('"', start);
      this.#quoteAt = found < 0 ? Infinity : found;
    }
    return this.#quoteAt;
  }

  #quotedRecord(start: number, isEnd: boolean): { fields: string[]; fault?: string; end: number } | undefined {
    const text = this.#rest;
    const fields: string[] = [];
    for (let at = start; ; ) {
      const field = text[at] === '"' ? quotedField(text, at, isEnd) : this.#plainField(at, isEnd);
      if (field === undefined) {
        if (!isEnd && text.length - start < MAX_RECORD_CHARACTERS) return undefined;
        return { fields, fault: "a quote is opened and never closed", end: this.#nextLine(start) };
      }
      fields.push(field.text);
      at = field.end;
      if (at >= text.length) return isEnd ? { fields, end: at } : undefined;
      if (text.startsWith(this.#delimiter, at)) at += this.#delimiter.length;
      else if (text[at] === "\n") return { fields, end: at + 1 };
      else if (text[at] === "\r" && text[at + 1] === "\n") return { fields, end: at + 2 };
      else if (text[at] === "\r" && at + 1 === text.length) return isEnd ? { fields, end: at + 1 } : undefined;
      else return { fields, fault: "text follows a closing quote", end: this.#nextLine(at) };
    }
  }

  /** A field without quotes around it; quotes inside are taken as they are. */
  #plainField(start: number, isEnd: boolean): { text: string; end: number } | undefined {
    const text = this.#rest;
    let end = start;
    while (end < text.length && text[end] !== this.#delimiter && text[end] !== "\n") end++;
    if (end === text.length && !isEnd) return undefined;
    const isLast = end === text.length || text[end] === "\n";
    const trimmed = isLast && end > start && text[end - 1] === "\r" ? end - 1 : end;
    return { text: text.slice(start, trimmed), end: isLast ? end : trimmed };
  }

  #nextLine(at: number): number {
    const newLine = this.#rest.indexOf("\n", at);
    return newLine < 0 ? this.#rest.length : newLine + 1;
  }
}

function plainLine(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end);
}

/** A field in quotes; `undefined` when its end is not there (yet). */
function quotedField(text: string, start: number, isEnd: boolean): { text: string; end: number } | undefined {
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    if (quote + 1 === text.length && !isEnd) return undefined;
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    return { text: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
  }
}

function linesIn(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** The delimiter of a head: the one of comma, semicolon and tab that it has most of. */
export function guessDelimiter(head: string): string {
  const outside = head.replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((sign) => ({ sign, count: outside.split(sign).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}
