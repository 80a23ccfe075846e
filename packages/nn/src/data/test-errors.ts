/** @file For tests: the code of the error that a call ends in. */
import { TrainlogError } from "../error.ts";

/** Code of the TrainlogError that `run` throws or rejects with; `"no error"` when it does neither. Other errors pass. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TrainlogError) return error.code;
    throw error;
  }
  return "no error";
}
