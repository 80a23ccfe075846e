/** @file Turns what the operating system says about a file into an error of trainlog. */
import { TrainlogError } from "../run/error.ts";

/** Code of a system error (`"ENOENT"`), or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Makes trainlog's error of a failed file operation. A {@link TrainlogError} passes through unchanged.
 *
 * @param doing - What was tried, as it reads after "cannot": `"write 000001.log"`.
 * @returns `store/disk-full` (507), `store/read-only` (403), `store/too-many-files` (503) or `store/io` (500).
 */
export function diskError(error: unknown, doing: string): TrainlogError {
  if (error instanceof TrainlogError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const failure = (code: string, status: number, message: string): TrainlogError =>
    new TrainlogError(code, `cannot ${doing}: ${message}`, { cause: error, status });
  switch (systemCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return failure("store/disk-full", 507, "the disk is full; free some space, then go on");
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return failure(
        "store/read-only",
        403,
        `not allowed to write here (${reason}); choose another folder or change its permissions`,
      );
    case "EMFILE":
    case "ENFILE":
      return failure("store/too-many-files", 503, 'too many open files; raise "ulimit -n"');
    default:
      return failure("store/io", 500, reason);
  }
}
