/** @file The application over a store in memory, for the tests of this folder. */
import type { Hono } from "hono";
import { Callers } from "./access/caller.ts";
import { hostCheck } from "./access/hosts.ts";
import { createApp } from "./app.ts";
import { FakeStore } from "./fake-store.ts";
import { LiveHub } from "./live/hub.ts";
import { StaticPages } from "./pages/static-pages.ts";
import { IngestGate, type IngestLimits } from "./request/ingest-gate.ts";

import { TokenStore } from "./tokens/token-store.ts";

/** What a test may choose. */
export interface TestAppOptions {
  readonly token?: string;
  /** Folder with tokens; by default there are none. */
  readonly tokensDir?: string;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly boundHost?: string;
  readonly ingest?: IngestLimits;
  readonly batchBytes?: number;
  readonly dashboardDir?: string;
  readonly readiness?: "ready" | "starting" | "stopping";
}

/** An application and what is behind it. */
export interface TestApp {
  readonly app: Hono;
  readonly store: FakeStore;
  readonly hub: LiveHub;
  /** Errors that the server took for its own fault. */
  readonly faults: unknown[];
}

/** Makes an application over an empty store. */
export function testApp(options: TestAppOptions = {}): TestApp {
  const store = new FakeStore();
  const hub = new LiveHub(store);
  const faults: unknown[] = [];
  const tokens = new TokenStore(options.tokensDir ?? "/nowhere");
  const callers = new Callers({ tokens, ...(options.token === undefined ? {} : { token: options.token }) });
  const app = createApp({
    parts: {
      store: () => store,
      live: () => hub,
      readiness: () => options.readiness ?? "ready",
      ingestGate: new IngestGate(options.ingest ?? { maxBytes: 1e9, maxRequests: 100 }),
      ...{ callers, tokens },
      limits: { batchBytes: options.batchBytes ?? 1_000_000, blobBytes: 1_000_000, jsonBytes: 100_000 },
      version: "1.2.3",
    },
    access: {
      isHostAllowed: hostCheck(options.boundHost ?? "127.0.0.1", options.allowedHosts),
      allowedOrigins: options.allowedOrigins ?? [],
      callers,
    },
    pages: new StaticPages(options.dashboardDir ?? "/nowhere"),
    onFault: (error) => faults.push(error),
  });
  return { app, store, hub, faults };
}

/** A request with a JSON body. */
export function jsonRequest(method: string, body: unknown): RequestInit {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method, body: text, headers: { "content-type": "application/json" } };
}

/** Values of parameters of paths in tests. */
const PARAMETERS: Readonly<Record<string, string>> = {
  runId: "run-1",
  sha256: "0".repeat(64),
  project: "p",
  tokenId: "abcdefgh",
  name: "model",
  version: "v0",
  path: "weights/a.bin",
};

/** Address of a route with every parameter filled in. */
export function concretePath(path: string): string {
  return `/api/v1${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => PARAMETERS[name] ?? name)}`;
}
