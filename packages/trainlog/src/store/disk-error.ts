/** @file Turns what the operating system says about a file into one of the store's errors. */
import { TrainlogError } from "../run/error.ts";

/** Code of a system error (`"ENOENT"`), or `undefined`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Makes the store's error of a failed file operation. A {@link TrainlogError} passes through unchanged.
 *
 * @param doing - What was tried, as it reads after "cannot": `"write /data/blobs/tmp/x"`.
 * @returns `store/disk-full` (507), `store/read-only` (403), `store/too-many-files` (503) or `store/io` (500).
 */
export function diskError(error: unknown, doing: string): TrainlogError {
  if (error instanceof TrainlogError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  switch (systemCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return failure(
        "store/disk-full",
        507,
        `cannot ${doing}: the disk is full; free some space, then try again`,
        error,
      );
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return failure("store/read-only", 403, `cannot ${doing}: not allowed to write here (${reason})`, error);
    case "EMFILE":
    case "ENFILE":
      return failure("store/too-many-files", 503, `cannot ${doing}: too many open files; raise "ulimit -n"`, error);
    default:
      return failure("store/io", 500, `cannot ${doing}: ${reason}`, error);
  }
}

function failure(code: string, status: number, message: string, cause: unknown): TrainlogError {
  return new TrainlogError(code, message, { cause, status });
}
