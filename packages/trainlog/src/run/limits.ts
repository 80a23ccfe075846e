/** @file Limits and checks of the waist: what a step, a key and a run id may be. Every producer goes through these. */
import { describeValue, TrainlogError } from "./error.ts";

/** Longest run id, in characters. It is a folder name, and 255 bytes is the usual limit of file systems. */
export const MAX_RUN_ID_LENGTH = 128;

/** Longest metric key, in UTF-16 code units. MLflow allows 250; real scripts make longer ones from nested objects. */
export const MAX_KEY_LENGTH = 65_536;

const RUN_ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Checks a step of the waist: a whole number of magnitude below 2^53 (float64 counts exactly only up to there).
 *
 * @throws TrainlogError `run/bad-step`.
 */
export function checkStep(step: unknown, where = "step"): number {
  if (typeof step === "number" && Number.isSafeInteger(step)) return Object.is(step, -0) ? 0 : step;
  throw new TrainlogError(
    "run/bad-step",
    `${where}: expected a whole number below 2^53, got ${describeValue(step)}; pass the training step as an integer`,
    { status: 400 },
  );
}

/**
 * Checks a step that a script passes to `log`: as {@link checkStep}, and not negative.
 *
 * Files and protocols that allow negative steps (MLflow, TensorBoard) go through {@link checkStep}; in a script a negative step is a slip.
 *
 * @throws TrainlogError `run/bad-step`.
 */
export function checkNaturalStep(step: unknown, where = "step"): number {
  const checked = checkStep(step, where);
  if (checked >= 0) return checked;
  throw new TrainlogError("run/bad-step", `${where}: expected a step of 0 or more, got ${checked}`, { status: 400 });
}

/**
 * Checks a run id: it becomes a folder name, so it is 1 to 128 of `A-Z a-z 0-9 _ . -` and does not start with `.` or `-`.
 *
 * @throws TrainlogError `run/bad-id`.
 */
export function checkRunId(id: unknown, where = "run id"): string {
  if (typeof id === "string" && id.length <= MAX_RUN_ID_LENGTH && RUN_ID.test(id)) return id;
  throw new TrainlogError(
    "run/bad-id",
    `${where}: expected 1 to ${MAX_RUN_ID_LENGTH} of A-Z a-z 0-9 _ . - (not starting with . or -), got ${describeValue(id)}`,
    { status: 400 },
  );
}

/**
 * Checks a metric, config or media key: any non-empty well-formed text up to {@link MAX_KEY_LENGTH}. Lone surrogates are refused, because they
 * would come back from UTF-8 as another key.
 *
 * @throws TrainlogError `run/bad-key`.
 */
export function checkKey(key: unknown, where = "key"): string {
  if (typeof key === "string" && key.length > 0 && key.length <= MAX_KEY_LENGTH && key.isWellFormed()) return key;
  throw new TrainlogError(
    "run/bad-key",
    `${where}: expected a non-empty text of at most ${MAX_KEY_LENGTH} characters in well-formed Unicode, got ${describeValue(key)}`,
    { status: 400 },
  );
}
