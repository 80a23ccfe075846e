/**
 * @file Routes by which a client feeds a run: batches and heartbeats.
 *
 * A batch is answered when it is durable. Its origin (writer and sequence number) makes sending it again change nothing, so a client that got no answer
 * sends the same batch until it gets one.
 */
import {
  BATCH_TYPE,
  type BatchAnswer,
  batchAnswer,
  eventFault,
  fromJsonEvent,
  jsonBatch,
  type NoQuery,
} from "../../api/index.ts";
import { describeValue, isTrainlogError } from "../../run/error.ts";
import type { RunEvent, StartEvent } from "../../run/event.ts";
import { checkKey, checkRunId, checkStep } from "../../run/limits.ts";
import { decodeBody } from "../../run-log/codec/body.ts";
import type { Store } from "../../store/store.ts";
import type { IngestBatch } from "../../store/types.ts";
import { parseJson, readBody, requireType } from "../request/body.ts";
import { checkRequest, RequestProblem } from "../request/request-problem.ts";
import { type Route, type RouteRequest, route } from "./route.ts";

const JSON_TYPE = "application/json";

/** Batches and heartbeats. */
export const ingestRoutes: readonly Route[] = [
  route<BatchAnswer, NoQuery>({
    method: "POST",
    path: "/runs/:runId/batches",
    summary:
      "Store batches of run events; answered when they are durable. A batch that begins with `start` makes the run",
    media: { body: [BATCH_TYPE, JSON_TYPE] },
    answer: batchAnswer,
    handle: takeBatches,
  }),
  route<Readonly<Record<string, never>>>({
    method: "POST",
    path: "/runs/:runId/heartbeat",
    summary: "Say that the run's script still lives",
    handle: async ({ parts, param }) => {
      await parts.store().heartbeat(param("runId"));
      return {};
    },
  }),
];

async function takeBatches(request: RouteRequest<NoQuery, undefined>): Promise<BatchAnswer> {
  const { parts, raw, param } = request;
  const store = parts.store();
  const runId = checkRunId(param("runId"));
  const type = requireType(raw, [BATCH_TYPE, JSON_TYPE]);
  return parts.ingestGate.run(async (take) => {
    const bytes = await readBody(raw, { maxBytes: parts.limits.batchBytes, take });
    const batches = type === BATCH_TYPE ? binaryBatches(bytes) : [jsonBatchOf(bytes)];
    batches.forEach((batch, i) => {
      checkBatch(batch, runId, `batch ${i}`);
    });
    const results = await appendOrCreate(store, runId, batches);
    const duplicates = results.filter((result) => result.duplicate).length;
    return { stored: results.length - duplicates, duplicates };
  });
}

/** A run that is not there yet is made by the `start` event that its first batch begins with. */
async function appendOrCreate(
  store: Store,
  runId: string,
  batches: readonly IngestBatch[],
): Promise<{ readonly duplicate: boolean }[]> {
  try {
    return await store.append(runId, batches);
  } catch (error) {
    const start = batches.flatMap(({ events }) => events).find((event) => event.type === "start");
    if (!isTrainlogError(error, "run/not-found") || start === undefined) throw error;
    await createFrom(store, start);
    return store.append(runId, batches);
  }
}

async function createFrom(store: Store, { runId, project, wallMs }: StartEvent): Promise<void> {
  await store.createRun({ runId, project, createdMs: wallMs, resume: "allow" });
}

function binaryBatches(bytes: Uint8Array): IngestBatch[] {
  const batches = decodeBody(bytes);
  if (batches.length === 0) throw new RequestProblem("api/bad-body", "the body holds no batch");
  return batches;
}

function jsonBatchOf(bytes: Uint8Array): IngestBatch {
  const { writerId, seq, events } = checkRequest(jsonBatch, parseJson(bytes), "body");
  return { origin: { writerId, seq }, events: events.map(fromJsonEvent) };
}

/** Checks what the codec leaves open: it says what bytes mean, not whether a run may say that. */
function checkBatch(batch: IngestBatch, runId: string, where: string): void {
  if (batch.origin === undefined) {
    throw new RequestProblem(
      "api/bad-body",
      `${where}: expected an origin (writerId, seq), so that sending it again is safe`,
    );
  }
  batch.events.forEach((event, i) => {
    checkEvent(event, runId, `${where}, event ${i}`);
  });
}

function checkEvent(event: RunEvent, runId: string, where: string): void {
  if (event.type === "rows") {
    for (const step of event.rows.steps) if (!Number.isSafeInteger(step)) checkStep(step, `${where}, step`);
    for (const { key } of event.rows.columns) checkKey(key, `${where}, key`);
    return;
  }
  const fault = eventFault(event);
  if (fault !== undefined) {
    const field = fault.path.map(String).join(".");
    throw new RequestProblem(
      "api/bad-body",
      `${where} (${describeValue(event.type)}), field ${field}: ${fault.message}`,
    );
  }
  if (event.type === "start" && event.runId !== runId) {
    const given = describeValue(event.runId);
    throw new RequestProblem(
      "api/bad-body",
      `${where}: its runId is ${given}, the address says ${describeValue(runId)}`,
    );
  }
}
