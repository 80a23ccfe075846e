/** @file When runs are sealed: some time after they ended, in the background, one at a time. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";
import { syncCommand } from "../run/sync-command.ts";
import { type SealReport, sealRun } from "../run-log/seal/index.ts";
import { readLock } from "../run-log/write/lock.ts";
import type { SealAnswer } from "./seal-thread.ts";
import { folderBytes } from "./trash.ts";

/** Time between two looks for runs to seal. */
const ROUND_MS = 15_000;
/** A folder up to this size is sealed on the spot: that takes less time than starting a thread. */
const INLINE_BYTES = 1024 * 1024;
/** Most runs of one round. */
const ROUND_RUNS = 20;

/** What sealing in the background needs. */
export interface SealerParts {
  /** A run is sealed this long after it ended. */
  readonly sealAfterMs: number;
  /** Runs that ended before a time and are not sealed. */
  readonly candidates: (beforeMs: number, limit: number) => Promise<readonly string[]>;
  readonly seal: (runId: string) => Promise<void>;
  readonly onProblem: (message: string) => void;
}

/** Seals runs in the background. */
export class Sealer {
  readonly #parts: SealerParts;
  /** Runs whose sealing failed: they are not tried again by this process. */
  readonly #failed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: SealerParts) {
    this.#parts = parts;
  }

  /** Begins. */
  start(): void {
    const everyMs = Math.min(ROUND_MS, Math.max(100, this.#parts.sealAfterMs));
    this.#timer = setInterval(() => {
      this.#round = this.#round.then(() => this.#sealSome()).catch((error: unknown) => this.#problem("", error));
    }, everyMs).unref();
  }

  /** Ends after the run that is being sealed. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  async #sealSome(): Promise<void> {
    const runs = await this.#parts.candidates(Date.now() - this.#parts.sealAfterMs, ROUND_RUNS + this.#failed.size);
    for (const runId of runs) {
      if (this.#closed) return;
      if (this.#failed.has(runId)) continue;
      try {
        await this.#parts.seal(runId);
      } catch (error) {
        this.#failed.add(runId);
        this.#problem(runId, error);
      }
    }
  }

  #problem(runId: string, error: unknown): void {
    // A run that somebody began to write again, or deleted, is no trouble.
    if (isTrainlogError(error) && (error.status === 404 || error.status === 409)) return;
    this.#parts.onProblem(`run ${runId} was not sealed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Seals the log in a run's folder. A long one is sealed in a thread of its own, because that takes seconds.
 *
 * @returns Bytes of the log's files before and after; equal when there was nothing to seal.
 * @throws TrainlogError `sync/unsent` (409) while the run is on its way to another server, `run/damaged` (409) when the log has to be repaired first, `store/no-zstd` (501) on a Node without zstd; and what `sealRun` throws.
 */
export async function sealRunFolder(
  runDir: string,
): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }> {
  await assertSent(runDir);
  const logBytes = await folderBytes(runDir);
  const report = logBytes > INLINE_BYTES ? await sealInThread(runDir) : sealRun(runDir);
  if (report.reason === "damaged") {
    const message = `${runDir} is damaged and was not sealed; run \`trainlog repair\` first: ${report.damage[0]?.message ?? ""}`;
    throw new TrainlogError("run/damaged", message, { status: 409 });
  }
  if (report.reason === "no-zstd") {
    throw new TrainlogError(
      "store/no-zstd",
      `this Node (${process.version}) has no zstd; seal runs with Node 24 or newer`,
      { status: 501 },
    );
  }
  if (!report.sealed) return { beforeBytes: logBytes, afterBytes: logBytes };
  return { beforeBytes: report.bytesBefore, afterBytes: report.bytesAfter };
}

/** Refuses a run that its tracker has only partly sent: sealing merges the batches by whose borders the server tells what it has. */
async function assertSent(runDir: string): Promise<void> {
  const bookmark = await readFile(join(runDir, "remote.json"), "utf8").then(parsed, () => undefined);
  if (!isPlainObject(bookmark) || bookmark["complete"] === true) return;
  const command = syncCommand(dirname(dirname(runDir)), String(bookmark["url"]), basename(runDir));
  const message = `${runDir} was not sealed: a part of it waits to be sent; first: ${command}`;
  throw new TrainlogError("sync/unsent", message, { status: 409 });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a broken bookmark means that sending begins anew, from whatever is there
  }
}

async function sealInThread(runDir: string): Promise<SealReport> {
  const url = new URL(`./seal-thread${import.meta.url.slice(-3)}`, import.meta.url);
  const { promise, resolve, reject } = Promise.withResolvers<SealReport>();
  const thread = new Worker(url, { workerData: runDir });
  thread.once("message", (answer: SealAnswer) => {
    if ("report" in answer) resolve(answer.report);
    else reject(new TrainlogError(answer.code, answer.message, { status: answer.status }));
  });
  thread.once("error", reject);
  thread.once("exit", (code) => reject(new Error(`the sealing thread ended with code ${code}`)));
  return promise;
}

/**
 * Refuses to touch a run that another process is writing.
 *
 * @throws TrainlogError `run/locked` (409).
 */
export function assertNotWritten(runDir: string, runId: string, doing: string): void {
  const lock = readLock(runDir);
  if (!lock.held || lock.alive === false || lock.owner === undefined) return;
  const { pid, hostname } = lock.owner;
  const message = `cannot ${doing} run ${runId}: process ${pid} on host ${hostname} is writing it; finish that run first`;
  throw new TrainlogError("run/locked", message, { status: 409 });
}
