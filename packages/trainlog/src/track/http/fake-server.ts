/** @file A small server for tests that takes batches as the real one does, and can be made to fail in every way a network can. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunEvent } from "../../run/event.ts";
import { decodeBody } from "../../run-log/codec/body.ts";

/** Answers a request in place of the server. False: the request is handled as usual. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Takes batches and blobs in memory. */
export class FakeServer {
  /** Events of each run, each batch once. */
  readonly runs: Map<string, RunEvent[]> = new Map();
  readonly blobs: Map<string, number> = new Map();
  /** Paths asked for, in order. */
  readonly requests: string[] = [];
  fault: Fault | undefined;
  readonly #origins = new Map<string, number>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Address of the server, when it listens. */
  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${isTcp(address) ? address.port : 0}`;
  }

  /** Listens, on a given port after a restart. */
  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return this;
  }

  /** Goes away at once, connections and all. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  /** Steps of the rows of a run, in order of arrival. */
  steps(runId: string): number[] {
    return (this.runs.get(runId) ?? []).flatMap((event) => (event.type === "rows" ? [...event.rows.steps] : []));
  }

  /** Forgets everything, like a store that was replaced. */
  forget(): void {
    this.runs.clear();
    this.blobs.clear();
    this.#origins.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.fault?.(request, response) === true) return;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const blob = /^\/api\/v1\/blobs\/(\w+)$/.exec(request.url ?? "")?.[1];
    const runId = /^\/api\/v1\/runs\/([^/]+)\/batches$/.exec(request.url ?? "")?.[1];
    const page = /^\/api\/v1\/runs\/([^/]+)$/.exec(request.url ?? "")?.[1];
    if (page !== undefined) json(response, this.runs.has(decodeURIComponent(page)) ? 200 : 404, {});
    else if (blob !== undefined) this.#blob(blob, request, body, response);
    else if (runId !== undefined) this.#take(decodeURIComponent(runId), body, response);
    else json(response, 200, {});
  }

  #blob(sha256: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (request.method === "HEAD") {
      response.writeHead(this.blobs.has(sha256) ? 200 : 404).end();
      return;
    }
    if (createHash("sha256").update(body).digest("hex") !== sha256) json(response, 400, { code: "blob/bad-hash" });
    else {
      this.blobs.set(sha256, body.length);
      json(response, 201, {});
    }
  }

  #take(runId: string, body: Buffer, response: ServerResponse): void {
    const batches = decodeBody(new Uint8Array(body));
    if (!this.runs.has(runId)) {
      if (!batches.some(({ events }) => events.some(({ type }) => type === "start"))) {
        json(response, 404, { code: "run/not-found", detail: "no such run" });
        return;
      }
      this.runs.set(runId, []);
    }
    for (const { origin, events } of batches) {
      const writer = `${runId} ${origin?.writerId}`;
      if (origin === undefined || origin.seq <= (this.#origins.get(writer) ?? -1)) continue;
      this.#origins.set(writer, origin.seq);
      this.runs.get(runId)?.push(...events);
    }
    json(response, 200, { stored: batches.length, duplicates: 0 });
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function isTcp(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
