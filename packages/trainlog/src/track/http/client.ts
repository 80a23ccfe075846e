/**
 * @file The part of the HTTP API that a tracker speaks (`docs/http-api.md`), over `fetch`, so that it is the same in Node and in a browser.
 *
 * Every answer is sorted into an outcome: done, try again, refused for good, or stop. A tracker acts on outcomes and never on status codes.
 */
import { messageOf } from "../reporter.ts";
import { retryAfterMs } from "./backoff.ts";

/** What became of a request. */
export type Outcome =
  | { readonly kind: "done" }
  /** The server is away or busy: the same request may work later. */
  | { readonly kind: "retry"; readonly message: string; readonly afterMs?: number }
  /** The server will never take this request: it is malformed or too large in its eyes. */
  | { readonly kind: "refused"; readonly message: string; readonly status: number; readonly code: string }
  /** The server does not know the run (its store was replaced, or the run was deleted). */
  | { readonly kind: "gone"; readonly message: string }
  /** Nothing will work until a person acts: wrong token, not a trainlog server, run written by somebody else. */
  | { readonly kind: "stop"; readonly message: string; readonly code: string };

/** Options of {@link ApiClient}. */
export interface ApiClientOptions {
  readonly token?: string;
  /** Ends all requests. */
  readonly signal?: AbortSignal;
}

const BATCH_TYPE = "application/vnd.trainlog.batch";

/** Longest time for one request of rows. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A large model over a slow line takes long; a dead line is noticed by the platform. */
const BLOB_TIMEOUT_MS = 3_600_000;

/** Statuses that pass by themselves. 409 is not among them: it names a conflict. */
const PASSING_STATUSES = [408, 425, 429, 500, 502, 503, 504, 507];

/** Requests of one server. */
export class ApiClient {
  /** Address of the server without path, query and credentials. */
  readonly url: string;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(url: string, options: ApiClientOptions = {}) {
    this.url = serverUrl(url);
    this.#token = options.token;
    this.#signal = options.signal;
  }

  /** Address of a run's page. */
  runUrl(runId: string): string {
    return `${this.url}/runs/${encodeURIComponent(runId)}`;
  }

  /**
   * Sends batches: frames, or one batch as JSON text. A batch whose origin the server has seen changes nothing there.
   *
   * @param keepalive - The request may outlive the page.
   */
  async postBatches(runId: string, body: Uint8Array<ArrayBuffer> | string, keepalive = false): Promise<Outcome> {
    const path = `/runs/${encodeURIComponent(runId)}/batches`;
    const type = typeof body === "string" ? "application/json" : BATCH_TYPE;
    return await this.#send("POST", path, body, { type, keepalive });
  }

  /** Says that the run is alive though it has nothing to say. */
  async heartbeat(runId: string): Promise<Outcome> {
    return await this.#send("POST", `/runs/${encodeURIComponent(runId)}/heartbeat`, undefined, {});
  }

  /** Uploads a blob unless the server has it. `open` is called only when it does not. */
  async putBlob(sha256: string, open: () => BodyInit | Promise<BodyInit>): Promise<Outcome> {
    const known = await this.#send("HEAD", `/blobs/${sha256}`, undefined, {});
    if (known.kind !== "gone") return known;
    return await this.#send("PUT", `/blobs/${sha256}`, await open(), { type: "application/octet-stream" });
  }

  async #send(
    method: string,
    path: string,
    body: BodyInit | undefined,
    how: { readonly type?: string; readonly keepalive?: boolean },
  ): Promise<Outcome> {
    const headers = new Headers();
    if (how.type !== undefined) headers.set("content-type", how.type);
    if (this.#token !== undefined) headers.set("authorization", `Bearer ${this.#token}`);
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
        ...(how.keepalive === true ? { keepalive: true } : {}),
        // A redirect would carry the token to wherever it points.
        redirect: "manual",
        signal: this.#limit(method === "PUT" ? BLOB_TIMEOUT_MS : REQUEST_TIMEOUT_MS),
      });
      return await this.#outcome(response, method);
    } catch (error) {
      return { kind: "retry", message: `${this.url}: ${describeNetworkError(error)}` };
    }
  }

  #limit(timeoutMs: number): AbortSignal {
    const timeout = AbortSignal.timeout(timeoutMs);
    return this.#signal === undefined ? timeout : AbortSignal.any([timeout, this.#signal]);
  }

  async #outcome(response: Response, method: string): Promise<Outcome> {
    const text = await response.text();
    const answer = parse(text);
    if (response.ok) {
      if (method === "HEAD" || response.status === 204 || isObject(answer)) return { kind: "done" };
      return {
        kind: "retry",
        message: `${this.url} answered ${response.status} with something that is not JSON: is it a trainlog server?`,
      };
    }
    const message = `${this.url} answered ${response.status}: ${detailOf(answer, text)}`;
    const code = String(field(answer, "code") ?? "");
    const { status } = response;
    if (PASSING_STATUSES.includes(status)) {
      const afterMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
      return { kind: "retry", message, ...(afterMs === undefined ? {} : { afterMs }) };
    }
    if (status === 404 || status === 410) return { kind: "gone", message };
    if (status === 400 || status === 413 || status === 415 || status === 422)
      return { kind: "refused", message, status, code };
    return { kind: "stop", message, code };
  }
}

/** The server's address from what a person wrote, without path, query and credentials. @throws TypeError for what is no URL. */
function serverUrl(url: string): string {
  return new URL(url).origin;
}

/** An error of `fetch` in words: it hides the reason ("fetch failed") in its cause. */
export function describeNetworkError(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof Error && error.name === "TimeoutError") return "no answer in time";
  return cause === undefined
    ? messageOf(error)
    : `${messageOf(error)} (${messageOf(cause) || String(field(cause, "code"))})`;
}

function detailOf(answer: unknown, text: string): string {
  const detail = field(answer, "detail") ?? field(answer, "title");
  return typeof detail === "string" ? detail : text.slice(0, 200);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}
