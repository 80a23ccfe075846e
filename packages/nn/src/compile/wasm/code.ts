/** @file The body of one WebAssembly function, written instruction by instruction. */
import { Bytes } from "./bytes.ts";
import {
  Op,
  Simd,
  SimdLane,
  type SimdLaneName,
  SimdMemory,
  SimdMemoryLane,
  type SimdMemoryLaneName,
  type SimdMemoryName,
  type SimdName,
  ValueType,
  type ValueTypeCode,
} from "./opcodes.ts";

/** Parameters and results of a function. */
export interface FunctionType {
  readonly params: readonly ValueTypeCode[];
  readonly results: readonly ValueTypeCode[];
}

/** A function that can be called: imported or defined in the module. Its number is known only when the module is complete. */
export interface FunctionRef {
  readonly type: FunctionType;
}

/** Number of a local variable or parameter of the function that is being written. */
export type Local = number;

/** A call whose target's number is still to be written into the code. */
interface PendingCall {
  readonly at: number;
  readonly target: FunctionRef;
}

/** `call` is written with a number of fixed length, so that it can be filled in later. */
const CALL_TARGET_BYTES = 5;
const EMPTY_BLOCK = 0x40;

/** Writes a function's instructions; operands travel on WebAssembly's stack, as in its text format. */
export class Code {
  private readonly bytes = new Bytes();
  private readonly locals: ValueTypeCode[] = [];
  private readonly calls: PendingCall[] = [];
  private readonly paramCount: number;

  constructor(type: FunctionType) {
    this.paramCount = type.params.length;
  }

  /** Declares a local; it starts at zero. */
  local(type: ValueTypeCode): Local {
    this.locals.push(type);
    return this.paramCount + this.locals.length - 1;
  }

  get(local: Local): void {
    this.bytes.byte(0x20);
    this.bytes.unsigned(local);
  }

  set(local: Local): void {
    this.bytes.byte(0x21);
    this.bytes.unsigned(local);
  }

  tee(local: Local): void {
    this.bytes.byte(0x22);
    this.bytes.unsigned(local);
  }

  i32(value: number): void {
    this.bytes.byte(0x41);
    this.bytes.signed(value);
  }

  f32(value: number): void {
    this.bytes.byte(0x43);
    this.bytes.float32(value);
  }

  f64(value: number): void {
    this.bytes.byte(0x44);
    this.bytes.float64(value);
  }

  /** A 16-byte constant. */
  v128(lanes: Float32Array | Float64Array | Int32Array): void {
    this.simdNumber(0x0c);
    this.bytes.append(new Uint8Array(lanes.buffer, lanes.byteOffset, 16));
  }

  op(name: keyof typeof Op): void {
    this.bytes.byte(Op[name]);
  }

  simd(name: SimdName): void {
    this.simdNumber(Simd[name]);
  }

  simdLane(name: SimdLaneName, lane: number): void {
    this.simdNumber(SimdLane[name]);
    this.bytes.byte(lane);
  }

  /** Bytes of two vectors in a new order; `order` has 16 numbers below 32. */
  shuffle(order: readonly number[]): void {
    this.simdNumber(0x0d);
    this.bytes.append(order);
  }

  /** Reads or writes at the address on the stack plus `offset`. */
  simdMemory(name: SimdMemoryName, offset: number): void {
    this.simdNumber(SimdMemory[name]);
    this.memoryArgument(offset);
  }

  /** The same for one lane. */
  simdMemoryLane(name: SimdMemoryLaneName, offset: number, lane: number): void {
    this.simdNumber(SimdMemoryLane[name]);
    this.memoryArgument(offset);
    this.bytes.byte(lane);
  }

  /** Loads the 32-bit integer at the address on the stack plus `offset`. */
  i32Load(offset: number): void {
    this.bytes.byte(0x28);
    this.memoryArgument(offset);
  }

  /** Stores the 32-bit integer on the stack at the address below it. */
  i32Store(): void {
    this.bytes.byte(0x36);
    this.memoryArgument(0);
  }

  /** `memory.copy` of what lies on the stack: destination, source, bytes. */
  memoryCopy(): void {
    this.bytes.append([0xfc, 0x0a, 0x00, 0x00]);
  }

  call(target: FunctionRef): void {
    this.bytes.byte(0x10);
    this.calls.push({ at: this.bytes.length, target });
    for (let i = 0; i < CALL_TARGET_BYTES; i += 1) this.bytes.byte(0);
  }

  /** Runs `body` a constant number of times; without a loop for 0 and 1. */
  repeat(times: number, body: () => void): void {
    if (times <= 1) {
      if (times === 1) body();
      return;
    }
    const left = this.local(ValueType.i32);
    this.i32(times);
    this.set(left);
    this.bytes.append([0x03, EMPTY_BLOCK]);
    body();
    this.get(left);
    this.i32(1);
    this.op("i32.sub");
    this.tee(left);
    this.bytes.append([0x0d, 0x00, 0x0b]); // br_if to the loop's start, end
  }

  /** Runs `body` if the number on the stack is not 0. */
  when(body: () => void): void {
    this.bytes.append([0x04, EMPTY_BLOCK]);
    body();
    this.bytes.byte(0x0b);
  }

  /** The complete body: locals, instructions, end. */
  finish(numberOf: (target: FunctionRef) => number): Uint8Array {
    const code = this.bytes.view();
    for (const { at, target } of this.calls) writeFixedLength(code, at, numberOf(target));
    const whole = new Bytes();
    const runs = runLengths(this.locals);
    whole.unsigned(runs.length);
    for (const { type, count } of runs) {
      whole.unsigned(count);
      whole.byte(type);
    }
    whole.append(code);
    whole.byte(0x0b);
    return whole.view();
  }

  private simdNumber(number: number): void {
    this.bytes.byte(0xfd);
    this.bytes.unsigned(number);
  }

  private memoryArgument(offset: number): void {
    this.bytes.byte(0x02); // Alignment is only a hint; 4 bytes are right for all.
    this.bytes.unsigned(offset);
  }
}

function writeFixedLength(code: Uint8Array, at: number, value: number): void {
  let rest = value;
  for (let i = 0; i < CALL_TARGET_BYTES; i += 1) {
    code[at + i] = (rest & 0x7f) | (i === CALL_TARGET_BYTES - 1 ? 0 : 0x80);
    rest >>>= 7;
  }
}

function runLengths(types: readonly ValueTypeCode[]): { readonly type: ValueTypeCode; readonly count: number }[] {
  const runs: { type: ValueTypeCode; count: number }[] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  return runs;
}
