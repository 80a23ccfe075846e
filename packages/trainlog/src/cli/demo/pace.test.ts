import { describe, expect, it, vi } from "vitest";
import { StepWatch, untilDue } from "./pace.ts";

describe("untilDue", () => {
  it("ends when the step is due", async () => {
    const startMs = performance.now();
    const pace = { steps: 10, durationMs: 1000, startMs, signal: new AbortController().signal };
    await untilDue(0, pace);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(98);
  });

  it("ends when it is told to stop", async () => {
    const stop = new AbortController();
    const waiting = untilDue(0, { steps: 1, durationMs: 1e9, startMs: performance.now(), signal: stop.signal });
    stop.abort();
    await waiting;
  });
});

describe("StepWatch", () => {
  it("gives the median of the last 15 steps, whatever the waiting between them", () => {
    const clock = vi.spyOn(performance, "now").mockReturnValue(0);
    const watch = new StepWatch();
    expect(watch.medianMs()).toBeNaN();
    let nowMs = 0;
    const step = (tookMs: number): void => {
      nowMs += 1000;
      clock.mockReturnValue(nowMs);
      watch.begin();
      nowMs += tookMs;
      clock.mockReturnValue(nowMs);
      watch.end();
    };
    for (const tookMs of [3, 500, 2]) step(tookMs);
    expect(watch.medianMs()).toBe(3);
    for (let i = 0; i < 15; i++) step(7);
    expect(watch.medianMs()).toBe(7);
    clock.mockRestore();
  });
});
