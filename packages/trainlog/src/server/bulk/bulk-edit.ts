/**
 * @file Changes of many runs at once.
 *
 * Each run is changed for itself: one that another process holds, or that is gone, fails alone and is named in the answer. What was changed is answered as
 * the steps that take it back, so an undo needs no memory of the server and survives its restart.
 */
import {
  type BulkAction,
  type BulkAnswer,
  type BulkByFilter,
  type BulkResult,
  type BulkStep,
  MAX_BULK_RUNS,
} from "../../api/index.ts";
import { isTrainlogError, TrainlogError } from "../../run/error.ts";
import type { Store } from "../../store/store.ts";
import type { RunInfo } from "../../store/types.ts";
import { toProblem } from "../problem-answer.ts";
import { meantRuns } from "../request/run-filter.ts";

/**
 * Does one action to the runs that match.
 *
 * @throws TrainlogError `run/count-changed` (409) when they are not as many as expected, `query/bad-filter` (400). Nothing is changed then.
 */
export async function bulkByFilter(store: Store, request: BulkByFilter): Promise<BulkAnswer> {
  const { expectedCount, action, ...meant } = request;
  const { runs, total } = await store.listRuns({ ...meantRuns(meant), limit: MAX_BULK_RUNS });
  if (total !== expectedCount) {
    const message = `${total} runs match by now, not ${expectedCount}; nothing was changed. Look at the list again, and send the new number`;
    throw new TrainlogError("run/count-changed", message, { status: 409 });
  }
  if (total > MAX_BULK_RUNS) {
    const message = `${total} runs match; at most ${MAX_BULK_RUNS} are changed at once. Narrow the filter`;
    throw new TrainlogError("run/count-changed", message, { status: 409 });
  }
  return bulkSteps(store, [{ runIds: runs.map(({ runId }) => runId), action }]);
}

/** Does actions to named runs, one after the other. */
export async function bulkSteps(store: Store, steps: readonly BulkStep[]): Promise<BulkAnswer> {
  const results: BulkResult[] = [];
  const undo = new UndoSteps();
  for (const { runIds, action } of steps) {
    const known = await infosOf(store, runIds);
    undo.nextRound();
    for (const runId of new Set(runIds)) {
      const { result, inverse } = await changeOne(store, runId, action, known.get(runId));
      results.push(result);
      if (inverse !== undefined) undo.add(runId, inverse);
      // Others get their turn between two runs: each waits for the disk.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const count = (outcome: BulkResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    results,
    changedCount: count("changed"),
    failedCount: count("failed"),
    ...(undo.steps.length === 0 ? {} : { undo: { steps: undo.steps } }),
  };
}

async function infosOf(store: Store, runIds: readonly string[]): Promise<Map<string, RunInfo>> {
  const { runs } = await store.listRuns({ runIds, archived: "include", limit: MAX_BULK_RUNS });
  return new Map(runs.map((run) => [run.runId, run]));
}

interface Change {
  readonly result: BulkResult;
  /** What takes it back. */
  readonly inverse?: BulkAction;
}

async function changeOne(store: Store, runId: string, action: BulkAction, run: RunInfo | undefined): Promise<Change> {
  try {
    const inverse = await act(store, runId, action, run);
    return inverse === undefined
      ? { result: { runId, outcome: "unchanged" } }
      : { result: { runId, outcome: "changed" }, inverse };
  } catch (error) {
    // A fault of the server is a fault; anything else concerns this run.
    if (!isTrainlogError(error)) throw error;
    const { code, detail } = toProblem(error);
    return { result: { runId, outcome: "failed", code, detail } };
  }
}

/** Does the action. Comes back with what takes it back; `undefined` when there was nothing to do. */
async function act(
  store: Store,
  runId: string,
  action: BulkAction,
  run: RunInfo | undefined,
): Promise<BulkAction | undefined> {
  if (action.type === "restore") {
    if (run !== undefined) return undefined;
    await store.restoreRun(runId);
    return { type: "delete" };
  }
  if (run === undefined) throw new TrainlogError("run/not-found", `there is no run ${runId}`, { status: 404 });
  if (action.type === "delete") {
    await store.deleteRun(runId);
    return { type: "restore" };
  }
  const edit = editOf(action, run);
  if (edit === undefined) return undefined;
  await store.editRun(runId, edit.edit);
  return edit.inverse;
}

type EditAction = Exclude<BulkAction, { type: "delete" | "restore" }>;

/** The edit for one run, reduced to what changes it, and its opposite. */
function editOf(
  action: EditAction,
  run: RunInfo,
): { readonly edit: Parameters<Store["editRun"]>[1]; readonly inverse: BulkAction } | undefined {
  switch (action.type) {
    case "addTags": {
      const tags = action.tags.filter((tag) => !run.tags.includes(tag));
      return tags.length === 0 ? undefined : { edit: { addTags: tags }, inverse: { type: "removeTags", tags } };
    }
    case "removeTags": {
      const tags = action.tags.filter((tag) => run.tags.includes(tag));
      return tags.length === 0 ? undefined : { edit: { removeTags: tags }, inverse: { type: "addTags", tags } };
    }
    case "setGroup": {
      const group = run.group ?? "";
      return group === action.group
        ? undefined
        : { edit: { group: action.group }, inverse: { type: "setGroup", group } };
    }
    default: {
      const archived = action.type === "archive";
      if (run.archived === archived) return undefined;
      return { edit: { archived }, inverse: { type: archived ? "unarchive" : "archive" } };
    }
  }
}

/** What takes changes back, the last one first. Runs with the same action share a step; a run that was changed twice is in two. */
class UndoSteps {
  readonly #steps = new Map<string, { readonly runIds: Set<string>; readonly action: BulkAction }>();
  #round = 0;

  get steps(): BulkStep[] {
    return Array.from(this.#steps.values(), ({ runIds, action }) => ({ runIds: [...runIds], action })).reverse();
  }

  /** Changes that follow must be taken back before those so far. */
  nextRound(): void {
    this.#round++;
  }

  add(runId: string, action: BulkAction): void {
    const key = `${this.#round} ${JSON.stringify(action)}`;
    const step = this.#steps.get(key) ?? { runIds: new Set<string>(), action };
    step.runIds.add(runId);
    this.#steps.set(key, step);
  }
}
