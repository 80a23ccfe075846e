/**
 * @file A route as a value: address, schemas and handler in one place.
 *
 * The application, the OpenAPI document and the tests that walk over every route (each asks for the token, each refuses unknown parameters) read the
 * same table, so none of them can forget one.
 */
import type { Context, Hono } from "hono";
import type { z } from "zod";
import { type NoQuery, noQuery, type TokenScope } from "../../api/index.ts";
import { toEventJson } from "../../run-log/codec/event-json.ts";
import type { Store } from "../../store/store.ts";
import { type Caller, type Callers, requireScope } from "../access/caller.ts";
import type { LiveHub } from "../live/hub.ts";
import { parseJson, readBody, requireType } from "../request/body.ts";
import type { IngestGate } from "../request/ingest-gate.ts";
import { checkRequest } from "../request/request-problem.ts";
import type { TokenStore } from "../tokens/token-store.ts";

/** What routes work on. */
export interface ServerParts {
  /** The store; throws `server/starting` (503) while it opens and `server/stopping` (503) when it closes. */
  readonly store: () => Store;
  readonly live: () => LiveHub;
  readonly readiness: () => "ready" | "starting" | "stopping";
  readonly ingestGate: IngestGate;
  readonly limits: ServerLimits;
  readonly callers: Callers;
  readonly tokens: TokenStore;
  /** Version of the package. */
  readonly version: string;
}

/** Bounds of a server, in bytes. */
export interface ServerLimits {
  /** Largest body of a batch. */
  readonly batchBytes: number;
  /** Largest blob. */
  readonly blobBytes: number;
  /** Largest JSON body of any other route. */
  readonly jsonBytes: number;
}

/** What a handler gets. */
export interface RouteRequest<Query, Body> {
  readonly parts: ServerParts;
  readonly query: Query;
  readonly body: Body;
  /** The request itself, for bodies that are streamed. */
  readonly raw: Request;
  readonly caller: Caller;
  /** A parameter of the path, such as `runId`. */
  param(name: string): string;
}

/** A route of the API. */
export interface RouteSpec<Query, Body, Answer> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`; `:name` is a parameter. */
  readonly path: string;
  /** One line for the OpenAPI document. */
  readonly summary: string;
  /** What a token has to allow. Default: `read` for GET, else `write`. */
  readonly scope?: TokenScope;
  readonly query?: z.ZodType<Query>;
  /** Schema of a JSON body, which is then read and checked. */
  readonly body?: z.ZodType<Body>;
  /** Schema of the JSON answer. */
  readonly answer?: z.ZodType<Answer>;
  /** What a body or an answer is when it is not JSON. */
  readonly media?: { readonly body?: readonly string[]; readonly answer?: string };
  /** Answers with a value of `answer`, or with a response of its own. */
  handle(request: RouteRequest<Query, Body>): Promise<Answer | Response>;
}

/** A route whose types are settled: what a table of routes holds. */
export interface Route {
  readonly method: RouteSpec<unknown, unknown, unknown>["method"];
  readonly path: string;
  readonly summary: string;
  readonly scope: TokenScope;
  readonly query: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer?: z.ZodType;
  readonly media?: RouteSpec<unknown, unknown, unknown>["media"];
  respond(context: Context, parts: ServerParts): Promise<Response>;
}

/** Makes a route: its handler sees only checked values. */
export function route<Answer, Query = NoQuery, Body = undefined>(spec: RouteSpec<Query, Body, Answer>): Route {
  // A route without a query schema has NoQuery as its Query, which is what `noQuery` gives.
  const query = spec.query ?? (noQuery as unknown as z.ZodType<Query>);
  const scope = spec.scope ?? (spec.method === "GET" ? "read" : "write");
  const respond = async (context: Context, parts: ServerParts): Promise<Response> => {
    const caller = context.get("caller");
    requireScope(caller, scope);
    const raw = context.req.raw;
    const answer = await spec.handle({
      parts,
      query: checkRequest(query, queryOf(context), "query"),
      body: (spec.body === undefined ? undefined : await readJson(raw, spec.body, parts)) as Body,
      raw,
      caller,
      param: (name) => context.req.param(name) ?? "",
    });
    return answer instanceof Response ? answer : jsonAnswer(answer);
  };
  const { method, path, summary, body, answer, media } = spec;
  return {
    ...{ method, path, summary, scope, query, respond },
    ...(body === undefined ? {} : { body }),
    ...(answer === undefined ? {} : { answer }),
    ...(media === undefined ? {} : { media }),
  };
}

/** Adds routes to the application, below `/api/v1`. */
export function mount(app: Hono, routes: readonly Route[], parts: ServerParts): void {
  for (const { method, path, respond } of routes) {
    app.on(method, `/api/v1${path}`, (context) => respond(context, parts));
  }
}

/** An answer in JSON. Numbers inside free JSON that JSON cannot say become `{"$float": …}`. */
export function jsonAnswer(value: unknown, status = 200): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(toEventJson(value), { status, headers });
}

async function readJson<Body>(
  raw: Request,
  schema: z.ZodType<Body>,
  { ingestGate, limits }: ServerParts,
): Promise<Body> {
  requireType(raw, ["application/json"]);
  const bytes = await ingestGate.run((take) => readBody(raw, { maxBytes: limits.jsonBytes, take }));
  return checkRequest(schema, parseJson(bytes), "body");
}

/** A parameter that is given once is a text, a repeated one a list. */
function queryOf(context: Context): Record<string, unknown> {
  const all = Object.entries(context.req.queries());
  return Object.fromEntries(all.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}
