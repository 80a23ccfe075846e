import type { RowsMessage, Series, SeriesRequest } from "trainlog/api";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiClient } from "../client/http.ts";
import { SeriesCache } from "./series-cache.ts";

/** A server whose metrics are `y = x` at steps 0, 1, 2, …, one point per second from 1e12 ms on. */
class FakeServer {
  readonly requests: SeriesRequest[] = [];
  points = 10;
  failing: boolean = false;

  readonly fetch: typeof fetch = async (_input, init) => {
    const request: SeriesRequest = JSON.parse(String(init?.body));
    this.requests.push(request);
    if (this.failing) throw new TypeError("Failed to fetch");
    return Response.json({
      x: request.x,
      series: request.series.map(({ runId, key }) => this.#series(runId, key, request)),
    });
  };

  #series(runId: string, key: string, { x: axis, from = -Infinity, to = Infinity }: SeriesRequest): Series {
    const all = Array.from({ length: this.points }, (_, step) => ({ x: positionOf(step, axis), value: step }));
    const seen = all.filter(({ x }) => x >= from && x <= to);
    const head = { runId, key, totalPoints: seen.length, nextIndex: this.points };
    return { form: "exact", ...head, x: seen.map(({ x }) => x), values: seen.map(({ value }) => value) };
  }
}

function positionOf(step: number, axis: string | undefined): number {
  if (axis === "wall") return 1e12 + step * 1000;
  return axis === "relative" ? step * 1000 : step;
}

function rows(firstStep: number, count: number, key = "loss"): RowsMessage {
  const steps = Array.from({ length: count }, (_, i) => firstStep + i);
  const column = { key, kind: "number" as const, firstIndex: firstStep, values: steps };
  return { type: "rows", runId: "a", steps, wallMs: steps.map((step) => 1e12 + step * 1000), columns: [column] };
}

let server: FakeServer;
let client: ApiClient;
let cache: SeriesCache;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  client = new ApiClient({ fetch: server.fetch, onUnauthorized: () => undefined });
  cache = new SeriesCache(client, "step", undefined);
});

afterEach(() => {
  cache.close();
  vi.useRealTimers();
});

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const xOf = (key = "loss"): readonly number[] | undefined => cache.line("a", key).peek().line?.x;

describe("SeriesCache", () => {
  it("asks for all charts of one instant in one request", async () => {
    for (let i = 0; i < 40; i++) cache.line("a", `m${i}`);
    await settle();
    expect(server.requests.map((request) => request.series.length)).toEqual([40]);
    expect(xOf("m7")).toHaveLength(10);
  });

  it("grows by live rows without asking", async () => {
    cache.line("a", "loss");
    await settle();
    cache.applyRows(rows(8, 4));
    cache.applyRows(rows(0, 3, "not shown"));
    expect(xOf()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(server.requests).toHaveLength(1);
  });

  it("asks again, but not at once and not twice, when rows are missing", async () => {
    cache.line("a", "loss");
    await settle();
    server.points = 30;
    cache.applyRows(rows(20, 5));
    cache.applyRows(rows(25, 5));
    await settle();
    expect(server.requests).toHaveLength(1);
    await settle(1000);
    expect(server.requests).toHaveLength(2);
    expect(xOf()).toHaveLength(30);
  });

  it("fetches the points of a zoomed range and keeps the rest as it was", async () => {
    cache.line("a", "loss");
    await settle();
    cache.setRange("step", { from: 3, to: 5 });
    await settle();
    expect(server.requests.at(-1)).toMatchObject({ from: 3, to: 5 });
    expect(xOf()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(cache.line("a", "loss").peek().line?.totalPoints).toBe(3);
    cache.setRange("step", undefined);
    expect(cache.line("a", "loss").peek().line?.totalPoints).toBe(10);
    await settle();
    expect(server.requests).toHaveLength(2);
  });

  it("does not fetch a zoomed range for charts that nobody sees, until somebody does", async () => {
    cache.line("a", "loss");
    await settle();
    cache.setWatched("a", "loss", false);
    cache.setRange("step", { from: 3, to: 5 });
    await settle();
    expect(server.requests).toHaveLength(1);
    cache.setWatched("a", "loss", true);
    await settle();
    expect(server.requests).toHaveLength(2);
  });

  it("counts relative time from the first point, for live rows too, whenever they come", async () => {
    cache.setRange("relative", undefined);
    cache.line("a", "loss");
    cache.applyRows(rows(9, 3));
    await settle();
    cache.applyRows(rows(12, 1));
    expect(xOf()).toEqual(Array.from({ length: 13 }, (_, step) => step * 1000));
  });

  it("drops the answer to a question that was overtaken by another axis", async () => {
    cache.line("a", "loss");
    await vi.advanceTimersByTimeAsync(15);
    cache.setRange("wall", undefined);
    await settle();
    expect(xOf()?.[0]).toBe(1e12);
  });

  it("says what went wrong and tries again when the server is back", async () => {
    server.failing = true;
    cache.line("a", "loss");
    await settle();
    expect(cache.line("a", "loss").peek().error).toContain("does not answer");
    server.failing = false;
    cache.retryFailed();
    await settle();
    expect(cache.line("a", "loss").peek()).toMatchObject({ line: { totalPoints: 10 } });
    expect(cache.line("a", "loss").peek().error).toBeUndefined();
  });

  it("tells which metrics are looked at, and keeps the last ones when none is", async () => {
    cache.line("a", "loss");
    cache.line("b", "loss");
    cache.line("a", "acc");
    await settle(300);
    expect(cache.watchedKeys.peek()).toEqual(["acc", "loss"]);
    cache.setWatched("a", "loss", false);
    cache.setWatched("b", "loss", false);
    await settle(300);
    expect(cache.watchedKeys.peek()).toEqual(["acc"]);
    cache.setWatched("a", "acc", false);
    await settle(300);
    expect(cache.watchedKeys.peek()).toEqual(["acc"]);
  });

  it("fetches a line that is looked at again only when its rows did not come meanwhile", async () => {
    cache.line("a", "loss");
    await settle();
    const lookAgain = async (): Promise<void> => {
      cache.setWatched("a", "loss", false);
      server.points++;
      cache.setWatched("a", "loss", true);
      await settle();
    };
    await lookAgain();
    expect(xOf()?.length).toBe(10);
    cache.setNarrowed(true);
    await lookAgain();
    expect(xOf()?.length).toBe(12);
  });

  it("fetches everything when rows of all metrics come again", async () => {
    cache.setNarrowed(true);
    cache.line("a", "loss");
    await settle();
    server.points = 20;
    cache.setNarrowed(false);
    await settle();
    expect(xOf()?.length).toBe(20);
  });

  it("asks nothing any more when it is closed", async () => {
    cache.line("a", "loss");
    cache.close();
    await settle(5000);
    expect(server.requests).toEqual([]);
  });

  it("asks for a zoomed range of relative time where the metric's own zero is", async () => {
    cache = new SeriesCache(client, "relative", { from: 2000, to: 5000 });
    const state = cache.line("a", "loss");
    await settle(100);
    const detail = server.requests.find(({ from }) => from !== undefined);
    expect(detail).toMatchObject({ x: "wall", from: 1e12 + 2000, to: 1e12 + 5000 });
    expect(state.peek().line?.x).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  });

  it("counts the server's answers apart from live rows", async () => {
    const state = cache.line("a", "loss");
    await settle();
    expect(state.peek().answers).toBe(1);
    cache.applyRows(rows(10, 1));
    expect(state.peek().answers).toBe(1);
    cache.refetch();
    await settle();
    expect(state.peek().answers).toBe(2);
  });
});
