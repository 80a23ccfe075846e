/** @file A server as a place of runs. */
import type { LiveMessage } from "../../api/index.ts";
import type { TrainlogClient } from "../../client/index.ts";
import type { FollowOptions, RunChange, RunChanger, RunPlace } from "./run-place.ts";
import { numberOf } from "./server-answers.ts";
import { serverRuns } from "./server-runs.ts";

/** Changes the runs of a server. */
export function serverChanges(client: TrainlogClient): RunChanger {
  return {
    editRun: (runId, edit) => client.editRun(runId, edit),
    bulk: (request) => client.bulk(request),
  };
}

/**
 * A server.
 *
 * @param option - How a command line names it again.
 */
export function serverPlace(client: TrainlogClient, option: string): RunPlace {
  return {
    kind: "server",
    runs: serverRuns(client),
    changes: serverChanges(client),
    option,
    follow: (runIds, options) => follow(client, runIds, options),
  };
}

async function* follow(
  client: TrainlogClient,
  runIds: readonly string[],
  { signal, onLost }: FollowOptions,
): AsyncGenerator<RunChange> {
  const lost = onLost === undefined ? {} : { onLost: (error: Error) => onLost(error.message) };
  for await (const message of client.live({ run: runIds }, { signal, ...lost })) {
    const change = changeOf(message);
    if (change !== undefined) yield change;
  }
}

/** `hello` begins every connection; one that goes on after the last message has missed nothing, but reading again never harms. */
function changeOf(message: LiveMessage): RunChange | undefined {
  switch (message.type) {
    case "hello":
    case "reset":
      return { type: "reset" };
    case "rows": {
      const { runId, steps, columns } = message;
      const values = columns.map((column) => ({
        ...column,
        values: column.kind === "number" ? column.values.map(numberOf) : column.values,
      }));
      return { type: "rows", runId, steps, columns: values };
    }
    case "run":
    case "console":
    case "alert":
    case "removed":
      return message;
    default:
      return undefined;
  }
}
