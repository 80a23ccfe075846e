/**
 * @file A folder as a place of runs.
 *
 * Looking needs no lock. Only one process may change a store: where a server holds it, changes go through that server; else the store is opened for the moment.
 */
import type { BulkAnswer, BulkRequest } from "../../api/index.ts";
import { type Store, type StoreChange, servingProcess } from "../../store/index.ts";
import type { CommandContext } from "../command.ts";
import { FOR_ONE_CHANGE, TO_LOOK, withStore } from "../store-access.ts";
import type { FollowOptions, RunChange, RunChanger, RunPlace } from "./run-place.ts";
import { serverChanges } from "./server-place.ts";
import { serverAt } from "./where.ts";

/**
 * A folder whose store is open for reading.
 *
 * @param option - How a command line names it again.
 */
export function folderPlace(store: Store, option: string, context: CommandContext): RunPlace {
  const changed = <Result>(use: (changes: RunChanger) => Promise<Result>): Promise<Result> =>
    withChanges(store.dir, context, use);
  return {
    kind: "folder",
    runs: store,
    option,
    changes: {
      editRun: (runId, edit) => changed((changes) => changes.editRun(runId, edit)),
      bulk: (request) => changed((changes) => changes.bulk(request)),
    },
    follow: (runIds, options) => followFolder(store.dir, runIds, options, context),
  };
}

/** Hands `use` what changes the runs of a folder: the server that serves it now, or the store itself. */
async function withChanges<Result>(
  dir: string,
  context: CommandContext,
  use: (changes: RunChanger) => Promise<Result>,
): Promise<Result> {
  const server = servingProcess(dir);
  if (server?.address !== undefined) {
    const { TrainlogClient } = await import("../../client/index.ts");
    const { url, token } = serverAt(server.address, undefined, "option", context);
    const { signal } = context;
    return use(serverChanges(new TrainlogClient(url, { signal, ...(token === undefined ? {} : { token }) })));
  }
  return withStore(dir, context, FOR_ONE_CHANGE, (store) =>
    use({ editRun: (runId, edit) => store.editRun(runId, edit), bulk: (request) => bulk(store, request) }),
  );
}

async function bulk(store: Store, request: BulkRequest): Promise<BulkAnswer> {
  const { bulkByFilter, bulkSteps } = await import("../../server/bulk/bulk-edit.ts");
  if ("filter" in request) return bulkByFilter(store, request);
  return bulkSteps(store, "steps" in request ? request.steps : [request]);
}

/** Changes on disk as they are written, by whoever writes them. */
async function* followFolder(
  dir: string,
  runIds: readonly string[],
  { signal }: FollowOptions,
  context: CommandContext,
): AsyncGenerator<RunChange> {
  const { openStore } = await import("../../store/index.ts");
  await using store = await openStore(dir, {
    ...TO_LOOK,
    follow: true,
    onProblem: (message) => context.out.note(message),
  });
  const queue: RunChange[] = [{ type: "reset" }];
  let wake = (): void => {};
  const unsubscribe = store.subscribe(
    (change) => {
      if (!runIds.includes(change.runId)) return;
      queue.push(...changesOf(change));
      wake();
    },
    { rows: (runId) => runIds.includes(runId) },
  );
  const onAbort = (): void => wake();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      yield* queue.splice(0);
      if (queue.length > 0 || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    unsubscribe();
  }
}

function changesOf(change: StoreChange): RunChange[] {
  const { runId } = change;
  if (change.type === "run") return [{ type: "run", run: change.run }];
  if (change.type === "removed") return [{ type: "removed", runId }];
  if (change.type === "rows") {
    const { steps, columns } = change.rows;
    return [
      {
        type: "rows",
        runId,
        steps,
        columns: columns.map((column, i) => ({ ...column, firstIndex: change.firstIndex[i] ?? 0 })),
      },
    ];
  }
  return change.events.flatMap((event): RunChange[] => {
    if (event.type === "console") return [{ type: "console", runId, lines: event.lines }];
    return event.type === "alert" ? [{ type: "alert", runId, alert: event }] : [];
  });
}
