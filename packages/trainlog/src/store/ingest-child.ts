/**
 * @file A process for tests: serves a store, feeds two runs from several writers at once, says on standard output which batches were acknowledged, and
 * goes on until it is killed.
 */
import { writeSync } from "node:fs";
import type { RunEvent } from "../run/event.ts";
import { openStore } from "./open-store.ts";

const [dir = "", first = "0"] = process.argv.slice(2);

/** Rows of one batch. Small, so that many are on their way when the process dies. */
const ROWS = 3;

function batchEvents(writer: string, seq: number): RunEvent[] {
  const steps = Float64Array.from({ length: ROWS }, (_, i) => seq * ROWS + i);
  const values = steps.map((step) => step);
  return [{ type: "rows", rows: { steps, wallMs: steps, columns: [{ kind: "number", key: writer, values }] } }];
}

async function feed(store: Awaited<ReturnType<typeof openStore>>, runId: string, writerId: string): Promise<never> {
  for (let seq = Number(first); ; seq++) {
    await store.append(runId, [{ origin: { writerId, seq }, events: batchEvents(writerId, seq) }]);
    writeSync(1, `${runId} ${writerId} ${seq}\n`);
  }
}

const store = await openStore(dir, { mode: "serve", sealAfterMs: false });
for (const runId of ["a", "b"]) await store.createRun({ runId, project: "p" });
writeSync(1, "ready\n");
await Promise.all(["a", "b"].flatMap((runId) => ["w0", "w1", "w2"].map((writerId) => feed(store, runId, writerId))));
