/**
 * @file Bounds what ingest holds in memory at once: bytes of bodies that have arrived or are announced.
 *
 * Above the bound a client gets 503 with `Retry-After` at once. It has its batch on disk and sends again; queueing here would only hold more memory.
 */
import { TrainlogError } from "../../run/error.ts";

/** How much ingest may hold at once. */
export interface IngestLimits {
  /** Bytes of bodies. */
  readonly maxBytes: number;
  readonly maxRequests: number;
}

/** A counter of what is being taken in. */
export class IngestGate {
  readonly #limits: IngestLimits;
  #bytes = 0;
  #requests = 0;

  constructor(limits: IngestLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when there is room for it.
   *
   * @param bytes - What the work holds at most.
   * @throws TrainlogError `server/busy` (503).
   */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const full =
      this.#requests >= this.#limits.maxRequests || (this.#requests > 0 && this.#bytes + bytes > this.#limits.maxBytes);
    if (full)
      throw new TrainlogError(
        "server/busy",
        "the server is taking in as much as it can hold; send this again in a moment",
        { status: 503 },
      );
    this.#bytes += bytes;
    this.#requests += 1;
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
      this.#requests -= 1;
    }
  }
}
