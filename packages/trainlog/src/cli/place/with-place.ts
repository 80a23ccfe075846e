/** @file Opens the place that a command line means, and closes it whatever happens. */
import type { CommandContext } from "../command.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import type { RunPlace } from "./run-place.ts";
import { type PlaceValues, type ServerWhere, whereOf } from "./where.ts";

/**
 * Hands `use` the place of runs: a folder, or a server.
 *
 * @throws TrainlogError `cli/no-store` for a folder without a store, `client/unreachable` and whatever else the place says.
 */
export async function withPlace<Result>(
  options: PlaceValues,
  context: CommandContext,
  use: (place: RunPlace) => Promise<Result>,
): Promise<Result> {
  const where = whereOf(options, context);
  if (where.kind === "server") return use(await openServer(where, context));
  const option = options.dir === undefined ? "" : ` --dir ${quoted(options.dir)}`;
  return withStore(where.dir, context, TO_LOOK, async (store) => {
    const { folderPlace } = await import("./folder-place.ts");
    return use(folderPlace(store, option, context));
  });
}

async function openServer(where: ServerWhere, { signal, out }: CommandContext): Promise<RunPlace> {
  const { url, token, from } = where;
  // Whoever logged in last week may think of the folder at hand.
  if (from === "login") out.note(`on ${url}, by trainlog login (--dir DIR works on a folder)`);
  const { TrainlogClient } = await import("../../client/index.ts");
  const { serverPlace } = await import("./server-place.ts");
  const client = new TrainlogClient(url, { signal, ...(token === undefined ? {} : { token }) });
  return serverPlace(client, from === "option" ? ` --url ${url}` : "");
}

/** A word of a command line that a person may copy. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
