/**
 * @file The kernels for engines without relaxed SIMD (Safari, older Chromium and Firefox), made from those with it.
 *
 * The two differ in fused multiply-add alone, so one is carried and the other derived: where the operands a, b, c lie on the stack, c is put aside, the
 * product is rounded, and c is added. Compilers of WebAssembly keep such a local in a register.
 */

/** What stands for an instruction whose third operand was put aside in a local: what comes before and behind reading it. */
interface Replacement {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const SIMD = 0xfd;
const V128 = 0x7b;
const Section = { type: 1, function: 3, code: 10 } as const;
const HEADER_BYTES = 8;

const MUL = [SIMD, 0xe6, 0x01];
const NEG = [SIMD, 0xe1, 0x01];
const ADD = [SIMD, 0xe4, 0x01];
/** By the second byte of `f32x4.relaxed_madd` and `f32x4.relaxed_nmadd`; the third is 2. */
const REPLACEMENTS: ReadonlyMap<number, Replacement> = new Map([
  [0x85, { before: MUL, behind: ADD }],
  [0x86, { before: [...MUL, ...NEG], behind: ADD }],
]);
const RELAXED_BYTES = 3;

/**
 * The module with multiplication and addition in place of each fused multiply-add.
 *
 * @param module - Built kernels: no other relaxed instruction, and no number in the code that looks like one (`build-kernels.ts` makes sure).
 */
export function withoutRelaxed(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module.subarray(HEADER_BYTES));
  const written: number[] = [...module.subarray(0, HEADER_BYTES)];
  let paramCounts: readonly number[] = [];
  let types: readonly number[] = [];
  while (!reader.ended) {
    const section = reader.byte();
    let contents = reader.sized();
    const parts = new Reader(contents);
    if (section === Section.type) paramCounts = parts.list(() => paramCount(parts));
    if (section === Section.function) types = parts.list(() => parts.unsigned());
    if (section === Section.code) {
      const bodies = parts.list(() => parts.sized());
      const rewritten = bodies.flatMap((body, i) => sized(rewriteBody(body, paramCounts[types[i] ?? 0] ?? 0)));
      contents = Uint8Array.from([...unsigned(bodies.length), ...rewritten]);
    }
    written.push(section);
    append(written, sized(contents));
  }
  return Uint8Array.from(written);
}

/** The places in code that hold a fused multiply-add. */
export function relaxedPlaces(code: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = code.indexOf(SIMD); at >= 0; at = code.indexOf(SIMD, at + 1)) {
    if (REPLACEMENTS.has(code[at + 1] ?? 0) && code[at + 2] === 0x02) places.push(at);
  }
  return places;
}

function rewriteBody(body: Uint8Array, params: number): ArrayLike<number> {
  const places = relaxedPlaces(body);
  if (places.length === 0) return body;
  const reader = new Reader(body);
  let locals = params;
  const groups = reader.list(() => {
    const start = reader.at;
    locals += reader.unsigned();
    reader.byte();
    return [...body.subarray(start, reader.at)];
  });
  const aside = unsigned(locals);
  const written = [...unsigned(groups.length + 1), ...groups.flat(), 1, V128];
  let from = reader.at;
  for (const place of places) {
    const { before, behind } = REPLACEMENTS.get(body[place + 1] ?? 0) ?? { before: [], behind: [] };
    append(written, body.subarray(from, place));
    written.push(LOCAL_SET, ...aside, ...before, LOCAL_GET, ...aside, ...behind);
    from = place + RELAXED_BYTES;
  }
  append(written, body.subarray(from));
  return written;
}

function paramCount(reader: Reader): number {
  reader.byte(); // "function type"
  const params = reader.sized();
  reader.sized();
  return params.length;
}

function append(bytes: number[], more: ArrayLike<number>): void {
  for (let i = 0; i < more.length; i += 1) bytes.push(more[i] ?? 0);
}

function sized(contents: ArrayLike<number>): number[] {
  const bytes = unsigned(contents.length);
  append(bytes, contents);
  return bytes;
}

/** A number as WebAssembly writes it (LEB128). */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

class Reader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    this.at += 1;
    return this.bytes[this.at - 1] ?? 0;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Bytes behind their number. */
  sized(): Uint8Array {
    const length = this.unsigned();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  list<T>(entry: () => T): T[] {
    return Array.from({ length: this.unsigned() }, entry);
  }
}
