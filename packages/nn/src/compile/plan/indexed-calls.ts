/** @file Which instruction of a plan met an index that its axis does not have: kernels know the index, plans know the instruction. */
import { view } from "../../engine/engine.ts";
import { TrainlogError } from "../../error.ts";
import type { Instruction } from "../../ir/graph.ts";
import { showShape } from "../../shape/shape.ts";
import type { Code } from "../wasm/code.ts";

/** The calls of a plan that read whole numbers; the code notes the one that it is at. */
export class IndexedCalls {
  private readonly instructions: Instruction[] = [];
  private readonly ptr: number;

  /** @param ptr - Room for one number. */
  constructor(ptr: number) {
    this.ptr = ptr;
  }

  /** Writes the note of an instruction that may meet a wrong index. */
  note(code: Code, instruction: Instruction): void {
    if (!instruction.inputs.some(({ dtype }) => dtype === "int32")) return;
    code.i32(this.ptr);
    code.i32(this.instructions.length);
    code.i32Store();
    this.instructions.push(instruction);
  }

  /** The error of a run, with the instruction in it where an index was wrong. */
  explained(error: unknown): unknown {
    const at = this.instructions[view("int32")[this.ptr / 4] ?? -1];
    if (!(error instanceof TrainlogError) || error.code !== "shape/bad-index" || at === undefined) return error;
    const operands = at.inputs.map(({ dtype, shape }) => `${dtype}${showShape(shape)}`).join(" and ");
    return new TrainlogError(error.code, `${at.primitive.name} of ${operands}: ${error.message}`, { cause: error });
  }
}
