/** @file For tests: the run of the golden sealed file, made by rule. */
import type { RunEvent } from "../../../src/run/event.ts";
import { rowsEvent, TestRun } from "./test-run.ts";

const note = (title: string): RunEvent => ({ type: "alert", wallMs: 1, title, text: "", level: "info" });

/** A small run with everything in it: two segments, events between rows, a metric with gaps, JSON values, origins. */
export function goldenRun(): TestRun {
  const run = new TestRun().begin().append([note("begin")], { writerId: "w", seq: 3 });
  for (let step = 0; step < 200; step++) {
    const extra = step % 3 === 0 ? { note: `at ${step}` } : {};
    run.append([rowsEvent([{ step, wallMs: 1e12 + step * 17.25, values: { loss: 1 / (step + 1), ...extra } }])]);
    if (step === 100) run.append([note("half")]).begin();
  }
  return run.append([note("end")], { writerId: "v", seq: 9 });
}
