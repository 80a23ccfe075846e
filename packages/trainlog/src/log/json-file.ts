/**
 * @file The only file of this folder that touches the file system.
 *
 * A file is replaced as a whole: the text goes to a temporary file beside it, is flushed to disk, and takes the old one's place by a rename. A crash or
 * a full disk leaves the old file as it was.
 */
import { open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import type { JsonValue } from "../run/json.ts";
import { type ConfusionMatrix, decodeConfusionMatrix, encodeConfusionMatrix } from "./confusion-matrix.ts";
import type { LogDestination } from "./destination.ts";
import { ExperimentLog } from "./experiment-log.ts";
import { formatJson, parseJsonText } from "./json-text.ts";
import { type LogDocument, recognizeLog } from "./log-document.ts";
import { type DecodeOptions, decodeTrainLog, encodeTrainLog, type TrainLog } from "./train-log.ts";

/** Whatever can be written to a log file. */
export type WritableLog = TrainLog | ExperimentLog | ConfusionMatrix;

/** How a log file is written. */
export interface WriteOptions {
  /** Readable layout; true when absent. */
  readonly pretty?: boolean;
}

/**
 * Writes a log as JSON. Parent folders are made; an existing file is replaced atomically.
 *
 * @throws TrainlogError `log/bad-field` when `log` holds what JSON cannot; `log/write-failed` when the file system refuses.
 *
 * @example
 * await writeJson("runs/today/loss.json", beforeAfterLoss("MLP", 200, 0.69, 0.04));
 */
export async function writeJson(path: string, log: WritableLog, { pretty = true }: WriteOptions = {}): Promise<void> {
  const text = formatJson(encodeLog(log), { pretty });
  try {
    await replaceFile(path, text);
  } catch (cause) {
    throw new TrainlogError("log/write-failed", `${path}: could not be written: ${reasonOf(cause)}`, { cause });
  }
}

/** Writes a log to a destination; does nothing when the destination is disabled. @throws TrainlogError as {@link writeJson}. */
export async function writeToDestination(
  destination: LogDestination,
  log: WritableLog,
  options: WriteOptions = {},
): Promise<void> {
  if (destination.path !== undefined) await writeJson(destination.path, log, options);
}

/**
 * Reads a training log from a JSON file.
 *
 * @throws TrainlogError `log/read-failed` (not there, not readable), `log/bad-utf8`, `log/bad-json`, `log/bad-field`; each names the file, and the
 *   last one the field.
 */
export async function readJson(path: string, options: DecodeOptions = {}): Promise<TrainLog> {
  return decodeFile(path, (json) => decodeTrainLog(json, namingFile(path, options)));
}

/** Reads a confusion matrix from a JSON file. @throws TrainlogError as {@link readJson}. */
export async function readConfusionMatrixJson(path: string): Promise<ConfusionMatrix> {
  return decodeFile(path, decodeConfusionMatrix);
}

/** Reads a JSON file that holds either a training log or a confusion matrix, and says which. @throws TrainlogError as {@link readJson}. */
export async function readLogFile(path: string, options: DecodeOptions = {}): Promise<LogDocument> {
  return decodeFile(path, (json) => recognizeLog(json, namingFile(path, options)));
}

function encodeLog(log: WritableLog): JsonValue {
  if (log instanceof ExperimentLog) return encodeTrainLog(log.toTrainLog());
  return "counts" in log ? encodeConfusionMatrix(log) : encodeTrainLog(log);
}

async function decodeFile<T>(path: string, decode: (json: unknown) => T): Promise<T> {
  const json = parseJsonText(decodeUtf8(await readBytes(path), path), path);
  try {
    return decode(json);
  } catch (error) {
    if (!(error instanceof TrainlogError)) throw error;
    throw new TrainlogError(error.code, `${path}: ${error.message}`, { cause: error, status: error.status });
  }
}

function namingFile(path: string, options: DecodeOptions): DecodeOptions {
  const { onWarning } = options;
  return onWarning === undefined ? options : { ...options, onWarning: (message) => onWarning(`${path}: ${message}`) };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrainlogError("log/read-failed", `${path}: could not be read: ${reasonOf(cause)}`, {
      cause,
      status: 404,
    });
  }
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = firstBadByte(bytes);
    const message = `${path}: expected UTF-8 text, got byte 0x${bytes[offset]?.toString(16)} at offset ${offset}; save the file as UTF-8`;
    throw new TrainlogError("log/bad-utf8", message, { cause, status: 400 });
  }
}

/** Where lossy decoding first changed the bytes. */
function firstBadByte(bytes: Uint8Array): number {
  const lossy = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return bytes.findIndex((byte, i) => byte !== lossy[i]);
}

async function replaceFile(path: string, text: string): Promise<void> {
  makeFolder(dirname(path));
  const target = await existingTarget(path);
  // A device or pipe (`/dev/stdout`, `/dev/null`) is written to; renaming over it would destroy it.
  if (target !== undefined && !target.isRegularFile) return writeFile(path, text);
  const finalPath = target?.path ?? path;
  const temporaryPath = join(dirname(finalPath), `.trainlog-${crypto.randomUUID()}.tmp`);
  try {
    await writeDurably(temporaryPath, text);
    await rename(temporaryPath, finalPath);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

async function existingTarget(path: string): Promise<{ path: string; isRegularFile: boolean } | undefined> {
  try {
    // Through symbolic links, so that a link keeps pointing where it did.
    const resolved = await realpath(path);
    return { path: resolved, isRegularFile: (await stat(resolved)).isFile() };
  } catch {
    return undefined;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
