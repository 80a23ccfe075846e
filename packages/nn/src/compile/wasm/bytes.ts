/** @file A growing stretch of bytes in the encodings of WebAssembly's binary format. */

/** Bytes that are appended to; numbers as LEB128, the format's variable-length encoding. */
export class Bytes {
  private data: Uint8Array = new Uint8Array(256);
  private used = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.used;
  }

  /** What was written, without copying; valid until the next write. */
  view(): Uint8Array {
    return this.data.subarray(0, this.used);
  }

  /** One byte. */
  byte(value: number): void {
    if (this.used === this.data.length) this.grow(1);
    this.data[this.used] = value;
    this.used += 1;
  }

  /** Bytes as they are. */
  append(bytes: ArrayLike<number>): void {
    if (this.used + bytes.length > this.data.length) this.grow(bytes.length);
    this.data.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Unsigned LEB128 of a 32-bit number. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit number (2^31 and above mean their two's complement). */
  signed(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return;
    }
  }

  /** An IEEE binary32, little-endian. */
  float32(value: number): void {
    this.append(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** An IEEE binary64, little-endian. */
  float64(value: number): void {
    this.append(new Uint8Array(Float64Array.of(value).buffer));
  }

  /** A name: length and UTF-8. */
  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  /** Bytes preceded by their number. */
  sized(bytes: Uint8Array): void {
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.used + needed));
    larger.set(this.view());
    this.data = larger;
  }
}
