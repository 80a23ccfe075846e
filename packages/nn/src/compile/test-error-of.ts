/** @file The error that something throws, for tests. */
import { TrainlogError } from "../error.ts";

/** The error that `fn` throws; fails when it throws none, or none of ours. */
export function errorOf(fn: () => unknown): TrainlogError {
  try {
    fn();
  } catch (error) {
    if (error instanceof TrainlogError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
