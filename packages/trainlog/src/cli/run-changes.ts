/**
 * @file Removing and restoring runs, whoever holds the store.
 *
 * Only one process may change a store. Where a server holds it, the command asks that server; else it opens the store itself for the moment.
 */
import { TrainlogError } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";
import type { CommandContext } from "./command.ts";
import { FOR_ONE_CHANGE, storeDirOf, withStore } from "./store-access.ts";

/** The changes that a command makes to runs. */
export interface RunChanges {
  deleteRun(runId: string): Promise<unknown>;
  restoreRun(runId: string): Promise<unknown>;
}

/** Hands `use` what changes the runs of a store: the server that serves it now, or the store itself. */
export async function withRunChanges<Result>(
  dir: string | undefined,
  context: CommandContext,
  use: (changes: RunChanges) => Promise<Result>,
): Promise<Result> {
  const { servingProcess } = await import("../store/index.ts");
  const server = servingProcess(storeDirOf(dir, context));
  if (server?.address === undefined) return withStore(dir, context, FOR_ONE_CHANGE, use);
  return use(changesThroughServer(server.address, context.env["TRAINLOG_TOKEN"]));
}

/** Asks the server at `address` to make the changes; `token` is what it may want. */
function changesThroughServer(address: string, token: string | undefined): RunChanges {
  const ask = async (method: string, path: string): Promise<void> => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${address}/api/v1/runs/${path}`, { method, headers }).catch((cause: unknown) => {
      throw new TrainlogError("cli/server-away", `the server at ${address}, which holds this store, does not answer`, {
        cause,
      });
    });
    if (!answer.ok) throw await refusal(answer, address);
  };
  return {
    deleteRun: (runId) => ask("DELETE", encodeURIComponent(runId)),
    restoreRun: (runId) => ask("POST", `${encodeURIComponent(runId)}/restore`),
  };
}

/** The server's own words (RFC 9457), as an error of this process. */
async function refusal(answer: Response, address: string): Promise<TrainlogError> {
  const problem: unknown = await answer.json().catch(() => undefined);
  const { code, detail } = isPlainObject(problem) ? problem : {};
  const hint = answer.status === 401 ? "\nit wants its token: set $TRAINLOG_TOKEN" : "";
  const words = typeof detail === "string" ? detail : `status ${answer.status}`;
  return new TrainlogError(
    typeof code === "string" ? code : "cli/server-refused",
    `the server at ${address} says: ${words}${hint}`,
    {
      status: answer.status,
    },
  );
}
