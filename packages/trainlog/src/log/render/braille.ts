/** @file A canvas of braille characters: 2 × 4 dots each, the finest that plain text can draw. */

/** U+2800 plus the bit of each dot, by column and row. */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** A canvas of `columns × rows` characters, that is `2·columns × 4·rows` dots. Grows dark by drawing. */
export class BrailleCanvas {
  readonly columns: number;
  readonly rows: number;
  readonly #bits: Uint8Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#bits = new Uint8Array(columns * rows);
  }

  /** Sets one dot; outside the canvas nothing happens. (0, 0) is the top left. */
  dot(x: number, y: number): void {
    const column = x >> 1;
    const row = y >> 2;
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    this.#bits[row * this.columns + column]! |= DOT_BITS[x & 1]![y & 3]!;
  }

  /** Draws a straight line between two dots, both included. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let i = 0; i <= length; i++) {
      const t = length === 0 ? 0 : i / length;
      this.dot(Math.round(x0 + t * (x1 - x0)), Math.round(y0 + t * (y1 - y0)));
    }
  }

  /** The rows as text, each `columns` wide; an empty cell is a space. */
  toRows(): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      const bits = this.#bits.subarray(row * this.columns, (row + 1) * this.columns);
      return Array.from(bits, (cell) => (cell === 0 ? " " : String.fromCodePoint(0x2800 + cell))).join("");
    });
  }
}
