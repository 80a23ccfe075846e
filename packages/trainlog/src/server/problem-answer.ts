/** @file Errors as answers: every error that leaves the server goes through here and has one shape (RFC 9457). */
import { STATUS_CODES } from "node:http";
import { PROBLEM_TYPE, type Problem } from "../api/index.ts";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { RequestProblem } from "./request/request-problem.ts";

/** Status codes after which a client should try the same request again, and the seconds to wait. */
const RETRY_AFTER_SECONDS: Readonly<Record<number, number>> = { 429: 1, 503: 1, 507: 30 };

/**
 * Describes an error for a client.
 *
 * An error that is not a TrainlogError is a fault of the server: its text may hold paths or secrets, so the client gets none of it.
 */
export function toProblem(error: unknown): Problem {
  const status = isTrainlogError(error) ? error.status : 500;
  const title = STATUS_CODES[status] ?? "Error";
  if (!isTrainlogError(error)) {
    const detail = "the server failed at this request; its own output says more";
    return { type: "about:blank", title, status, detail, code: "server/internal" };
  }
  const fields = error instanceof RequestProblem && error.fields.length > 0 ? { fields: error.fields } : {};
  return { type: "about:blank", title, status, detail: error.message, code: error.code, ...fields };
}

/** The answer for an error. */
export function problemAnswer(error: unknown): Response {
  const problem = toProblem(error);
  const headers = new Headers({ "content-type": PROBLEM_TYPE, "cache-control": "no-store" });
  const retryAfter = RETRY_AFTER_SECONDS[problem.status];
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="trainlog"');
  // After a refusal of a body that was not read to its end, the connection cannot be used again.
  if (problem.status === 413) headers.set("connection", "close");
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** The error for an address under `/api` that names nothing. */
export function noSuchRoute(method: string, path: string): TrainlogError {
  return new TrainlogError("api/no-route", `there is no ${method} ${path}; /api/v1/openapi.json lists what there is`, {
    status: 404,
  });
}
