/**
 * @file Starts and stops a server: the one file that binds a port and opens a store.
 *
 * It listens first and opens the store behind that, so that health answers at once however much lies on the disk; data routes say 503 with
 * `Retry-After` until the store is open.
 */
import { createServer, type Server } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { TrainlogError } from "../run/error.ts";
import type { Store, StoreOptions } from "../store/store.ts";
import { Callers } from "./access/caller.ts";
import { hostCheck, isLoopback, requireTokenWhenPublic } from "./access/hosts.ts";
import { createApp } from "./app.ts";
import { bindPort } from "./bind-port.ts";
import { DASHBOARD_DIR, PACKAGE_VERSION } from "./package-facts.ts";
import { StaticPages } from "./pages/static-pages.ts";
import { problemAnswer } from "./problem-answer.ts";
import { IngestGate } from "./request/ingest-gate.ts";
import type { RequestEntry } from "./request-log.ts";
import type { ServerLimits } from "./routes/route.ts";
import { StoreHolder } from "./store-holder.ts";
import { TokenStore } from "./tokens/token-store.ts";

/** Port of trainlog when nobody says another. */
export const DEFAULT_PORT = 5000;

/** How long requests in flight may take to finish when the server stops, in milliseconds. */
const GRACE_MS = 3000;

/** While stopping, connections that became idle are closed this often, in milliseconds. */
const SWEEP_MS = 20;

const MEBIBYTE = 1024 * 1024;

/** Bounds of a server. */
const LIMITS: ServerLimits = { batchBytes: 64 * MEBIBYTE, blobBytes: 64 * 1024 * MEBIBYTE, jsonBytes: 4 * MEBIBYTE };

/** What ingest may hold in memory at once. */
const INGEST_LIMITS = { maxBytes: 128 * MEBIBYTE, maxRequests: 1024 };

/** Bounds of a connection: slow headers, silent bodies, long addresses. A stream of events says something every 15 s. */
const CONNECTION = { headersTimeout: 15_000, requestTimeout: 0, keepAliveTimeout: 10_000, maxHeaderSize: 128 * 1024 };

/** Connections at once, most of them streams of events that wait; one more is closed at once. */
const MAX_CONNECTIONS = 4096;

/** A connection on which nothing moves for this long is closed, in milliseconds. */
const SILENT_MS = 60_000;

/** How to serve. */
export interface ServeOptions {
  /** The store's folder; made when it is not there. */
  readonly dir: string;
  /** More folders of runs to show live beside those of `dir`; see `StoreOptions.watch`. */
  readonly watch?: readonly string[];
  /** Name or address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Default {@link DEFAULT_PORT}; 0 takes any free one. */
  readonly port?: number;
  /** Whether a person asked for this port: then a taken one is an error, and not a reason to take the next. Default: whether `port` is given. */
  readonly portWasAsked?: boolean;
  /** A secret that allows everything, beside the tokens of the store. One of them is required when other machines can reach `host`. */
  readonly token?: string;
  /** More host names to answer to. */
  readonly allowedHosts?: readonly string[];
  /** Origins of foreign pages that may use the API. */
  readonly allowedOrigins?: readonly string[];
  /** Stops the server when it fires. */
  readonly signal?: AbortSignal;
  /** Hears of faults in words, one line each. Default: console.error. */
  readonly onProblem?: (message: string) => void;
  /** Hears of every request but those for health; see `requestLine`. */
  readonly onRequest?: (entry: RequestEntry) => void;
  /** Opens the store; tests give another one. */
  readonly openStore?: (dir: string, options: StoreOptions) => Promise<Store>;
  /** Folder of the built dashboard. */
  readonly dashboardDir?: string;
}

/** A server that listens. */
export interface RunningServer {
  /** Address for a browser, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /** The port that was wanted and taken by somebody else, when the next free one was used instead. */
  readonly takenPort?: number;
  /** Resolves with the store when data is served; rejects (and the server stops) when the store cannot be opened. */
  readonly ready: Promise<Store>;
  /** Resolves when the server has stopped, for whatever reason. */
  readonly closed: Promise<void>;
  /** Stops: takes nothing new, finishes what is in flight (at most 3 s), ends streams, closes the store. */
  close(): Promise<void>;
}

/**
 * Starts a server on a store.
 *
 * @returns When it listens; `ready` says when the store is open.
 * @throws TrainlogError `server/port-taken`, `server/public-without-token`, `server/bad-host`.
 *
 * @example
 * const server = await startServer({ dir: "trainlog" });
 * console.log(server.url);
 * await server.ready;
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { dir, host = "127.0.0.1", port = DEFAULT_PORT, portWasAsked = options.port !== undefined } = options;
  const tokens = new TokenStore(dir);
  requireTokenWhenPublic(host, options.token !== undefined || !tokens.isEmpty);
  const holder = new StoreHolder();
  const http = httpServer(options, host, holder, tokens);
  const bound = await bindPort(http, { host, port, mayMove: !portWasAsked });
  const url = addressOf(host, bound.port);
  const open = options.openStore ?? openEmbedded;
  const onProblem = options.onProblem ?? defaultOnProblem;
  const ready = holder.open(() => open(dir, { mode: "serve", address: url, onProblem, watch: options.watch ?? [] }));
  const { promise: closed, resolve: sayClosed } = Promise.withResolvers<void>();
  const close = once(async () => {
    await stop(http, holder);
    tokens.close();
    sayClosed();
  });
  ready.catch(close);
  options.signal?.addEventListener("abort", () => void close(), { once: true });
  if (options.signal?.aborted === true) void close();
  const moved = bound.port === port || port === 0 ? {} : { takenPort: port };
  return { url, port: bound.port, ...moved, ready, closed, close };
}

/** Loads the store's code when the server listens already: its modules, SQLite among them, take a while to load. */
async function openEmbedded(dir: string, options: StoreOptions): Promise<Store> {
  const { openStore } = await import("../store/index.ts");
  return openStore(dir, options);
}

function httpServer(options: ServeOptions, host: string, holder: StoreHolder, tokens: TokenStore): Server {
  const token = options.token === undefined ? {} : { token: options.token };
  const callers = new Callers({ tokens, isPublic: !isLoopback(host), ...token });
  const onProblem = options.onProblem ?? defaultOnProblem;
  const app = createApp({
    parts: {
      store: () => holder.store,
      live: () => holder.live,
      readiness: () => holder.state,
      ingestGate: new IngestGate(INGEST_LIMITS),
      limits: LIMITS,
      ...{ callers, tokens },
      version: PACKAGE_VERSION,
    },
    access: {
      isHostAllowed: hostCheck(host, options.allowedHosts),
      allowedOrigins: options.allowedOrigins ?? [],
      callers,
    },
    pages: new StaticPages(options.dashboardDir ?? DASHBOARD_DIR),
    ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
    onFault: (error) =>
      onProblem(`a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  });
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) => answerToOddRequest(error, onProblem),
  });
  const server = createServer(CONNECTION, (request, response) => void listener(request, response));
  server.maxConnections = MAX_CONNECTIONS;
  return server.setTimeout(SILENT_MS);
}

/** A request that is none, such as one whose target or host makes no address, never reaches the application. */
function answerToOddRequest(error: unknown, onProblem: (message: string) => void): Response {
  if (error instanceof RequestError) {
    return problemAnswer(
      new TrainlogError("api/bad-address", `the request is none: ${error.message}`, { status: 400 }),
    );
  }
  onProblem(`a request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return problemAnswer(error);
}

/** Ends streams first: they would otherwise be in flight for ever. */
async function stop(http: Server, holder: StoreHolder): Promise<void> {
  holder.stopServing();
  const finished = new Promise<void>((resolve) => http.close(() => resolve()));
  // A connection is idle only when its request has been answered, which for some is in a moment.
  const sweep = setInterval(() => http.closeIdleConnections(), SWEEP_MS);
  const limit = setTimeout(() => http.closeAllConnections(), GRACE_MS);
  await finished;
  clearInterval(sweep);
  clearTimeout(limit);
  await holder.close();
}

/** An address that a browser can open: a server that listens everywhere is reached here by localhost. */
function addressOf(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

function defaultOnProblem(message: string): void {
  process.stderr.write(`trainlog: ${message}\n`);
}
