import { beforeEach, expect, it } from "vitest";
import { type DrawClock, DrawLoop } from "./draw-loop.ts";

/** A browser whose time moves only when the test says so; frames come every 16 ms. */
class FakeClock implements DrawClock {
  nowMs = 0;
  #tasks: { readonly atMs: number; readonly run: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  beforeFrame(callback: () => void): void {
    this.#tasks.push({ atMs: Math.floor(this.nowMs / 16) * 16 + 16, run: callback });
  }

  after(ms: number, callback: () => void): void {
    this.#tasks.push({ atMs: this.nowMs + ms, run: callback });
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#tasks.filter((task) => task.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((task) => task !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }
}

let clock: FakeClock;
let loop: DrawLoop;
let drawn: number;
let costMs: number;

const draw = (): void => {
  drawn++;
  clock.nowMs += costMs;
};

beforeEach(() => {
  clock = new FakeClock();
  loop = new DrawLoop(clock);
  drawn = 0;
  costMs = 1;
});

function rowsEvery(gapMs: number, totalMs: number): void {
  const endMs = clock.nowMs + totalMs;
  while (clock.nowMs < endMs) {
    loop.request(draw);
    clock.advance(gapMs);
  }
}

it("draws 200 rows per second about ten times per second", () => {
  rowsEvery(5, 10_000);
  expect(drawn).toBeGreaterThan(75);
  expect(drawn).toBeLessThanOrEqual(100);
});

it("spends at most about a fifth of the time drawing, however expensive a drawing is", () => {
  costMs = 150;
  rowsEvery(5, 30_000);
  expect(drawn).toBeGreaterThan(20);
  expect((drawn * costMs) / clock.nowMs).toBeLessThan(0.21);
});

it("draws the last change", () => {
  loop.request(draw);
  clock.advance(20);
  loop.request(draw);
  clock.advance(1000);
  expect(drawn).toBe(2);
  clock.advance(10_000);
  expect(drawn).toBe(2);
});

it("draws at once what a person did, and not a second time", () => {
  loop.request(draw);
  clock.advance(20);
  loop.request(draw);
  loop.requestNow(draw);
  clock.advance(16);
  expect(drawn).toBe(2);
  clock.advance(1000);
  expect(drawn).toBe(2);
});

it("draws once what was asked for at once several times in one frame", () => {
  for (let i = 0; i < 20; i++) loop.requestNow(draw);
  clock.advance(16);
  expect(drawn).toBe(1);
  loop.requestNow(draw);
  loop.cancel(draw);
  clock.advance(1000);
  expect(drawn).toBe(1);
});

it("draws nothing that was cancelled", () => {
  loop.request(draw);
  loop.cancel(draw);
  clock.advance(1000);
  expect(drawn).toBe(0);
});
