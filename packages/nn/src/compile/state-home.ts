/** @file The state of a compiled step: memory of its own, from run to run. */
import { allocate, checkAlive } from "../engine/engine.ts";
import { TrainlogError } from "../error.ts";
import { isTracing } from "../ir/trace.ts";
import { sameShape, showShape, sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../tensor/dtype.ts";
import type { TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, concrete, Tensor } from "../tensor/tensor.ts";
import { copyElements } from "./compile.ts";
import {
  buildPack,
  collectTensors,
  leavesOf,
  type PackStructure,
  showStructure,
  structureOf,
} from "./pack-structure.ts";
import { createWorkspace, type Workspace } from "./plan/workspace.ts";

/** Where a step's state lies from run to run. */
export class StateHome {
  readonly structure: PackStructure;
  readonly leaves: ReturnType<typeof leavesOf>;
  readonly ptrs: readonly number[];
  private readonly workspace: Workspace = createWorkspace();
  private freed = false;

  constructor(initial: TensorPack) {
    this.structure = structureOf(initial, "the state");
    this.leaves = leavesOf(this.structure);
    this.ptrs = this.leaves.map(({ shape, dtype }) => this.workspace.take(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]));
    this.write(initial, "the state");
  }

  check(): void {
    if (isTracing()) {
      throw new TrainlogError(
        "compile/nested-step",
        "a compiled step cannot be a part of another compiled function: it changes its own state. Use the plain function there",
      );
    }
    if (!this.freed) return;
    throw new TrainlogError(
      "tensor/disposed",
      "this compiled step was freed by dispose(); make a new one with compileStep",
    );
  }

  /** Copies a state in. */
  write(state: TensorPack, what: string): void {
    this.check();
    const tensors: AnyTensor[] = [];
    if (!collectTensors(state, this.structure, tensors)) throw stateChanged(this.structure, state, what);
    tensors.forEach((tensor, i) => {
      const { ptr } = checkAlive(concrete(tensor, "a compiled step"));
      copyElements(ptr, this.ptrs[i] ?? 0, tensor.size * BYTES_PER_ELEMENT[tensor.dtype]);
    });
  }

  /** Copies the state out. */
  read(): TensorPack {
    this.check();
    const tensors = this.leaves.map(({ shape, dtype }, i) => {
      const buffer = allocate(shape, dtype);
      copyElements(this.ptrs[i] ?? 0, buffer.ptr, sizeOf(shape) * BYTES_PER_ELEMENT[dtype]);
      return new Tensor(buffer, shape, dtype);
    });
    return buildPack(this.structure, tensors);
  }

  free(): void {
    this.freed = true;
    this.workspace.free();
  }
}

/** The error for a state that is not of the structure that it had at first; `what` names it. */
export function stateChanged(wanted: PackStructure, state: TensorPack, what: string): TrainlogError {
  const given = structureOf(state, what);
  const [before, after] = [leavesOf(wanted), leavesOf(given)];
  const changed = before.find(({ name, shape, dtype }, i) => {
    const other = after[i];
    return other === undefined || other.name !== name || other.dtype !== dtype || !sameShape(other.shape, shape);
  });
  const now = after.find(({ name }) => name === changed?.name);
  const detail =
    changed === undefined
      ? `expected ${showStructure(wanted)}, got ${showStructure(given)}`
      : `"${changed.name}" was ${changed.dtype}${showShape(changed.shape)} and is ${now === undefined ? "missing" : `${now.dtype}${showShape(now.shape)}`}`;
  return new TrainlogError(
    "compile/state-changed",
    `${what} must have the names, shapes and dtypes of the initial state: ${detail}`,
  );
}
