import type { RunDetail } from "trainlog/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiClient } from "../client/http.ts";
import { DEFAULT_RUN_VIEW, type RunView } from "../lib/view-state.ts";
import { RunPageStore } from "./run-page.ts";

const VIEW: RunView = { ...DEFAULT_RUN_VIEW, runIds: ["a"] };

const DETAIL = { runId: "a", state: "running", metricCount: 0 } as RunDetail;

let keys: string[];
let asked: string[];
let bodies: { readonly series: readonly { readonly key: string }[]; readonly x: string }[];
let store: RunPageStore;

beforeEach(() => {
  vi.useFakeTimers();
  keys = Array.from({ length: 101 }, (_, i) => `m${i}`);
  asked = [];
  bodies = [];
  const answer: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input), "http://x");
    asked.push(pathname);
    if (pathname.endsWith("/metrics")) return Response.json({ metrics: keys.map((key) => ({ key, kind: "number" })) });
    if (!pathname.endsWith("/series")) return Response.json(DETAIL);
    const body = JSON.parse(String(init?.body));
    bodies.push(body);
    const empty = { form: "exact", totalPoints: 0, nextIndex: 0, x: [], values: [] };
    return Response.json({ x: body.x, series: body.series.map((series: object) => ({ ...series, ...empty })) });
  };
  store = new RunPageStore(new ApiClient({ fetch: answer, onUnauthorized: () => undefined }), VIEW);
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);

describe("RunPageStore", () => {
  it("asks for live rows of all metrics of an ordinary run", async () => {
    keys = ["loss", "system/cpu"];
    await store.load();
    store.seriesOf("loss").line("a", "loss");
    await settle();
    expect(store.liveQuery.peek()).toEqual({ run: ["a"] });
  });

  it("asks for live rows of the charts in view when a run has very many metrics", async () => {
    await store.load();
    expect(store.liveQuery.peek().keys).toBeUndefined();
    store.seriesOf("m7").line("a", "m7");
    store.seriesOf("system/cpu").line("a", "system/cpu");
    await settle();
    expect(store.liveQuery.peek()).toEqual({ run: ["a"], keys: ["m7", "system/cpu"] });
  });

  it("then sees a new metric by their number, and fetches the last rows of a run that ended", async () => {
    await store.load();
    store.seriesOf("m7").line("a", "m7");
    await settle();
    keys = [...keys, "new"];
    store.onMessage({ type: "run", run: { ...DETAIL, metricCount: 102 } });
    await settle();
    expect(store.runs.peek().get("a")?.keys.has("new")).toBe(true);
    asked = [];
    store.onMessage({ type: "run", run: { ...DETAIL, metricCount: 102, state: "finished" } });
    await settle();
    expect(asked).toEqual(["/api/v1/series"]);
  });

  it("keeps system metrics over time while the others stand over steps", async () => {
    store.seriesOf("loss").line("a", "loss");
    store.seriesOf("system/cpu").line("a", "system/cpu");
    await settle();
    expect(bodies.map(({ x, series }) => [x, series.map(({ key }) => key)])).toEqual([
      ["step", ["loss"]],
      ["wall", ["system/cpu"]],
    ]);
    bodies = [];
    store.setRange({ ...VIEW, zoom: { from: 1, to: 2 } });
    await settle();
    expect(bodies.map(({ series }) => series.map(({ key }) => key))).toEqual([["loss"]]);
  });
});
