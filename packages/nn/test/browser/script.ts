/** @file The script of the test page, and of its worker: both train when they are told to. */
import { type DigitsJob, type DigitsResult, trainDigits } from "./train-digits.ts";

declare global {
  /** Trains on the page's main thread. */
  var trainHere: (job: DigitsJob) => Promise<DigitsResult>;
}

globalThis.trainHere = trainDigits;

/** What a worker answers. */
export type WorkerAnswer = { readonly result: DigitsResult } | { readonly error: string };

if (typeof document === "undefined") {
  globalThis.addEventListener("message", async ({ data }: MessageEvent<DigitsJob>) => {
    const answer = await trainDigits(data).then(
      (result): WorkerAnswer => ({ result }),
      (error: unknown): WorkerAnswer => ({ error: error instanceof Error ? String(error.stack) : String(error) }),
    );
    globalThis.postMessage(answer);
  });
}
