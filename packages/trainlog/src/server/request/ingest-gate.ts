/**
 * @file Bounds what bodies of requests hold in memory at once.
 *
 * Bytes count as they arrive, and not as they are announced: else a few clients that announce much and send little would lock out the others. Above
 * the bound a client gets 503 with `Retry-After` at once. It has its batch on disk and sends again; queueing here would only hold more memory.
 */
import { TrainlogError } from "../../run/error.ts";

/** How much may be held at once. */
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
   * @param work - Is given a function that it tells of each piece of its body, in bytes; what it told is held until it is done.
   * @throws TrainlogError `server/busy` (503), from here or from that function.
   */
  async run<T>(work: (take: (bytes: number) => void) => Promise<T>): Promise<T> {
    if (this.#requests >= this.#limits.maxRequests) throw busy();
    this.#requests += 1;
    let heldBytes = 0;
    const take = (bytes: number): void => {
      // A single body may be as large as its own limit allows, or a large one would never get in.
      if (this.#bytes + bytes > this.#limits.maxBytes && this.#bytes > heldBytes) throw busy();
      this.#bytes += bytes;
      heldBytes += bytes;
    };
    try {
      return await work(take);
    } finally {
      this.#bytes -= heldBytes;
      this.#requests -= 1;
    }
  }
}

function busy(): TrainlogError {
  const message = "the server is taking in as much as it can hold; send this again in a moment";
  return new TrainlogError("server/busy", message, { status: 503 });
}
