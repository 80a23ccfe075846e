/** @file Which place a command line means: a folder or a server. */
import { checkServerUrl } from "../../client/index.ts";
import { isTrainlogError } from "../../run/error.ts";
import type { CommandContext } from "../command.ts";
import { DIR_OPTION, type OptionValues } from "../option-types.ts";
import { usageError } from "../parse.ts";
import { storeDirOf } from "../store-access.ts";
import { readLogins } from "./login-file.ts";

/** Options of every verb that works on a folder and on a server. */
export const SERVER_OPTIONS = {
  url: {
    type: "text",
    value: "URL",
    help: "work on the runs of this server instead of a folder",
    defaultText: "$TRAINLOG_URL, else that of trainlog login",
  },
  token: {
    type: "text",
    value: "TOKEN",
    help: "the server's token",
    defaultText: "$TRAINLOG_TOKEN, else that of trainlog login",
  },
} as const;

/** {@link SERVER_OPTIONS} and the folder. */
export const PLACE_OPTIONS: typeof DIR_OPTION & typeof SERVER_OPTIONS = { ...DIR_OPTION, ...SERVER_OPTIONS };

/** Values of {@link PLACE_OPTIONS}. */
export type PlaceValues = Pick<OptionValues<typeof PLACE_OPTIONS>, "dir" | "url" | "token">;

/** A server to speak to. */
export interface ServerWhere {
  readonly kind: "server";
  readonly url: string;
  readonly token?: string;
  /** What named it. */
  readonly from: "option" | "environment" | "login";
}

/** A folder or a server. */
export type Where = ServerWhere | { readonly kind: "folder"; readonly dir: string };

/**
 * The place: `--url`, `--dir`, `$TRAINLOG_URL`, `$TRAINLOG_DIR`, the server of `trainlog login`, else `./trainlog`. The first that is given.
 *
 * @throws TrainlogError `cli/usage`, `cli/bad-login-file`.
 */
export function whereOf({ dir, url, token }: PlaceValues, context: CommandContext): Where {
  const { env } = context;
  if (url !== undefined && dir !== undefined) throw usageError("--dir is a folder and --url a server; say one of them");
  if (token !== undefined && dir !== undefined) throw usageError("--token is for a server; say --url instead of --dir");
  const folder = { kind: "folder", dir: storeDirOf(dir, context) } as const;
  if (url !== undefined) return serverAt(url, token, "option", context);
  if (dir !== undefined) return folder;
  if (env["TRAINLOG_URL"]) return serverAt(env["TRAINLOG_URL"], token, "environment", context);
  if (env["TRAINLOG_DIR"]) return folder;
  const { current } = readLogins(env);
  if (current !== undefined) return serverAt(current, token, "login", context);
  if (token !== undefined) throw usageError("--token is for a server; say which: --url URL");
  return folder;
}

/** A server with its token: the given one, else the environment's, else what login remembers of this address. */
export function serverAt(
  address: string,
  token: string | undefined,
  from: ServerWhere["from"],
  { env }: CommandContext,
): ServerWhere {
  const url = addressOf(address, from);
  const known = readLogins(env).servers.find((server) => server.url === url)?.token;
  const secret = token ?? (env["TRAINLOG_TOKEN"] || known);
  return { kind: "server", url, from, ...(secret === undefined ? {} : { token: secret }) };
}

function addressOf(address: string, from: ServerWhere["from"]): string {
  try {
    return checkServerUrl(address);
  } catch (error) {
    if (!isTrainlogError(error)) throw error;
    throw usageError(`${from === "environment" ? "$TRAINLOG_URL" : "--url"}: ${error.message}`);
  }
}
