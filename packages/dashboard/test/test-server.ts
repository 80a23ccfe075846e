/** @file A real server on a store of its own for browser tests, filled through the HTTP API as any client would. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonBatch } from "trainlog/api";
import { type RunningServer, startServer } from "trainlog/server";

/** A server with a folder of its own. */
export class TestServer {
  readonly dir: string = mkdtempSync(join(tmpdir(), "trainlog-dashboard-"));
  readonly #dashboardDir: string;
  readonly #seqs = new Map<string, number>();
  #server: RunningServer | undefined;
  #port = 0;

  /** Address for a browser; the same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @param dashboardDir - The built dashboard. */
  constructor(dashboardDir: string) {
    this.#dashboardDir = dashboardDir;
  }

  /** Starts, or starts again on the same port and folder. */
  async start(): Promise<this> {
    this.#server = await startServer({ dir: this.dir, port: this.#port, dashboardDir: this.#dashboardDir });
    this.#port = this.#server.port;
    await this.#server.ready;
    return this;
  }

  /** Stops the server and keeps the folder. */
  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Stops the server and removes the folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Makes a run. */
  async createRun(run: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#post("/runs", run);
  }

  /** Sends events of a run as one batch. */
  async send(runId: string, events: JsonBatch["events"]): Promise<void> {
    const seq = this.#seqs.get(runId) ?? 0;
    this.#seqs.set(runId, seq + 1);
    await this.#post(`/runs/${runId}/batches`, { writerId: "test", seq, events });
  }

  /** Stores bytes; returns their name. */
  async putBlob(bytes: string): Promise<string> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const response = await fetch(`${this.url}/api/v1/blobs/${sha256}`, {
      method: "PUT",
      body: bytes,
      headers: { "content-type": "application/octet-stream" },
    });
    if (!response.ok) throw new Error(`PUT blob: ${response.status} ${await response.text()}`);
    return sha256;
  }

  /** Sends rows of a run: `count` steps from `from` on, one column per metric. */
  async sendRows(
    runId: string,
    from: number,
    count: number,
    metrics: Readonly<Record<string, (step: number) => number>>,
    startMs: number = Date.now() - 60_000,
  ): Promise<void> {
    const steps = Array.from({ length: count }, (_, i) => from + i);
    const columns = Object.entries(metrics).map(([key, valueAt]) => ({
      kind: "number" as const,
      key,
      values: steps.map((step) => wireNumber(valueAt(step))),
    }));
    await this.send(runId, [
      { type: "rows", rows: { steps, wallMs: steps.map((step) => startMs + step * 100), columns } },
    ]);
  }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  }
}

function wireNumber(value: number): number | "NaN" {
  return Number.isNaN(value) ? "NaN" : value;
}
