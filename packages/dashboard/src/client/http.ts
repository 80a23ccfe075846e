/** @file Requests to the trainlog API of the page's own origin. */
import type { Problem } from "trainlog/api";

/** An error that a person can read: what the server said, or that it could not be reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  /** Stable code of the problem, `"area/what"`. */
  readonly code: string;
  /** The whole problem document; some codes carry more than words, such as `current` of `run/notes-changed`. */
  readonly problem: unknown;

  constructor(status: number, code: string, message: string, problem?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.problem = problem;
  }
}

/** Values of a query string; a list repeats its parameter, undefined leaves it out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What a client needs from outside; tests give their own. */
export interface ApiClientOptions {
  readonly fetch: typeof fetch;
  /** Called when the server wants a token and this browser has no session with it. */
  readonly onUnauthorized: () => void;
}

/** Base of all routes. */
export const API_BASE = "/api/v1";

/** Sends requests and reads answers and problems. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /**
   * `GET`, answer as JSON.
   *
   * @throws ApiError
   */
  async get<T>(path: string, query: QueryValues = {}, signal?: AbortSignal): Promise<T> {
    return readJson<T>(await this.send(API_BASE + path + queryText(query), signal === undefined ? {} : { signal }));
  }

  /**
   * `POST` of JSON, answer as JSON.
   *
   * @throws ApiError
   */
  async post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.#sendJson<T>("POST", path, body, signal);
  }

  /**
   * `PATCH` of JSON, answer as JSON.
   *
   * @throws ApiError
   */
  async patch<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.#sendJson<T>("PATCH", path, body, signal);
  }

  /**
   * `DELETE`, answer as JSON.
   *
   * @throws ApiError
   */
  async delete<T>(path: string, signal?: AbortSignal): Promise<T> {
    const init: RequestInit = signal === undefined ? {} : { signal };
    return readJson<T>(await this.send(API_BASE + path, { ...init, method: "DELETE" }));
  }

  async #sendJson<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    const init: RequestInit = {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    return readJson<T>(await this.send(API_BASE + path, signal === undefined ? init : { ...init, signal }));
  }

  /**
   * Any request to the server. A session with a server that asks for a token is a cookie, which the browser sends by itself.
   *
   * @throws ApiError for every answer that is not a success, and when there is none (except by `signal`).
   */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#reach(url, init);
    if (response.ok) return response;
    if (response.status === 401) this.#options.onUnauthorized();
    throw await problemOf(response);
  }

  async #reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#options.fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError(0, "dashboard/unreachable", "The trainlog server does not answer. Is it still running?");
    }
  }
}

/** Writes a query string with its `?`; empty when nothing is asked. */
export function queryText(query: QueryValues): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const part of Array.isArray(value) ? value : [value]) params.append(name, String(part));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** The server is of the same build as this page and its answers are tested against their schemas, so they are not checked again here. */
async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = await readJson<Problem>(response);
    return new ApiError(response.status, problem.code, problem.detail || problem.title, problem);
  } catch {
    return new ApiError(response.status, "dashboard/bad-answer", `The server answered with status ${response.status}.`);
  }
}
