/**
 * @file One sink's lane: a sink that fails is reported once and tried again, and never hurts the others or the training loop.
 */

import { isTrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { messageOf, type Reporter } from "./reporter.ts";
import type { Sink } from "./sink.ts";

/** Most bytes kept for a sink that cannot take them now (full disk), before the oldest are given up. */
export const MAX_WAITING_BYTES = 33_554_432;

/** Errors that pass: the same events may be taken later. */
const PASSING = ["store/disk-full", "store/io", "store/too-many-files"];

/** A sink with the events that it could not take yet. */
export class SinkLane {
  readonly #sink: Sink;
  readonly #reporter: Reporter;
  #waiting: RunEvent[] = [];
  #waitingBytes = 0;
  #lostEvents = 0;

  constructor(sink: Sink, reporter: Reporter) {
    this.#sink = sink;
    this.#reporter = reporter;
  }

  /** Events given up because the sink failed for too long or can never take them. */
  get lostEvents(): number {
    return this.#lostEvents;
  }

  /** Writes what waits and then `events`. Never throws. */
  write(events: readonly RunEvent[]): void {
    const all = this.#waiting.length === 0 ? events : [...this.#waiting, ...events];
    if (all.length === 0) return;
    try {
      this.#sink.write(all);
      this.#waiting = [];
      this.#waitingBytes = 0;
    } catch (error) {
      this.#reporter.once(`write:${this.#sink.name}`, this.#sayWriteFailed(error));
      if (PASSING.some((code) => isTrainlogError(error, code))) this.#wait(events);
      else this.#writeEach(all);
    }
  }

  async sync(): Promise<void> {
    await this.#guard("sync", () => this.#sink.sync?.());
  }

  async close(timeoutMs: number): Promise<void> {
    await this.#guard("close", () => this.#sink.close({ timeoutMs }));
    this.#sayLost();
  }

  closeNow(): void {
    try {
      this.#sink.closeNow?.();
    } catch (error) {
      this.#reporter.once(`close:${this.#sink.name}`, `${this.#sink.name} could not be closed: ${messageOf(error)}`);
    }
    this.#sayLost();
  }

  amend(event: RunEvent): void {
    try {
      this.#sink.amend?.(event);
    } catch (error) {
      this.#reporter.once(`amend:${this.#sink.name}`, `${this.#sink.name}: ${messageOf(error)}`);
    }
  }

  #sayWriteFailed(error: unknown): string {
    return `${this.#sink.name} could not be written: ${messageOf(error)}. Training goes on; rows are kept in memory and tried again`;
  }

  /** Keeps events for the next try, as far as there is room. */
  #wait(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.#waiting.push(event);
      this.#waitingBytes += eventBytes(event);
    }
    let given = 0;
    while (this.#waitingBytes > MAX_WAITING_BYTES && given < this.#waiting.length) {
      this.#waitingBytes -= eventBytes(this.#waiting[given]);
      given += 1;
    }
    this.#waiting.splice(0, given);
    this.#lostEvents += given;
  }

  /** Finds the events that can never be taken (one too large for a frame) and saves the others. */
  #writeEach(events: readonly RunEvent[]): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const event of events) {
      try {
        this.#sink.write([event]);
      } catch (error) {
        this.#lostEvents += 1;
        this.#reporter.once(`event:${this.#sink.name}`, `a ${event.type} event is lost: ${messageOf(error)}`);
      }
    }
  }

  #sayLost(): void {
    const lost = this.#lostEvents + this.#waiting.length;
    if (lost === 0) return;
    this.#reporter.always(
      "lost",
      `${lost} events could not be kept in ${this.#sink.name}; what was written before is whole`,
    );
    this.#waiting = [];
  }

  async #guard(what: string, action: () => Promise<void> | undefined): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#reporter.once(`${what}:${this.#sink.name}`, `${this.#sink.name}: ${what} failed: ${messageOf(error)}`);
    }
  }
}

/** About how many bytes an event holds in memory. */
export function eventBytes(event: RunEvent | undefined): number {
  if (event?.type !== "rows") return 512;
  const { steps, columns } = event.rows;
  return columns.reduce((sum, column) => sum + column.values.length * 12 + column.key.length, steps.length * 16);
}
