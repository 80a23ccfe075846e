/** @file Servers on real sockets for the tests of this folder: each test has a folder of its own, and what it started is stopped after it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { BATCH_TYPE } from "../api/index.ts";
import type { RunEvent } from "../run/event.ts";
import { encodeBody } from "../run-log/codec/body.ts";
import { type RunningServer, type ServeOptions, startServer } from "./listen.ts";

let dir = "";
const running: RunningServer[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-server-"));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  rmSync(dir, { recursive: true, force: true });
});

/** The folder of this test. */
export function testDir(): string {
  return dir;
}

/** Starts a server on the folder of this test. */
export async function startTestServer(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ dir, port: 0, onProblem: () => {}, ...options });
  running.push(server);
  return server;
}

/** Body of batch `seq`: one row with the value `seq`; the first one starts the run. */
function batch(runId: string, seq: number): Uint8Array<ArrayBuffer> {
  const first: RunEvent[] = seq === 0 ? [{ type: "start", runId, project: "p", wallMs: 1 }] : [];
  const rows = {
    steps: Float64Array.of(seq),
    wallMs: Float64Array.of(seq),
    columns: [{ kind: "number" as const, key: "loss", values: Float64Array.of(seq) }],
  };
  return encodeBody([{ origin: { writerId: "w", seq }, events: [...first, { type: "rows", rows }] }]);
}

/** Sends batch `seq` of a run. */
export function post(url: string, runId: string, seq: number): Promise<Response> {
  const init = { method: "POST", body: batch(runId, seq), headers: { "content-type": BATCH_TYPE } };
  return fetch(`${url}/api/v1/runs/${runId}/batches`, init);
}
