/** @file The gate that every request passes first: host, origin, token, in this order, before any route looks at it. */
import type { MiddlewareHandler } from "hono";
import { TrainlogError } from "../../run/error.ts";
import type { Caller, Callers } from "./caller.ts";
import { addSecurityHeaders } from "./headers.ts";
import type { HostCheck } from "./hosts.ts";
import { changesState, judgeOrigin, type OriginVerdict } from "./origins.ts";

/** Who may do what. */
export interface AccessRules {
  readonly isHostAllowed: HostCheck;
  /** Origins of foreign pages that may use the API, for example of a browser script that trains and logs. */
  readonly allowedOrigins: readonly string[];
  /** Knows who may come in. */
  readonly callers: Callers;
}

/** Paths that need no token: a load balancer asks for health, and signing in comes before being signed in. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/api/v1/health", "/sign-in", "/sign-out"]);

/** Who asks for one of those: whoever it is, looking is all that they allow. */
const NOBODY: Caller = { scope: "read" };

/** How long a browser may keep the answer to a preflight, in seconds. */
const PREFLIGHT_SECONDS = "600";

/**
 * Makes the gate.
 *
 * @param refuse - Answers a request without a token (a page, for browsers that want one).
 */
export function guard(
  rules: AccessRules,
  refuse: (request: Request, error: TrainlogError) => Response,
): MiddlewareHandler {
  return async (context, next) => {
    const { method, path } = context.req;
    const host = hostOf(context.req.raw);
    if (!rules.isHostAllowed(host)) throw wrongHost(host);
    const origin = context.req.header("origin");
    const verdict = judgeOrigin(origin, host, rules.allowedOrigins);
    if (verdict === "foreign" && changesState(method)) throw foreignOrigin(origin ?? "");
    const isPreflight = method === "OPTIONS" && verdict === "allowed";
    const caller = isPreflight || OPEN_PATHS.has(path) ? NOBODY : rules.callers.callerOf(context.req.raw);
    if (caller !== undefined) context.set("caller", caller);
    if (isPreflight) context.res = new Response(null, { status: 204 });
    else if (caller === undefined) context.res = refuse(context.req.raw, noToken());
    else await next();
    addSecurityHeaders(context.res.headers);
    allowOrigin(context.res.headers, verdict, origin);
  };
}

/** The host that a request was sent to; requests made in tests without a socket have no header. */
export function hostOf(request: Request): string {
  return request.headers.get("host") ?? new URL(request.url).host;
}

/** CORS for the origins that were allowed by name. Cookies are never shared with them: they send the token. */
function allowOrigin(headers: Headers, verdict: OriginVerdict, origin: string | undefined): void {
  headers.append("vary", "Origin");
  if (verdict !== "allowed" || origin === undefined) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  headers.set("access-control-allow-headers", "authorization, content-type, last-event-id");
  headers.set("access-control-expose-headers", "etag, retry-after");
  headers.set("access-control-max-age", PREFLIGHT_SECONDS);
}

function wrongHost(host: string): TrainlogError {
  const message = `this server does not answer to the host ${JSON.stringify(host.slice(0, 200))}; if it is yours, start the server with --allowed-host`;
  return new TrainlogError("server/wrong-host", message, { status: 403 });
}

function foreignOrigin(origin: string): TrainlogError {
  const message = `a page of ${JSON.stringify(origin.slice(0, 200))} may not change anything here; if it is yours, start the server with --allowed-origin`;
  return new TrainlogError("server/foreign-origin", message, { status: 403 });
}

function noToken(): TrainlogError {
  const message =
    "this server asks for a token; send one of it as `Authorization: Bearer …` (its $TRAINLOG_TOKEN, or one made by `trainlog token create`)";
  return new TrainlogError("server/no-token", message, { status: 401 });
}
