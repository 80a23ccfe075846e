/** @file `trainlog token`: who may do what on a server; made, listed and revoked in its folder, or on it. */
import { resolve } from "node:path";
import { type CreatedToken, TOKEN_SCOPES, type TokenInfo, type TokenScope } from "../../api/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS, type PlaceValues, whereOf } from "../place/where.ts";
import { assertStore } from "../store-access.ts";
import { didYouMean } from "../suggest.ts";
import { formatAge, formatDuration } from "../terminal/format.ts";
import { renderTable } from "../terminal/table.ts";
import { visibleText } from "../terminal/text-width.ts";

const ACTIONS = ["create", "list", "revoke"];

const DAY_MS = 86_400_000;

/** The tokens of a folder or a server. */
interface Tokens {
  list(): Promise<readonly TokenInfo[]>;
  create(token: { name: string; scope: TokenScope; expiresMs?: number }): Promise<CreatedToken>;
  revoke(id: string): Promise<TokenInfo>;
}

/** `trainlog token` */
export const tokenCommand: Command = defineCommand({
  name: "token",
  summary: "make, list and revoke the tokens of a server",
  details: [
    "A token has a name and a scope: read (look), write (also feed and change runs), admin (also make and revoke tokens). Its secret is said once, when it is made; the folder keeps a hash of it.",
    "On a folder it works while a server serves it; on a server (--url) it needs a token of the scope admin.",
  ],
  arguments: [
    { name: "create|list|revoke", help: "what to do", required: true },
    { name: "NAME|ID", help: "what a new token is for; or the id of one to revoke" },
  ],
  options: {
    ...PLACE_OPTIONS,
    scope: { type: "text", value: "SCOPE", choices: TOKEN_SCOPES, default: "write", help: TOKEN_SCOPES.join(", ") },
    days: {
      type: "integer",
      value: "N",
      min: 1,
      max: 36_500,
      help: "the token works for so many days",
      defaultText: "until it is revoked",
    },
  },
  examples: [
    ["trainlog token create laptop --scope read", "a token that may look"],
    ["trainlog token list", "names, scopes, and when they were last used"],
    ["trainlog token revoke k3v9x2ab", "it stops working at once"],
  ],
  exitCodes: { 1: "there is no such token, or the server does not allow it" },
  run: async ({ options, args: [action = "", text], context }) => {
    const { out, nowMs } = context;
    if (!ACTIONS.includes(action)) {
      throw usageError(
        `trainlog token: expected ${ACTIONS.join(", ")}, got ${JSON.stringify(action)}${didYouMean(action, ACTIONS)}`,
      );
    }
    const tokens = await tokensOf(options, context);
    if (action === "list") {
      const all = await tokens.list();
      out.data({ tokens: all });
      out.text(all.length === 0 ? "there are no tokens; trainlog token create NAME" : tableOf(all, out.width, nowMs()));
      return EXIT_OK;
    }
    if (text === undefined)
      throw usageError(
        action === "create" ? "what is it for? trainlog token create NAME" : "which one? trainlog token revoke ID",
      );
    if (action === "revoke") {
      const gone = await tokens.revoke(text);
      out.data({ revoked: gone });
      out.text(`revoked ${gone.id} (${visibleText(gone.name)})`);
      return EXIT_OK;
    }
    // The parser has checked the choice.
    const scope = options.scope as TokenScope;
    const expires = options.days === undefined ? {} : { expiresMs: nowMs() + options.days * DAY_MS };
    const { token, info } = await tokens.create({ name: text, scope, ...expires });
    out.data({ token, info });
    out.note(
      `token ${info.id} (${visibleText(info.name)}, ${info.scope}); this is the only time that its secret is said:`,
    );
    out.text(token);
    return EXIT_OK;
  },
});

async function tokensOf(options: PlaceValues, context: CommandContext): Promise<Tokens> {
  const where = whereOf(options, context);
  if (where.kind === "server") {
    const { TrainlogClient } = await import("../../client/index.ts");
    const { url, token } = where;
    return new TrainlogClient(url, { signal: context.signal, ...(token === undefined ? {} : { token }) }).tokens;
  }
  assertStore(resolve(where.dir));
  const { TokenStore } = await import("../../server/tokens/token-store.ts");
  const store = new TokenStore(where.dir);
  return {
    list: async () => store.list(),
    create: (token) => store.create(token, context.nowMs()),
    revoke: (id) => store.revoke(id),
  };
}

function tableOf(tokens: readonly TokenInfo[], width: number, nowMs: number): string {
  return renderTable<TokenInfo>(
    [
      { title: "id", value: ({ id }) => id },
      { title: "name", value: ({ name }) => name, minWidth: 8 },
      { title: "scope", value: ({ scope }) => scope },
      { title: "made", value: ({ createdMs }) => formatAge(createdMs, nowMs) },
      {
        title: "last used",
        value: ({ lastUsedMs }) => (lastUsedMs === undefined ? "never" : formatAge(lastUsedMs, nowMs)),
      },
      { title: "ends", value: ({ expiresMs }) => endText(expiresMs, nowMs) },
    ],
    tokens,
    { width },
  );
}

function endText(expiresMs: number | undefined, nowMs: number): string {
  if (expiresMs === undefined) return "–";
  return expiresMs <= nowMs ? "expired" : `in ${formatDuration(expiresMs - nowMs)}`;
}
