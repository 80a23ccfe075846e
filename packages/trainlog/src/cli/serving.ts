/** @file What `serve` and `demo` share: starting the server, saying where it is, and staying until it is told to stop. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RequestEntry, type RunningServer, requestLine, startServer } from "../server/index.ts";
import type { CommandContext } from "./command.ts";
import { openInBrowser } from "./open-browser.ts";
import { DIR_OPTION, type OptionValues } from "./option-types.ts";
import type { Output } from "./output.ts";
import { storeDirOf } from "./store-access.ts";
import { formatPlural } from "./terminal/format.ts";
import { visibleText } from "./terminal/text-width.ts";

const OWN_OPTIONS = {
  watch: {
    type: "text",
    value: "DIR",
    multiple: true,
    help: "also show the runs of this folder, live; repeat it for more, and it may appear later",
  },
  host: {
    type: "text",
    value: "NAME",
    default: "127.0.0.1",
    help: "name or address to listen on; one that other machines can reach needs a token",
  },
  port: {
    type: "integer",
    value: "N",
    min: 0,
    max: 65_535,
    help: "port to listen on, 0 = any free one; a port asked for here that is taken is an error",
    defaultText: "5000, or the next free one",
  },
  token: { type: "text", value: "TOKEN", help: "secret that every request must carry", defaultText: "$TRAINLOG_TOKEN" },
  "allowed-host": { type: "text", value: "NAME", multiple: true, help: "also answer to this host name" },
  "allowed-origin": {
    type: "text",
    value: "ORIGIN",
    multiple: true,
    help: "let pages of this origin use the API, such as http://localhost:8080 for a page that trains and logs",
  },
  "log-format": {
    type: "text",
    value: "FORMAT",
    choices: ["text", "json"],
    help: "say every request on standard error, as text or as one JSON object per line",
    defaultText: "only problems are said",
  },
  open: { type: "boolean", help: "open the page in the browser" },
} as const;

/** Options of every command that serves. */
export const SERVE_OPTIONS: typeof DIR_OPTION & typeof OWN_OPTIONS = { ...DIR_OPTION, ...OWN_OPTIONS };

/** Values of {@link SERVE_OPTIONS}. */
export type ServeValues = OptionValues<typeof SERVE_OPTIONS>;

/** A store that takes longer than this to open is waited for with the address printed. */
const SOON_MS = 500;

/**
 * Starts the server and prints its address, which is the first thing that a person needs.
 *
 * @throws TrainlogError `server/port-taken`, `server/public-without-token`, `server/bad-host`, and what opening the store throws (then it has stopped).
 */
export async function startServing(options: ServeValues, context: CommandContext): Promise<RunningServer> {
  const { out, env } = context;
  const token = options.token ?? (env["TRAINLOG_TOKEN"] || undefined);
  const server = await startServer({
    dir: storeDirOf(options.dir, context),
    watch: options.watch.map((dir) => resolve(context.cwd, dir)),
    host: options.host,
    allowedHosts: options["allowed-host"],
    allowedOrigins: options["allowed-origin"],
    ...logging(options["log-format"], out),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(token === undefined ? {} : { token }),
  });
  // A store that cannot be opened says so at once: then no address is given that leads nowhere.
  const isOpen = await Promise.race([server.ready.then(() => true), sleep(SOON_MS, false, { ref: false })]);
  out.text(`trainlog is at ${out.style.bold(server.url)}`);
  if (server.takenPort !== undefined)
    out.text(`  (port ${server.takenPort} is taken by another program; this is the next free one)`);
  if (token !== undefined) out.text("  (it asks for the token)");
  if (!isOpen) out.note("opening the store …");
  const store = await server.ready;
  for (const note of store.notes) out.note(visibleText(note));
  const projects = await store.projects();
  const runCount = projects.reduce((sum, project) => sum + project.runCount, 0);
  out.data({ url: server.url, port: server.port, dir: store.dir, pid: process.pid, runCount });
  out.text(`  folder ${store.dir}, ${formatPlural(runCount, "run")}`);
  if (options.open && !(await openInBrowser(server.url, env))) out.note("no browser here; open the address yourself");
  return server;
}

/** Where the server says what it does: problems always, requests when a format was asked for. */
function logging(
  format: string | undefined,
  out: Output,
): { onProblem: (message: string) => void; onRequest?: (entry: RequestEntry) => void } {
  if (format === "json") {
    const say = (entry: object): void => out.note(JSON.stringify({ time: new Date().toISOString(), ...entry }));
    return {
      onProblem: (message) => say({ level: "warn", message }),
      onRequest: (entry) => say({ level: entry.status >= 500 ? "error" : "info", ...entry }),
    };
  }
  const onProblem = (message: string): void => out.note(visibleText(message));
  if (format === undefined) return { onProblem };
  return {
    onProblem,
    onRequest: (entry) => out.note(visibleText(`${new Date().toISOString()} ${requestLine(entry)}`)),
  };
}

/** Stays until the person stops the program (Ctrl-C) or the server stops by itself, then closes it. */
export async function serveUntilStopped(server: RunningServer, { signal, out }: CommandContext): Promise<void> {
  await Promise.race([server.closed, aborted(signal)]);
  if (signal.aborted) out.note("stopping …");
  await server.close();
}

/** Resolves when `signal` fires. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((settle) => signal.addEventListener("abort", () => settle(), { once: true }));
}
