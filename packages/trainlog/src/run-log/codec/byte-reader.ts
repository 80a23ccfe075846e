/** @file The opposite of the byte writer: every read is checked against the end, since bytes come from disks and from strangers. */
import { TrainlogError } from "../../run/error.ts";

// `fatal`: invalid UTF-8 is damage, not U+FFFD. `ignoreBOM`: a key may begin with U+FEFF and must come back so.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The error for bytes that are not what the format says. */
export function badBatch(message: string, cause?: unknown): TrainlogError {
  return new TrainlogError("run-log/bad-batch", `batch: ${message}`, { status: 400, cause });
}

/** Decodes UTF-8. @throws TrainlogError `run-log/bad-batch` for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw badBatch(`${bytes.length} bytes of text are not valid UTF-8`, cause);
  }
}

/** Reads `bytes[position … end)`. Every method throws TrainlogError `run-log/bad-batch` instead of reading past `end`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Bytes left. */
  get left(): number {
    return this.end - this.position;
  }

  /** Steps over `count` bytes and gives the position where they began. */
  skip(count: number): number {
    const start = this.position;
    if (count > this.end - start) {
      throw badBatch(`${count} bytes expected at byte ${start}, ${this.end - start} are there`);
    }
    this.position = start + count;
    return start;
  }

  /** A view (not a copy) of the next `count` bytes. */
  take(count: number): Uint8Array {
    const start = this.skip(count);
    return this.bytes.subarray(start, start + count);
  }

  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  /** A natural number up to 2^53. */
  uvarint(): number {
    let byte = this.u8();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; scale <= 2 ** 49; scale *= 128) {
      byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > 2 ** 53) break;
        return value;
      }
    }
    throw badBatch(`the integer before byte ${this.position} is above 2^53`);
  }

  /** A zig-zag coded integer. */
  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : (value + 1) / -2;
  }

  f64(): number {
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.#view.getFloat64(this.skip(8), true);
  }

  /** Checks that what was just read ended at `position`, as its stated length says. */
  expectAt(position: number): void {
    if (this.position !== position)
      throw badBatch(`a block ends at byte ${this.position}, its length says ${position}`);
  }

  /** UTF-8 text of `byteLength` bytes. */
  utf8(byteLength: number): string {
    return decodeUtf8(this.take(byteLength));
  }
}
