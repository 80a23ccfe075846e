/** @file Rows of runs, in any order of runs, as the events of runs that ended: start, configuration, rows, summary, finish. */
import { TrainlogError } from "../../run/error.ts";
import type { FinishStatus, RunEvent, StartEvent } from "../../run/event.ts";
import { type JsonObject, type JsonValue, objectFromEntries } from "../../run/json.ts";
import { type LoggedRow, RowsBuilder } from "../logged-rows.ts";
import type { RunFacts } from "../run-facts.ts";
import type { BadPiece, EventPiece, ImportPiece } from "./piece.ts";

/** A row of a run, as a reader of points finds it. */
export interface RunRow {
  readonly kind: "row";
  readonly runId: string;
  readonly row: LoggedRow;
}

/** What is known of the runs. */
export interface RowsContext {
  /** Facts by run id, from the table of runs. */
  readonly facts: ReadonlyMap<string, RunFacts>;
  /** Facts of a run that the table has not got. */
  readonly factsOf: (runId: string) => RunFacts;
}

/** Turns rows into pieces. Runs of the table without rows come too. */
export async function* rowsToPieces(
  found: AsyncIterable<RunRow | BadPiece>,
  context: RowsContext,
): AsyncGenerator<ImportPiece> {
  const runs = new Map<string, GrowingRun>();
  const runOf = (runId: string): GrowingRun => {
    let run = runs.get(runId);
    if (run === undefined) {
      run = new GrowingRun(context.facts.get(runId) ?? context.factsOf(runId));
      runs.set(runId, run);
    }
    return run;
  };
  for await (const item of found) {
    if (item.kind === "bad") yield item;
    else yield* runOf(item.runId).add(item.row);
  }
  for (const runId of context.facts.keys()) runOf(runId);
  for (const run of runs.values()) yield* run.end();
}

/** One run on its way. */
class GrowingRun {
  readonly #facts: RunFacts;
  readonly #rows = new RowsBuilder();
  readonly #last = new Map<string, JsonValue>();
  #hasBegun = false;
  #lastMs = 0;

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  *add(row: LoggedRow): Generator<EventPiece> {
    yield* this.#begin(row.wallMs);
    this.#rows.add(row);
    this.#lastMs = Math.max(this.#lastMs, row.wallMs);
    for (const [key, value] of row.cells) this.#last.set(key, value);
    if (this.#rows.isFull) yield* this.#flush();
  }

  *end(): Generator<EventPiece> {
    const { state, finishedMs, createdMs, exitCode, error } = this.#facts;
    yield* this.#begin(createdMs);
    yield* this.#flush();
    const set = this.#setSummary();
    if (Object.keys(set).length > 0) yield this.#piece({ type: "summary", set });
    if (!isFinish(state)) return;
    yield this.#piece({
      type: "finish",
      wallMs: finishedMs ?? Math.max(this.#lastMs, createdMs),
      status: state,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(error === undefined ? {} : { error }),
    });
  }

  *#begin(firstMs: number): Generator<EventPiece> {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    yield this.#piece(startOf(this.#facts, firstMs));
    const { config } = this.#facts;
    if (Object.keys(config).length > 0) yield this.#piece({ type: "config", set: config });
  }

  *#flush(): Generator<EventPiece> {
    const rows = this.#rows.take();
    if (rows !== undefined) yield this.#piece(rows);
  }

  /** The summary without what the metrics imply by themselves. */
  #setSummary(): JsonObject {
    return objectFromEntries(
      Object.entries(this.#facts.summary).filter(([key, value]) => !Object.is(this.#last.get(key), value)),
    );
  }

  #piece(event: RunEvent): EventPiece {
    return { kind: "event", runId: this.#facts.runId, event };
  }
}

function isFinish(state: RunFacts["state"]): state is FinishStatus {
  return state === "finished" || state === "failed" || state === "killed";
}

function startOf(facts: RunFacts, firstMs: number): StartEvent {
  const { runId, project, name, group, jobType, tags, notes, parentRunId, source, createdMs } = facts;
  return {
    type: "start",
    runId,
    project,
    wallMs: createdMs > 0 ? createdMs : firstMs,
    ...(name === runId ? {} : { name }),
    ...(group === undefined ? {} : { group }),
    ...(jobType === undefined ? {} : { jobType }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(notes === undefined ? {} : { notes }),
    ...(parentRunId === undefined ? {} : { parentRunId }),
    ...(source === undefined ? {} : { source }),
  };
}

/**
 * Facts of a run that only its points are known of.
 *
 * @throws TrainlogError `import/no-project` when nobody said the project.
 */
export function bareFacts(
  runId: string,
  { project, name, source }: { project: string | undefined; name: string; source: string },
): RunFacts {
  if (project === undefined) {
    throw new TrainlogError(
      "import/no-project",
      `run ${runId}: the file does not say to which project it belongs; say it with --project NAME`,
      { status: 400 },
    );
  }
  return { runId, project, name, source, tags: [], state: "finished", createdMs: 0, config: {}, summary: {} };
}
