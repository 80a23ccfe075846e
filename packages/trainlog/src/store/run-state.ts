/** @file The state of a run: what it said itself, else whether whoever writes it still lives. */
import type { FinishEvent, RunState } from "../run/event.ts";
import { runLiveness } from "../run-log/write/lock.ts";

/** What decides the state of a run. */
export interface StateFacts {
  /** The run's last word, unless it began again since. */
  readonly finish: FinishEvent | undefined;
  readonly runDir: string;
  /** When a run that is fed through a server was last heard of. */
  readonly contactMs: number | undefined;
  /** This process holds the run's lock for somebody on the other side of the network, so the lock says nothing about that one. */
  readonly isHeldHere: boolean;
  readonly nowMs: number;
  /** A fed run counts as crashed when it was silent for this long. */
  readonly silentAfterMs: number;
}

/** The state as shown. */
export function runState(facts: StateFacts): RunState {
  if (facts.finish !== undefined) return facts.finish.status;
  if (facts.contactMs !== undefined && facts.nowMs - facts.contactMs < facts.silentAfterMs) return "running";
  if (facts.isHeldHere) return "crashed";
  return runLiveness(facts.runDir, { nowMs: facts.nowMs }) === "alive" ? "running" : "crashed";
}
