/** @file For tests of the store: stores in temporary folders that are closed and removed afterwards, and events to put into them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { RunEvent } from "../run/event.ts";
import { openStore, type Store, type StoreOptions } from "./index.ts";

/** A folder for one test, and stores on it. */
export interface StoreFixture {
  /** The store's folder. */
  readonly dir: string;
  /** Opens it for serving; trouble in the background fails the test. */
  serve(options?: StoreOptions): Promise<Store>;
  /** Opens it for reading. */
  read(options?: StoreOptions): Promise<Store>;
}

/** Gives every test of the file a folder of its own. */
export function storeFixture(): StoreFixture {
  let dir = "";
  const opened: Store[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "trainlog-store-"));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const open = async (options: StoreOptions): Promise<Store> => {
    const store = await openStore(dir, {
      sealAfterMs: false,
      onProblem: (message) => expect.fail(message),
      ...options,
    });
    opened.push(store);
    return store;
  };
  return {
    get dir() {
      return dir;
    },
    serve: (options) => open({ mode: "serve", ...options }),
    read: (options) => open({ mode: "read", ...options }),
  };
}

/** Rows `first … first + count` of one metric with values 1 / (1 + step). */
export function lossRows(first: number, count: number, key = "loss"): RunEvent {
  const steps = Float64Array.from({ length: count }, (_, i) => first + i);
  const values = steps.map((step) => 1 / (1 + step));
  return {
    type: "rows",
    rows: { steps, wallMs: steps.map((step) => 1e12 + step * 100), columns: [{ kind: "number", key, values }] },
  };
}

/** Waits until `check` passes; fails with its error after a while. */
export async function eventually(check: () => Promise<void> | void, withinMs = 5000): Promise<void> {
  for (const begun = Date.now(); ; ) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() - begun > withinMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
