/**
 * @file CSV as RFC 4180 says it: fields that hold a comma, a quote or a line end stand in quotes, and quotes in them are doubled.
 *
 * A field that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is a formula to spreadsheets. Metric keys come from scripts, so they can be one; but a
 * mark before them would change the data for every other reader. So fields are written as they are, what looks like a formula is counted, and who opens the file in
 * a spreadsheet asks for the mark (`'`).
 */

const NEEDS_QUOTES = /[",\r\n]/;
const FORMULA = /^[=+\-@\t\r]/;

/** Writes lines of CSV. */
export class CsvLines {
  /** Texts that a spreadsheet would take for formulas. */
  formulas = 0;
  readonly #marksFormulas: boolean;

  constructor(marksFormulas: boolean) {
    this.#marksFormulas = marksFormulas;
  }

  /** A field of text that came from a script. */
  text(text: string): string {
    if (!FORMULA.test(text)) return quoted(text);
    this.formulas += 1;
    return quoted(this.#marksFormulas ? `'${text}` : text);
  }
}

/** A field, in quotes where it needs them. */
export function quoted(field: string): string {
  return NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Ends every record; RFC 4180 says CRLF. */
export const LINE_END = "\r\n";
