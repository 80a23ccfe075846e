/** @file For tests: temporary run folders, numbered batches, and everything that a folder holds, read back by the codec alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "../../../src/run/event.ts";
import { decodeBatch } from "../../../src/run-log/codec/batch.ts";
import { FRAME_BATCH, SEGMENT_HEADER_BYTES, scanFrames } from "../../../src/run-log/codec/frame.ts";
import { KeyDictionary } from "../../../src/run-log/codec/key-dictionary.ts";
import type { RunIdentity } from "../../../src/run-log/write/run-folder.ts";

/** The identity that the tests write. */
export const IDENTITY: RunIdentity = { runId: "r1", project: "p", createdMs: 1_790_000_000_000 };

/** A run folder in a temporary place, not made yet. */
export class TestFolder implements Disposable {
  readonly parent: string = mkdtempSync(join(tmpdir(), "trainlog-write-"));
  readonly dir: string = join(this.parent, IDENTITY.runId);

  /** Path of a file of the run. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Names of the segments, in order. */
  get segments(): string[] {
    return readdirSync(this.dir)
      .filter((name) => name.endsWith(".log"))
      .sort();
  }

  /** All steps that can be read, in order. */
  steps(): number[] {
    return this.segments.flatMap((name) => stepsOf(readFileSync(this.path(name))));
  }

  [Symbol.dispose](): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** A batch of one row at `step`, of three metrics. */
export function batchAt(step: number): RunEvent[] {
  const columns = ["loss", "__proto__", "😀"].map(
    (key, i) => ({ kind: "number", key, values: Float64Array.of(Math.sin(step) + i) }) as const,
  );
  return [
    {
      type: "rows",
      rows: { steps: Float64Array.of(step), wallMs: Float64Array.of(1_790_000_000_000 + step), columns },
    },
  ];
}

/** Steps of the rows in a segment whose three values are right. */
export function stepsOf(segment: Uint8Array): number[] {
  const dictionary = new KeyDictionary();
  const steps: number[] = [];
  for (const item of scanFrames(segment, { start: SEGMENT_HEADER_BYTES })) {
    if (item.kind !== "frame" || item.type !== FRAME_BATCH) continue;
    for (const event of decodeBatch(item.payload, dictionary).events) {
      if (event.type === "rows") steps.push(...event.rows.steps);
    }
  }
  return steps;
}
