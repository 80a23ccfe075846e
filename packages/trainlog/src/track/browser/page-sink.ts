/** @file A page's run: memory first, a server in the background, and a last request when the page goes away. */
import type { RunEvent } from "../../run/event.ts";
import { randomText } from "../../run/id.ts";
import { ApiClient } from "../http/client.ts";
import { Sender } from "../http/sender.ts";
import type { Reporter } from "../reporter.ts";
import type { Sink } from "../sink.ts";
import { batchJson } from "./batch-json.ts";
import { MemorySource } from "./memory-source.ts";

/** What browsers allow in requests that outlive the page (Fetch standard: 64 KiB in flight), less the headers. */
const KEEPALIVE_BYTES = 60_000;

/** Sends a page's run. */
export class PageSink implements Sink {
  readonly name: string;
  readonly source: MemorySource;
  readonly #runId: string;
  readonly #client: ApiClient;
  readonly #sender: Sender;
  readonly #reporter: Reporter;

  constructor(runId: string, server: { readonly url: string; readonly token?: string }, reporter: Reporter) {
    const requests = new AbortController();
    const { token } = server;
    this.#client = new ApiClient(server.url, { signal: requests.signal, ...(token === undefined ? {} : { token }) });
    this.name = this.#client.url;
    this.#runId = runId;
    this.#reporter = reporter;
    this.source = new MemorySource(randomText(12), reporter);
    this.#sender = new Sender({
      runId,
      client: this.#client,
      encode: (batches) => batches.map(batchJson).join(""), // the source gives them one by one
      source: this.source,
      openBlob: this.source.openBlob,
      onUploaded: (sha256) => this.source.dropBlob(sha256),
      keptIn: "memory",
      abort: () => requests.abort(),
      reporter,
    });
  }

  /** Address where the run can be seen. */
  get runUrl(): string {
    return this.#client.runUrl(this.#runId);
  }

  write(events: readonly RunEvent[]): void {
    this.source.add(events);
    this.#sender.wake();
  }

  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const sent = await this.#sender.drain(timeoutMs);
    if (sent && this.source.lostBatches === 0) return;
    const reason = this.#sender.stopReason?.message ?? "the server was away for too long";
    const count = this.source.length + this.source.lostBatches;
    this.#reporter.always(
      "unsent",
      `${count} batches of run ${this.#runId} did not reach ${this.#client.url}: ${reason}`,
    );
  }

  /** The page goes away: what fits into requests that outlive it is sent. A batch that arrives twice changes nothing. */
  sendLast(): void {
    this.source.back();
    let leftBytes = KEEPALIVE_BYTES;
    for (;;) {
      const body = this.source.read().map(batchJson).join("");
      leftBytes -= body.length * 3; // the most that UTF-8 makes of it
      if (body === "" || leftBytes < 0) break;
      void this.#client.postBatches(this.#runId, body, true);
    }
    this.source.back(); // the page may come back, from the cache of pages
  }
}
