import type { RunRow } from "trainlog/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiClient } from "../client/http.ts";
import { RunListStore } from "./run-list.ts";

const run = (runId: string, patch: Partial<RunRow> = {}): RunRow => ({
  runId,
  project: "p",
  name: runId,
  state: "running",
  createdMs: 0,
  lastMs: 0,
  durationMs: 0,
  tags: [],
  archived: false,
  rowCount: 0,
  pointCount: 0,
  metricCount: 0,
  damageCount: 0,
  ...patch,
});

let stored: RunRow[];
let requests: string[];
let store: RunListStore;

beforeEach(() => {
  vi.useFakeTimers();
  stored = [run("a", { lastStep: 1 }), run("b", { lastStep: 2 })];
  requests = [];
  const answer: typeof fetch = async (input) => {
    requests.push(String(input));
    const descending = new URL(String(input), "http://x").searchParams.get("desc") === "true";
    const runs = stored.toSorted((x, y) => ((x.lastStep ?? 0) - (y.lastStep ?? 0)) * (descending ? -1 : 1));
    return Response.json({ runs, total: runs.length });
  };
  store = new RunListStore(new ApiClient({ fetch: answer, onUnauthorized: () => undefined }));
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const shown = (): string[] => store.state.peek().runs.map(({ runId, lastStep }) => `${runId} ${lastStep}`);

/** The server has a run in a new state, and says so. */
function change(changed: RunRow): void {
  stored = [...stored.filter(({ runId }) => runId !== changed.runId), changed];
  store.onMessage({ type: "run", run: changed });
}

describe("RunListStore", () => {
  it("shows new values at once, and puts a list that is sorted by them in order a little later, once", async () => {
    await store.load({ sort: "lastStep", desc: true });
    expect(shown()).toEqual(["b 2", "a 1"]);
    for (let lastStep = 3; lastStep < 9; lastStep++) change(run("a", { lastStep }));
    expect(shown()).toEqual(["b 2", "a 8"]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(shown()).toEqual(["a 8", "b 2"]);
    expect(requests.length).toBe(2);
  });

  it("asks for nothing when values move that the list is not sorted by", async () => {
    await store.load({ sort: "createdMs", desc: true });
    change(run("a", { lastStep: 50 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown()).toContain("a 50");
    expect(requests.length).toBe(1);
  });

  it("fetches soon when a run is new or ends, even while it waits to reorder", async () => {
    await store.load({ sort: "lastStep", desc: false });
    change(run("a", { lastStep: 5 }));
    change(run("c", { lastStep: 9 }));
    await vi.advanceTimersByTimeAsync(700);
    expect(shown()).toEqual(["b 2", "a 5", "c 9"]);
    change(run("b", { lastStep: 2, state: "finished" }));
    await vi.advanceTimersByTimeAsync(700);
    expect(requests.length).toBe(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests.length).toBe(3);
  });
});
