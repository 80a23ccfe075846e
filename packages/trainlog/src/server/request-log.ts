/**
 * @file A line per request: who asked what, what came of it, how long it took.
 *
 * Nothing that may be secret is in it: no header, no query, no body; a token is named, not shown. Every answer carries the id of its request (`X-Request-Id`; one that
 * a proxy gave is kept), so that what a person saw can be found in the log.
 */
import type { MiddlewareHandler } from "hono";
import { randomText } from "../run/id.ts";

/** What is said of a request. */
export interface RequestEntry {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Until the head of the answer was ready, in milliseconds. */
  readonly ms: number;
  /** Name of the token; absent when none was needed. */
  readonly token?: string;
}

const GIVEN_ID = /^[\w.:-]{1,100}$/;

/** Paths that are asked every few seconds by those who only want to know whether the server lives. */
const QUIET_PATHS: ReadonlySet<string> = new Set(["/api/v1/health", "/api/v1/ready"]);

/** Makes the middleware. @param onRequest - Hears of each request. */
export function requestLog(onRequest: ((entry: RequestEntry) => void) | undefined): MiddlewareHandler {
  return async (context, next) => {
    const begun = performance.now();
    const given = context.req.header("x-request-id") ?? "";
    const requestId = GIVEN_ID.test(given) ? given : randomText(12);
    await next();
    context.res.headers.set("x-request-id", requestId);
    const { method, path } = context.req;
    if (onRequest === undefined || QUIET_PATHS.has(path)) return;
    const token = context.get("caller")?.name;
    const ms = Math.round((performance.now() - begun) * 10) / 10;
    onRequest({ requestId, method, path, status: context.res.status, ms, ...(token === undefined ? {} : { token }) });
  };
}

/** A line of the log for people. Characters that a terminal acts on are shown as they are written. */
export function requestLine({ requestId, method, path, status, ms, token }: RequestEntry): string {
  const shown = JSON.stringify(path).slice(1, -1);
  return `${method} ${shown} ${status} ${ms} ms ${requestId}${token === undefined ? "" : ` ${JSON.stringify(token)}`}`;
}
