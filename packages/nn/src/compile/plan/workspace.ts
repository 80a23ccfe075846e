/** @file Memory that belongs to a plan: never moved, freed with it. */
import { engine } from "../../engine/engine.ts";

/** Stretches of the engine's memory with one life. */
export interface Workspace {
  /** Offset of a new stretch, 64-byte aligned; elements are not cleared. */
  take(sizeBytes: number): number;
  /** Bytes taken so far. */
  totalBytes(): number;
  /** Gives everything back. Twice is fine. */
  free(): void;
}

interface Stretch {
  readonly ptr: number;
  readonly sizeBytes: number;
}

function giveBack(stretches: Stretch[]): void {
  for (const { ptr, sizeBytes } of stretches.splice(0)) engine().allocator.free(ptr, sizeBytes);
}

/** Frees the memory of plans that nobody holds any more. */
const forgotten = new FinalizationRegistry<Stretch[]>(giveBack);

/** A workspace that is freed by `free`, or when it is garbage collected. It belongs to no scope: plans outlive the scope that compiles them. */
export function createWorkspace(): Workspace {
  const stretches: Stretch[] = [];
  const workspace: Workspace = {
    take(sizeBytes) {
      const ptr = engine().allocator.alloc(sizeBytes);
      stretches.push({ ptr, sizeBytes });
      return ptr;
    },
    totalBytes: () => stretches.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    free: () => giveBack(stretches),
  };
  forgotten.register(workspace, stretches);
  return workspace;
}
