/**
 * @file A growable buffer that every encoder writes into.
 *
 * One buffer grows by doubling and is used again for the next batch, so that encoding allocates nothing per value. Integers are LEB128 varints, as in
 * Protocol Buffers; signed ones are zig-zag coded first. All of it is arithmetic on doubles above 31 bits, because steps go up to 2^53.
 */

const UTF8 = new TextEncoder();

/** Magnitude up to which an integer can be zig-zag coded exactly: doubled, it stays at or below 2^53. */
export const MAX_ZIGZAG: number = 2 ** 52;

/** Bytes that {@link ByteWriter.uvarint} takes for `value`. */
export function uvarintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Maps an integer of magnitude up to {@link MAX_ZIGZAG} to a natural number: 0, −1, 1, −2, … become 0, 1, 2, 3, … */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}

/** Appends numbers and bytes to a buffer that grows. Little-endian. */
export class ByteWriter {
  /** The buffer; only `bytes[0 … length)` is written. Replaced when it grows. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of bytes written. */
  length = 0;
  #view: DataView;

  constructor(capacityBytes = 1024) {
    this.bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Appends one byte. */
  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  /** Writes a 32-bit unsigned integer at `at`, which lies inside what is written. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Appends a natural number up to 2^53 in 1 to 8 bytes. */
  uvarint(value: number): void {
    this.ensure(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** Appends an integer of magnitude up to {@link MAX_ZIGZAG}. */
  varint(value: number): void {
    this.uvarint(zigzag(value));
  }

  /** Appends a float64. */
  f64(value: number): void {
    this.ensure(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** Appends `values` as float64. */
  f64Array(values: Float64Array): void {
    // A view for the copy costs as much as some dozen stores.
    if (values.length >= 32) {
      this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      return;
    }
    this.ensure(values.length * 8);
    for (let i = 0; i < values.length; i++, this.length += 8) this.#view.setFloat64(this.length, values[i]!, true);
  }

  /** Appends `values` rounded to float32. */
  f32Array(values: Float64Array): void {
    this.ensure(values.length * 4);
    for (let i = 0; i < values.length; i++, this.length += 4) this.#view.setFloat32(this.length, values[i]!, true);
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends text as UTF-8, without its length. */
  utf8(text: string): void {
    this.ensure(text.length * 3);
    const { written } = UTF8.encodeInto(text, this.bytes.subarray(this.length));
    this.length += written;
  }

  /** Starts a block whose byte length is written in front of it by {@link endBlock}. */
  beginBlock(): number {
    this.u8(0);
    return this.length;
  }

  /** Writes the length of the block that began at `start`. A block of 128 bytes or more moves up to make room for a longer varint. */
  endBlock(start: number): void {
    const blockBytes = this.length - start;
    const extra = uvarintBytes(blockBytes) - 1;
    if (extra > 0) {
      this.ensure(extra);
      this.bytes.copyWithin(start + extra, start, this.length);
    }
    this.length = start - 1;
    this.uvarint(blockBytes);
    this.length += blockBytes;
  }
}
