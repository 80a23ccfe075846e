/** @file A thread that seals one run and says how it went. */
import { parentPort, workerData } from "node:worker_threads";
import { TrainlogError } from "../run/error.ts";
import { type SealReport, sealRun } from "../run-log/seal/index.ts";

/** What the thread says: the report, or the error's parts, because a class does not survive the way between threads. */
export type SealAnswer =
  | { readonly report: SealReport }
  | { readonly code: string; readonly message: string; readonly status: number };

function answer(runDir: string): SealAnswer {
  try {
    return { report: sealRun(runDir) };
  } catch (error) {
    if (error instanceof TrainlogError) return { code: error.code, message: error.message, status: error.status };
    return { code: "run/seal-failed", message: String(error), status: 500 };
  }
}

parentPort?.postMessage(answer(String(workerData)));
