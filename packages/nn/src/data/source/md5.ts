/**
 * @file MD5 (RFC 1321), which the publishers of data sets still name their files' contents by. Finds accidents, not attacks; browsers' own hashes do not
 * include it.
 */

const SHIFTS: readonly number[] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
/** floor(2^32 · |sin(i + 1)|): the RFC's table. The sines are nowhere near a multiple of 2^-32, so the last bits of `Math.sin` do not matter. */
const CONSTANTS: Int32Array = Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32),
);
const BLOCK_BYTES = 64;

/** The checksum as 32 hexadecimal digits. */
export function md5(bytes: Uint8Array): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const wholeBytes = bytes.length - (bytes.length % BLOCK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < wholeBytes; at += BLOCK_BYTES) addBlock(state, view, at);
  const tail = lastBlocks(bytes.subarray(wholeBytes), bytes.length);
  for (let at = 0; at < tail.byteLength; at += BLOCK_BYTES) addBlock(state, tail, at);
  return [...new Uint8Array(state.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is left, a 1 bit, zeros, and the length in bits. */
function lastBlocks(rest: Uint8Array, sizeBytes: number): DataView {
  const padded = new Uint8Array(rest.length + 9 > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(sizeBytes) * 8n, true);
  return view;
}

function addBlock(state: Int32Array, view: DataView, at: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4;
    const { mix, word } = roundOf(round, i, b, c, d);
    const sum = (a + mix + (CONSTANTS[i] ?? 0) + view.getInt32(at + word * 4, true)) | 0;
    const shift = SHIFTS[round * 4 + (i & 3)] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  for (const [i, value] of [a, b, c, d].entries()) state[i] = ((state[i] ?? 0) + value) | 0;
}

/** The round's function of three state words, and which word of the block it takes. */
function roundOf(
  round: number,
  i: number,
  b: number,
  c: number,
  d: number,
): { readonly mix: number; readonly word: number } {
  if (round === 0) return { mix: (b & c) | (~b & d), word: i };
  if (round === 1) return { mix: (d & b) | (~d & c), word: (5 * i + 1) & 15 };
  if (round === 2) return { mix: b ^ c ^ d, word: (3 * i + 5) & 15 };
  return { mix: c ^ (b | ~d), word: (7 * i) & 15 };
}
