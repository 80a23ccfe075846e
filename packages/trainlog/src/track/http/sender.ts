/**
 * @file Sender: brings batches to a server, in the background, in order, again and again until they are there.
 *
 * It takes them from a source that remembers what the server has (a run's folder, or memory in a browser) and knows no more of it, so it is the same for
 * a live run, for a run that resumes after a crash, for `trainlog sync` and for a web page. Sending a batch twice is harmless: the server knows each by its origin.
 */
import type { RunEvent } from "../../run/event.ts";
import type { Batch } from "../../run-log/codec/batch.ts";
import { messageOf, type Reporter } from "../reporter.ts";
import { backoffMs } from "./backoff.ts";
import type { ApiClient, Outcome } from "./client.ts";

/** Bytes of log that one request carries, about. */
const REQUEST_BYTES = 1_048_576;

/** A run that says nothing is shown as crashed after 60 s; this often it says that it lives. */
const HEARTBEAT_MS = 20_000;

/** Where batches come from. Each has an origin. */
export interface BatchSource {
  /** The next batches, whole ones, about `maxBytes` of them. */
  read(maxBytes: number): readonly Batch[];
  /** Everything read so far is settled. @param refused - Of those, how many the server refused for good. */
  acknowledge(refused: number): void;
  /** Everything read since the last acknowledgement is to be read again. */
  back(): void;
  /** Goes back to the run's first batch. False when that is not to be had any more. */
  rewind(): boolean;
}

/** Parts of a {@link Sender}. */
export interface SenderParts {
  readonly runId: string;
  readonly client: ApiClient;
  /** Makes the body of a request: all batches as frames, or the one batch as JSON. */
  readonly encode: (batches: readonly Batch[]) => Uint8Array<ArrayBuffer> | string;
  readonly source: BatchSource;
  /** Content of a blob; `undefined` when it is gone. */
  readonly openBlob: (sha256: string) => (() => BodyInit) | undefined;
  /** Told that the server has a blob. */
  readonly onUploaded?: (sha256: string) => void;
  /** Where the run is kept meanwhile, in words. */
  readonly keptIn: string;
  /** Ends requests that are on their way. */
  readonly abort: () => void;
  readonly reporter: Reporter;
}

/** Why sending ended before everything was sent. */
export interface StopReason {
  readonly message: string;
  readonly code: string;
}

/** Sends one run. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #uploaded = new Set<string>();
  readonly #done: Promise<void>;
  #failures = 0;
  #rewound: boolean = false;
  #requestBytes = REQUEST_BYTES;
  #phase: "running" | "closing" = "running";
  #stopReason: StopReason | undefined;
  #wake: (() => void) | undefined;
  #sentAny = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#done = this.#loop();
  }

  /** `undefined` while sending goes on or after everything was sent. */
  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  /** Says that the source has something new. */
  wake(): void {
    this.#wake?.();
  }

  /**
   * Sends what is left of a run that has ended.
   *
   * @returns Whether everything arrived within `timeoutMs`.
   */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#phase = "closing";
    this.wake();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), timeoutMs);
    });
    const outcome = await Promise.race([this.#done, late]);
    clearTimeout(timer);
    if (outcome === "late") this.stop({ message: "not everything was sent in time", code: "track/late" });
    return this.#stopReason === undefined;
  }

  /** Ends sending at once; what is left stays in the source. */
  stop(reason: StopReason): void {
    this.#stopReason ??= reason;
    this.#parts.abort();
    this.wake();
  }

  async #loop(): Promise<void> {
    await this.#pause(0); // the constructor returns before anything is read
    while (this.#stopReason === undefined) {
      const batches = this.#read();
      if (batches.length > 0) await this.#send(batches);
      else if (this.#isClosing()) return;
      else await this.#idle();
    }
  }

  #isClosing(): boolean {
    return this.#phase === "closing";
  }

  #read(): readonly Batch[] {
    try {
      return this.#parts.source.read(this.#requestBytes);
    } catch (error) {
      this.#giveUp({
        message: `${this.#parts.keptIn} could not be read: ${messageOf(error)}`,
        code: "track/unreadable",
      });
      return [];
    }
  }

  async #idle(): Promise<void> {
    const woken = await this.#pause(HEARTBEAT_MS);
    if (!woken && this.#sentAny) await this.#parts.client.heartbeat(this.#parts.runId);
  }

  async #send(batches: readonly Batch[]): Promise<void> {
    const outcome = await this.#post(batches);
    switch (outcome.kind) {
      case "done":
        this.#delivered();
        break;
      case "retry":
        await this.#retry(outcome);
        break;
      case "gone":
        this.#rewind(outcome.message);
        break;
      case "stop":
        this.#giveUp(outcome);
        break;
      case "refused":
        this.#refuse(outcome, batches.length);
        break;
    }
  }

  /** Blobs first, so that the server never shows a value whose bytes it lacks. */
  async #post(batches: readonly Batch[]): Promise<Outcome> {
    for (const sha256 of batches.flatMap(({ events }) => events.flatMap(blobsOf))) {
      const outcome = await this.#upload(sha256);
      if (outcome.kind !== "done") return outcome;
    }
    return await this.#parts.client.postBatches(this.#parts.runId, this.#parts.encode(batches));
  }

  async #upload(sha256: string): Promise<Outcome> {
    if (this.#uploaded.has(sha256)) {
      this.#parts.onUploaded?.(sha256);
      return DONE;
    }
    const open = this.#parts.openBlob(sha256);
    if (open === undefined) {
      this.#parts.reporter.once("blob-missing", `blob ${sha256} is gone and cannot be sent; the rest is`);
      return DONE;
    }
    const outcome = await this.#parts.client.putBlob(sha256, open);
    if (outcome.kind !== "done") return outcome;
    this.#uploaded.add(sha256);
    this.#parts.onUploaded?.(sha256);
    return outcome;
  }

  #delivered(): void {
    const { source, reporter, client } = this.#parts;
    if (this.#failures > 1) reporter.once("back", `${client.url} answers again; sending goes on`);
    source.acknowledge(0);
    this.#sentAny = true;
    this.#failures = 0;
    this.#rewound = false;
  }

  async #retry({ message, afterMs }: Extract<Outcome, { kind: "retry" }>): Promise<void> {
    this.#failures += 1;
    const { reporter, source, keptIn } = this.#parts;
    if (this.#stopReason === undefined) {
      reporter.once(
        "away",
        `${message}. Training goes on; the run is kept in ${keptIn} and sent when the server answers`,
      );
    }
    source.back();
    const endMs = performance.now() + (afterMs ?? backoffMs(this.#failures));
    // New rows wake the loop; the server's wish to be left alone stands.
    while (this.#stopReason === undefined && performance.now() < endMs)
      await this.#pause(Math.max(0, endMs - performance.now()));
  }

  /** The server lost the run: it gets everything from the beginning, once. */
  #rewind(message: string): void {
    if (this.#rewound || !this.#parts.source.rewind()) {
      this.#giveUp({ message, code: "run/not-found" });
      return;
    }
    this.#rewound = true;
    this.#uploaded.clear();
  }

  #giveUp(reason: StopReason): void {
    this.#parts.reporter.once(
      "stop",
      `${reason.message}. Nothing more is sent; the run is kept in ${this.#parts.keptIn}`,
    );
    this.#stopReason ??= reason;
    this.#parts.source.back();
  }

  /** Finds the batch that is refused by sending smaller requests, and goes on behind it. */
  #refuse(outcome: Extract<Outcome, { kind: "refused" }>, batchCount: number): void {
    const { source, reporter, keptIn } = this.#parts;
    if (batchCount > 1) {
      this.#requestBytes = Math.floor(this.#requestBytes / 4);
      source.back();
      return;
    }
    reporter.once("refused", `a batch was refused: ${outcome.message}. It is kept in ${keptIn}`);
    source.acknowledge(1);
    if (outcome.status !== 413) this.#requestBytes = REQUEST_BYTES;
  }

  /** Waits. @returns Whether `wake` ended the wait. */
  #pause(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (woken: boolean): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(woken);
      };
      const timer = setTimeout(() => settle(false), waitMs);
      // A pause does not keep a running script alive; that of a finishing one does, until it gives up. A browser's timer is a number.
      if (!this.#isClosing() && typeof timer === "object") timer.unref();
      this.#wake = () => settle(true);
    });
  }
}

const DONE: Outcome = { kind: "done" };

/** Content hashes that an event refers to. */
function blobsOf(event: RunEvent): string[] {
  if (event.type === "media") return (event.blobs ?? []).map(({ sha256 }) => sha256);
  if (event.type !== "artifact") return [];
  return event.files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256]));
}
