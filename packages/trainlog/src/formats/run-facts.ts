/** @file What an export says of a run beside its points. */
import type { RunState } from "../run/event.ts";
import type { JsonObject } from "../run/json.ts";

/** The facts of one run. Times are milliseconds since 1970. A run's detail, as a store or a server gives it, is one. */
export interface RunFacts {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  readonly group?: string;
  readonly jobType?: string;
  readonly tags: readonly string[];
  readonly notes?: string;
  readonly parentRunId?: string;
  readonly source?: string;
  readonly state: RunState;
  readonly createdMs: number;
  readonly finishedMs?: number;
  readonly exitCode?: number;
  readonly error?: string;
  readonly config: JsonObject;
  /** The summary in effect: what metrics imply, and keys that were set. */
  readonly summary: JsonObject;
}
