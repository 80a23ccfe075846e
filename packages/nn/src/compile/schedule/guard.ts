/**
 * @file Guarded schedules: what has to be known before anything is changed comes first.
 *
 * A training step whose loss is not finite must leave its state alone. Its outputs and the guard that decides are computed first; where the guard says no,
 * the rest (the backward pass, the update) is not computed at all.
 */
import type { GraphValue } from "../../ir/graph.ts";
import { memoryOf, type Schedule, writtenBy } from "./schedule.ts";

/** A schedule in two parts. */
export interface GuardedSchedule {
  readonly schedule: Schedule;
  /** Number of the first step of the second part. */
  readonly guardedFrom: number;
}

/**
 * The schedule with the steps that some values need first, and the others after them; both in their old order.
 *
 * @param needed - What is known after the first part.
 */
export function computeFirst(schedule: Schedule, needed: readonly GraphValue[]): GuardedSchedule {
  const wanted = new Set(needed.map((value) => memoryOf(schedule, value)));
  const isFirst = schedule.steps.map(() => false);
  // Backwards: what reads a value comes after what makes it.
  for (let at = schedule.steps.length - 1; at >= 0; at -= 1) {
    const step = schedule.steps[at];
    if (step === undefined || !writtenBy(step).some((value) => wanted.has(value))) continue;
    isFirst[at] = true;
    for (const value of step.reads) wanted.add(memoryOf(schedule, value));
  }
  const first = schedule.steps.filter((_, at) => isFirst[at]);
  const rest = schedule.steps.filter((_, at) => !isFirst[at]);
  return { schedule: { ...schedule, steps: [...first, ...rest] }, guardedFrom: first.length };
}
