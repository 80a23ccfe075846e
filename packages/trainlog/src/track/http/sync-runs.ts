/** @file `syncRuns`: brings runs of a folder to a server, for `trainlog sync`. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import { checkRunId } from "../../run/limits.ts";
import { encodeBody } from "../../run-log/codec/body.ts";
import { runLiveness } from "../../run-log/write/lock.ts";
import { LocalBlobs } from "../local-blobs.ts";
import { checkUrl } from "../options.ts";
import { messageOf, Reporter, type Warn } from "../reporter.ts";
import { runDir } from "../store-folder.ts";
import { type Bookmark, readBookmark, sealedUpTo } from "./bookmark.ts";
import { ApiClient, describeNetworkError } from "./client.ts";
import { FolderSource, openBlobOf } from "./folder-source.ts";
import { TAIL_START } from "./frame-tail.ts";
import { SealedSource } from "./sealed-source.ts";
import { Sender } from "./sender.ts";

/** Options of {@link syncRuns}. */
export interface SyncOptions {
  /** Address of the server. */
  readonly url: string;
  readonly token?: string;
  /** Runs to send; when absent, all runs that were tracked over HTTP to this server and are not wholly there. */
  readonly runIds?: readonly string[];
  /** Longest time for one run, milliseconds; 10 minutes when absent. */
  readonly timeoutMs?: number;
  readonly warn?: Warn;
  /** Told before each run. */
  readonly onRun?: (runId: string, index: number, count: number) => void;
}

/** What became of one run. */
export interface SyncReport {
  readonly runId: string;
  /** `sent`: the server has all of it now. `unchanged`: it had before. */
  readonly state: "sent" | "unchanged" | "failed";
  /** Batches that the server refused for good. */
  readonly refused: number;
  /** Why it failed. */
  readonly message?: string;
}

/** Time for one run, unless said otherwise. */
const TIMEOUT_MS = 600_000;

/** Longest time to wait for the answer to one question. */
const ASK_TIMEOUT_MS = 30_000;

/**
 * Sends runs of the store in `dir` to a server. A run that fails does not stop the others. A run that is still being written is sent as far as it is.
 *
 * @throws TrainlogError `run/not-found` for an id that is not there, `run/bad-id`, `run/bad-options` for a bad address, `store/not-found`.
 */
export async function syncRuns(dir: string, options: SyncOptions): Promise<SyncReport[]> {
  const storeDir = resolve(dir);
  const { origin } = new URL(checkUrl(options.url));
  const runIds = options.runIds ?? waitingRuns(storeDir, origin);
  for (const runId of runIds) {
    if (existsSync(runDir(storeDir, checkRunId(runId)))) continue;
    throw new TrainlogError("run/not-found", `run ${runId} is not in ${storeDir}`, { status: 404 });
  }
  const reports: SyncReport[] = [];
  for (const [i, runId] of runIds.entries()) {
    options.onRun?.(runId, i, runIds.length);
    reports.push(await syncRun(storeDir, runId, options));
  }
  return reports;
}

/** Runs that have a bookmark for this server and are not complete. */
function waitingRuns(storeDir: string, origin: string): string[] {
  const folder = join(storeDir, "runs");
  if (!existsSync(folder)) {
    throw new TrainlogError("store/not-found", `${storeDir}: no trainlog store here (it has no folder "runs")`, {
      status: 404,
    });
  }
  return readdirSync(folder)
    .sort()
    .filter((runId) => {
      const bookmark = readBookmark(runDir(storeDir, runId));
      return bookmark?.url === origin && !bookmark.complete;
    });
}

async function syncRun(storeDir: string, runId: string, options: SyncOptions): Promise<SyncReport> {
  const dir = runDir(storeDir, runId);
  const requests = new AbortController();
  const { token } = options;
  const client = new ApiClient(options.url, { signal: requests.signal, ...(token === undefined ? {} : { token }) });
  const known = readBookmark(dir);
  const isKnown = known?.url === client.url;
  if (isKnown && known.complete) return { runId, state: "unchanged", refused: known.refused };
  const bookmark = isKnown ? known : { url: client.url, runId, position: TAIL_START, refused: 0, complete: false };
  const reporter = new Reporter(options.warn);
  try {
    // Asked before anything is read: what a living writer adds meanwhile is for the next time.
    const hasEnded = runLiveness(dir, { nowMs: Date.now() }) === "dead";
    const isSealed = bookmark.position.segment <= sealedUpTo(dir);
    if (isSealed) await assertSealedCanBeSent(dir, bookmark, { hasEnded, isKnown, token });
    const source = new (isSealed ? SealedSource : FolderSource)(dir, bookmark, reporter);
    const openBlob = openBlobOf(new LocalBlobs(storeDir));
    const sender = new Sender({
      runId,
      client,
      encode: encodeBody,
      source,
      openBlob,
      keptIn: dir,
      abort: () => requests.abort(),
      reporter,
    });
    const sent = await sender.drain(options.timeoutMs ?? TIMEOUT_MS);
    source.save(sent && hasEnded);
    const { refused } = source.bookmark;
    if (sent) return { runId, state: "sent", refused };
    return { runId, state: "failed", refused, message: sender.stopReason?.message ?? "not sent" };
  } catch (error) {
    return { runId, state: "failed", refused: bookmark.refused, message: messageOf(error) };
  }
}

/**
 * A sealed run is cut into batches anew, which the server cannot know from those it was sent before.
 *
 * @throws TrainlogError `sync/sealed`, `run/running`.
 */
async function assertSealedCanBeSent(
  dir: string,
  { url, runId }: Bookmark,
  facts: { readonly hasEnded: boolean; readonly isKnown: boolean; readonly token: string | undefined },
): Promise<void> {
  if (!facts.hasEnded) {
    const message = `${dir}: the run goes on behind a sealed file; send it when it has ended`;
    throw new TrainlogError("run/running", message, { status: 409 });
  }
  if (facts.isKnown || !(await serverHas(url, runId, facts.token))) return;
  const advice = "if it keeps runs in another folder than this one, delete it there to send it again";
  const message = `${url} has this run already, and since it is sealed here nobody can tell how much of it; ${advice}`;
  throw new TrainlogError("sync/sealed", message, { status: 409 });
}

async function serverHas(url: string, runId: string, token: string | undefined): Promise<boolean> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/runs/${encodeURIComponent(runId)}`, {
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new TrainlogError("sync/no-answer", `${url}: ${describeNetworkError(cause)}`, { cause });
  });
  if (answer.ok || answer.status === 404) return answer.ok;
  throw new TrainlogError("sync/no-answer", `${url} answered ${answer.status} when it was asked for run ${runId}`);
}
