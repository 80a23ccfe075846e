/** @file Where a loop nest stands in memory: one running byte offset for all operands that move alike. */
import type { Shape } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import type { Code, Local } from "../wasm/code.ts";
import { ValueType } from "../wasm/opcodes.ts";
import type { Access } from "./program.ts";

/** A byte offset that several operands share; what tells them apart is a constant in their instructions. */
interface Cursor {
  readonly local: Local;
  /** Bytes per step along each axis. */
  readonly stepBytes: readonly number[];
}

/** The cursors of one loop nest. */
export class Cursors {
  private readonly code: Code;
  private readonly shape: Shape;
  private readonly byPattern = new Map<string, Cursor>();
  private readonly byAccess = new Map<Access, Cursor | undefined>();

  constructor(code: Code, shape: Shape) {
    this.code = code;
    this.shape = shape;
  }

  /** Makes the cursor of an operand, standing at its origin. One that neither moves nor begins elsewhere in every run has none. */
  declare(access: Access): void {
    if (this.byAccess.has(access)) return;
    const stepBytes = access.strides.map((stride) => stride * BYTES_PER_ELEMENT[access.dtype]);
    const isFixed =
      access.base === undefined && access.parameter === undefined && stepBytes.every((step) => step === 0);
    this.byAccess.set(access, isFixed ? undefined : this.cursorFor(stepBytes, access));
  }

  private cursorFor(stepBytes: readonly number[], { base, parameter }: Access): Cursor {
    const key = `${base} ${parameter} ${stepBytes.join()}`;
    const known = this.byPattern.get(key);
    if (known !== undefined) return known;
    const cursor = { local: this.code.local(ValueType.i32), stepBytes };
    this.byPattern.set(key, cursor);
    if (parameter === undefined) this.code.i32(0);
    else this.code.get(parameter);
    if (base !== undefined) this.code.i32Load(base);
    this.code.set(cursor.local);
    return cursor;
  }

  /** Leaves an operand's running offset on the stack; the instruction adds the operand's `ptr`. */
  push(access: Access): void {
    const cursor = this.byAccess.get(access);
    if (cursor === undefined) this.code.i32(0);
    else this.code.get(cursor.local);
  }

  /** Moves along the innermost axis. */
  advance(elements: number): void {
    const innermost = this.shape.length - 1;
    this.move(({ stepBytes }) => (stepBytes[innermost] ?? 0) * elements);
  }

  /** Moves along an outer axis, after the axis inside of it has been walked to its end. */
  next(axis: number): void {
    const innerLength = this.shape[axis + 1] ?? 1;
    this.move(({ stepBytes }) => (stepBytes[axis] ?? 0) - (stepBytes[axis + 1] ?? 0) * innerLength);
  }

  private move(bytesOf: (cursor: Cursor) => number): void {
    for (const cursor of this.byPattern.values()) {
      const bytes = bytesOf(cursor);
      if (bytes === 0) continue;
      this.code.get(cursor.local);
      this.code.i32(bytes);
      this.code.op("i32.add");
      this.code.set(cursor.local);
    }
  }
}
