/**
 * @file The demo's training script: a process of its own, as a person's script is, so that the server stays quick and the two only meet on disk.
 *
 * Takes its settings as one JSON argument, tells its parent how many steps are done, and ends with code 0.
 */
import { abortOnSignals } from "../signals.ts";
import { trainDemo } from "./training.ts";

/** Settings that the parent passes. */
export interface TrainingSettings {
  readonly dir: string;
  /** Optimizer steps of each run. */
  readonly steps: number;
  readonly seed: number;
  readonly durationMs: number;
}

/** What the script tells its parent: how many steps all runs have done. */
export type TrainingMessage = { readonly type: "step"; readonly done: number };

/** Least time between two messages: a progress bar needs no more. */
const MESSAGE_MS = 100;

async function main(): Promise<void> {
  // The parent made the argument from the same type.
  const settings = JSON.parse(process.argv[2] ?? "{}") as TrainingSettings;
  // Without its parent (killed, or gone) nobody watches: end as if interrupted.
  const orphaned = new AbortController();
  process.once("disconnect", () => orphaned.abort());
  let saidMs = 0;
  await trainDemo({
    ...settings,
    signal: AbortSignal.any([abortOnSignals(), orphaned.signal]),
    onStep: (done) => {
      if (performance.now() - saidMs < MESSAGE_MS) return;
      saidMs = performance.now();
      process.send?.({ type: "step", done } satisfies TrainingMessage);
    },
  });
  process.disconnect?.();
}

await main();
