/**
 * @file Requests of one server: addresses, token, errors in words.
 *
 * Every refusal becomes a TrainlogError with the server's own code, so that a caller handles `run/not-found` of a server as that of a folder. A server that is busy
 * or still opens its store is asked again for a while; one that is away is not: a person waits for the answer.
 */
import { describeValue, TrainlogError } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";
import { fromEventJson, toEventJson } from "../run-log/codec/event-json.ts";

/** How a server is spoken to. */
export interface ClientOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Ends requests that are under way. */
  readonly signal?: AbortSignal;
  /** Longest time until an answer begins, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
}

/** One request. */
export interface RequestSpec {
  readonly query?: object;
  /** Becomes the JSON body. */
  readonly json?: unknown;
  /** A body that is no JSON, with its media type. */
  readonly body?: BodyInit;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is a stream without end: only its beginning has a time limit. */
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** How often a busy server is asked again, and the longest wait between two requests. */
const MAX_ATTEMPTS = 5;
const MAX_WAIT_MS = 10_000;

/** Statuses of a state that passes. */
const PASSING = [429, 503];

/** Requests of one server. */
export class HttpChannel {
  /** Address without path, query and credentials. */
  readonly url: string;
  readonly #options: ClientOptions;

  /** @throws TrainlogError `client/bad-url`. */
  constructor(url: string, options: ClientOptions = {}) {
    this.url = checkServerUrl(url);
    this.#options = options;
  }

  /**
   * Sends a request and reads the JSON of its answer.
   *
   * The answer is taken as `Answer` without a look: the server's tests hold it to that shape, and a newer server may say more.
   */
  async json<Answer>(method: string, path: string, spec: RequestSpec = {}): Promise<Answer> {
    const response = await this.open(method, path, spec);
    const text = await this.#reading(response.text());
    try {
      return fromEventJson(text) as unknown as Answer;
    } catch (cause) {
      throw this.#notTrainlog(cause);
    }
  }

  /** Sends a request and gives its answer, of status 2xx. @throws TrainlogError with the server's code, `client/unreachable`, `client/not-trainlog`. */
  async open(method: string, path: string, spec: RequestSpec = {}): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#fetch(method, path, spec);
      if (response.ok) return response;
      const isAgain =
        PASSING.includes(response.status) && attempt < MAX_ATTEMPTS && !(spec.body instanceof ReadableStream);
      if (!isAgain) throw await this.#refusal(response);
      await response.body?.cancel();
      await pause(waitMs(response, attempt), this.#options.signal);
    }
  }

  async #fetch(method: string, path: string, spec: RequestSpec): Promise<Response> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, token, signal } = this.#options;
    const { body, type } = bodyOf(spec);
    const headers = new Headers(spec.headers);
    if (type !== undefined) headers.set("content-type", type);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    // Only until the answer begins: a large one may take its time.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), timeoutMs);
    const isUpload = body instanceof ReadableStream;
    if (isUpload) clearTimeout(timer);
    try {
      return await fetch(`${this.url}/api/v1${path}${queryText(spec.query)}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        // `duplex` is required for streams and not yet in the types of every platform.
        ...(isUpload ? { duplex: "half" } : {}),
        // A redirect would carry the token to wherever it points.
        redirect: "manual",
        signal: AbortSignal.any([late.signal, ...[signal, spec.signal].filter((one) => one !== undefined)]),
      });
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      if (spec.signal?.aborted === true) throw spec.signal.reason;
      throw this.#unreachable(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for the rest of an answer. */
  async #reading<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (cause) {
      if (this.#options.signal?.aborted === true) throw this.#options.signal.reason;
      throw this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): TrainlogError {
    return new TrainlogError(
      "client/unreachable",
      `no answer from ${this.url}: ${networkReason(cause)}\nis the server running there, and the address right? trainlog doctor --url ${this.url}`,
      { status: 503, cause },
    );
  }

  #notTrainlog(cause?: unknown): TrainlogError {
    const message = `${this.url} answers, but not as a trainlog server does; check the address`;
    return new TrainlogError("client/not-trainlog", message, { status: 502, cause });
  }

  /** The server's own words (RFC 9457), as an error of this process. */
  async #refusal(response: Response): Promise<TrainlogError> {
    const problem = parse(await this.#reading(response.text()));
    const { code, detail } = isPlainObject(problem) ? problem : {};
    if (typeof code !== "string") return this.#notTrainlog();
    const hint = response.status === 401 ? `\nsay who you are: trainlog login ${this.url}, or set $TRAINLOG_TOKEN` : "";
    const words = typeof detail === "string" ? detail : `status ${response.status}`;
    return new TrainlogError(code, `${this.url} says: ${words}${hint}`, { status: response.status, cause: problem });
  }
}

/**
 * The address of a server from what a person wrote: `http://` when no scheme is given; path, query and credentials are dropped.
 *
 * @throws TrainlogError `client/bad-url`.
 */
export function checkServerUrl(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  const message = `expected the address of a server such as http://gpu-box:5000, got ${describeValue(text)}`;
  throw new TrainlogError("client/bad-url", message, { status: 400 });
}

function bodyOf({ json, body, type }: RequestSpec): { readonly body?: BodyInit; readonly type?: string } {
  if (json !== undefined) return { body: toEventJson(json), type: "application/json" };
  return { ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { type }) };
}

function queryText(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

function waitMs(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Math.min(MAX_WAIT_MS, seconds >= 0 ? seconds * 1000 : 250 * 2 ** attempt);
}

/** Waits; an abort ends the wait with its reason. */
export function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** `fetch` says "fetch failed" and hides the reason in its cause. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || String(Object(cause).code ?? error.message);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
