/** @file Ends a run by how a function ends. */
import type { Run } from "./run.ts";

/** Calls `train` and finishes `run`: as failed, with the error, when it throws. */
export async function endWith<Result, Config extends object>(
  run: Run<Config>,
  train: (run: Run<Config>) => Result | Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    result = await train(run);
  } catch (error) {
    if (!run.finished) await run.finish({ status: "failed", error });
    throw error;
  }
  if (!run.finished) await run.finish();
  return result;
}
