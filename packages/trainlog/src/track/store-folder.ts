/** @file The folder of a store, made when it is not there. */
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import { randomText } from "../run/id.ts";
import { isPlainObject } from "../run/json.ts";
import { FORMAT_VERSION, newerFormat } from "../run-log/codec/frame.ts";
import { messageOf } from "./reporter.ts";

/**
 * Makes sure that `dir` is a store that this version can write.
 *
 * @throws TrainlogError `store/newer-format`, `store/not-a-store`, `store/unwritable`.
 */
export function ensureStore(dir: string): void {
  const file = join(dir, "store.json");
  let text: string;
  try {
    makeFolder(join(dir, "runs"));
    if (!existsSync(file)) writeNew(file, `${JSON.stringify({ format: "trainlog-store", version: FORMAT_VERSION })}\n`);
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new TrainlogError("store/unwritable", `${dir}: runs cannot be kept here: ${messageOf(cause)}`, { cause });
  }
  checkStore(file, text);
}

/** Folder of a run in a store. */
export function runDir(storeDir: string, runId: string): string {
  return join(storeDir, "runs", runId);
}

function checkStore(file: string, text: string): void {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  if (!isPlainObject(content) || content["format"] !== "trainlog-store") {
    const advice = "choose another folder, or run `trainlog verify` if it was one";
    throw new TrainlogError("store/not-a-store", `${file}: not the description of a trainlog store; ${advice}`, {
      status: 409,
    });
  }
  const { version } = content;
  if (typeof version !== "number" || version > FORMAT_VERSION) throw newerFormat(file, version);
}

/** Writes a file whole or not at all, and never over another: two scripts may begin at once. */
function writeNew(path: string, content: string): void {
  const temporary = `${path}.${randomText(8)}.tmp`;
  writeFileSync(temporary, content, { flag: "wx" });
  try {
    linkSync(temporary, path);
  } catch {
    // Taken meanwhile, or a file system without second names (FAT, some network mounts): there the last of two that race wins, and both say the same.
    if (!existsSync(path)) renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
