/** @file When runs are sealed: some time after they ended, in the background, one at a time. */
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { readLock } from "../run-log/write/lock.ts";
import { folderBytes } from "./trash.ts";

/** Time between two looks for runs to seal. */
const ROUND_MS = 15_000;
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

/** Seals the log in a run's folder, and measures what that saved. */
export async function sealRunFolder(
  runDir: string,
): Promise<{ readonly beforeBytes: number; readonly afterBytes: number }> {
  const beforeBytes = await folderBytes(runDir);
  const { sealRun } = await import("../run-log/seal/index.ts");
  sealRun(runDir);
  return { beforeBytes, afterBytes: await folderBytes(runDir) };
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
