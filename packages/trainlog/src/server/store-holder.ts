/** @file Holds the store of a server through its life: starting, ready, stopping. */
import { TrainlogError } from "../run/error.ts";
import type { Store } from "../store/store.ts";
import { LiveHub } from "./live/hub.ts";

/** The store when it is there, and a clear answer when it is not. */
export class StoreHolder {
  #state: "starting" | "ready" | "stopping" = "starting";
  #opened: { readonly store: Store; readonly live: LiveHub } | undefined;
  #opening: Promise<Store> | undefined;

  get state(): "starting" | "ready" | "stopping" {
    return this.#state;
  }

  /** @throws TrainlogError `server/starting` or `server/stopping`, both 503. */
  get store(): Store {
    return this.#parts().store;
  }

  /** @throws as {@link store}. */
  get live(): LiveHub {
    return this.#parts().live;
  }

  /** Opens the store. A server that was stopped meanwhile closes it again. */
  open(openStore: () => Promise<Store>): Promise<Store> {
    this.#opening = this.#open(openStore);
    return this.#opening;
  }

  /** Refuses requests from now on, and ends the streams. */
  stopServing(): void {
    this.#state = "stopping";
    this.#opened?.live.close();
  }

  /** Closes the store, once it is open. */
  async close(): Promise<void> {
    this.stopServing();
    // Whoever waits for `open` hears of its failure; there is nothing to close then.
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }

  async #open(openStore: () => Promise<Store>): Promise<Store> {
    // The first requests are answered before the store, which may keep this thread busy, begins to open.
    await new Promise((resolve) => setImmediate(resolve));
    const store = await openStore();
    if (this.#state === "stopping") return store;
    this.#opened = { store, live: new LiveHub(store) };
    this.#state = "ready";
    return store;
  }

  #parts(): { readonly store: Store; readonly live: LiveHub } {
    if (this.#state === "ready" && this.#opened !== undefined) return this.#opened;
    const message =
      this.#state === "stopping"
        ? "the server stops; try again when it is back"
        : "the server is opening its store; try again in a moment";
    throw new TrainlogError(`server/${this.#state}`, message, { status: 503 });
  }
}
