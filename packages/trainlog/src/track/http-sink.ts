/** @file A run folder whose batches go to a server as well. */
import { TrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { randomText } from "../run/id.ts";
import { syncCommand } from "../run/sync-command.ts";
import { encodeBody } from "../run-log/codec/body.ts";
import { readBookmark, removeBookmark, sealedUpTo } from "./http/bookmark.ts";
import { ApiClient } from "./http/client.ts";
import { FolderSource, openBlobOf } from "./http/folder-source.ts";
import { TAIL_START, type TailPosition } from "./http/frame-tail.ts";
import { Sender } from "./http/sender.ts";
import { LocalBlobs } from "./local-blobs.ts";
import { LocalSink } from "./local-sink.ts";
import type { RunFolder } from "./open-local.ts";
import type { Reporter } from "./reporter.ts";
import type { Sink } from "./sink.ts";

/** Options of {@link HttpSink}. */
export interface HttpSinkOptions {
  readonly url: string;
  readonly token?: string;
}

/** Writes the folder first and sends it in the background. */
export class HttpSink implements Sink {
  readonly name: string;
  /** Address where the run can be seen. */
  readonly runUrl: string;
  readonly #folder: RunFolder;
  readonly #reporter: Reporter;
  readonly #local: LocalSink;
  readonly #source: FolderSource;
  readonly #sender: Sender;
  #isSettled: boolean = false;

  /** @throws TrainlogError `sync/sealed`, and what {@link LocalSink} throws. */
  constructor(folder: RunFolder, options: HttpSinkOptions, reporter: Reporter) {
    const { dir, names, createdMs, storeDir } = folder;
    const requests = new AbortController();
    const { token } = options;
    const client = new ApiClient(options.url, { signal: requests.signal, ...(token === undefined ? {} : { token }) });
    this.name = dir;
    this.runUrl = client.runUrl(names.id);
    this.#folder = folder;
    this.#reporter = reporter;
    this.#local = new LocalSink(dir, { runId: names.id, project: names.project, createdMs }, reporter, {
      // One per opening: a number sequence never continues one that another process may have left half sent.
      writerId: randomText(12),
      onWrite: () => this.#sender.wake(),
    });
    const position = this.#startAt(client.url);
    const bookmark = { url: client.url, runId: names.id, position, refused: 0, complete: false };
    this.#source = new FolderSource(dir, bookmark, reporter);
    this.#source.save(false);
    this.#sender = new Sender({
      runId: names.id,
      client,
      encode: encodeBody,
      source: this.#source,
      openBlob: openBlobOf(new LocalBlobs(storeDir)),
      keptIn: dir,
      abort: () => requests.abort(),
      reporter,
    });
  }

  /** Place behind what the server has. The bookmark of another server says nothing of this one. @throws TrainlogError `sync/sealed`. */
  #startAt(url: string): TailPosition {
    const { dir, names, storeDir } = this.#folder;
    const known = readBookmark(dir);
    const position = known?.url === url ? known.position : TAIL_START;
    if (position.segment > sealedUpTo(dir)) return position;
    this.#local.closeNow();
    const advice = `send it first: ${syncCommand(storeDir, url, names.id)}`;
    throw new TrainlogError("sync/sealed", `${dir}: sealed before ${url} had all of it; ${advice}`, { status: 409 });
  }

  write(events: readonly RunEvent[]): void {
    this.#local.write(events);
  }

  async sync(): Promise<void> {
    await this.#local.sync();
  }

  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#local.closeNow();
    const sent = await this.#sender.drain(timeoutMs);
    this.#settle(sent);
  }

  closeNow(): void {
    this.#local.closeNow();
    this.#sender.stop({ message: "the process ended before everything was sent", code: "track/late" });
    this.#settle(false);
  }

  amend(event: RunEvent): void {
    this.#local.amend(event);
    this.#isSettled = false;
    this.#settle(false);
  }

  /** Says, once, what is left to send and how. */
  #settle(sent: boolean): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (isSameFolder(this.#sender.stopReason?.code)) {
      removeBookmark(this.#folder.dir); // nothing waits to be sent, so nothing may wait for it
      return;
    }
    this.#source.save(sent);
    if (sent) return;
    const { storeDir, names } = this.#folder;
    const { url } = this.#source.bookmark;
    const reason = this.#sender.stopReason?.message ?? "the run's end was corrected";
    this.#reporter.always(
      "unsent",
      `run ${names.id} is not wholly on ${url} (${reason}). It is whole in ${this.#folder.dir}; send it with:\n  ${syncCommand(storeDir, url, names.id)}`,
    );
  }
}

/**
 * A server that serves this very folder finds the run locked by this process: then it shows the run live already, and there is nothing to send.
 */
function isSameFolder(code: string | undefined): boolean {
  return code === "run/locked";
}
