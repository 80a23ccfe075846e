import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type Finger, pinchRange, TouchGesture } from "./touch-gesture.ts";

let gesture: TouchGesture;

beforeEach(() => {
  gesture = new TouchGesture();
});

const finger = (id: number, x: number, timeMs = 0, y = 50): Finger => ({ id, x, y, timeMs });

describe("TouchGesture", () => {
  it("points with one finger, at the tap and along the drag", () => {
    expect(gesture.down(finger(1, 40))).toEqual({ kind: "point", x: 40 });
    expect(gesture.move(finger(1, 90))).toEqual({ kind: "point", x: 90 });
    expect(gesture.up(finger(1, 90))).toBeUndefined();
    expect(gesture.move(finger(1, 95))).toBeUndefined();
  });

  it("stretches with two fingers, whichever is left", () => {
    gesture.down(finger(1, 200));
    expect(gesture.down(finger(2, 100))).toBeUndefined();
    expect(gesture.move(finger(2, 50))).toEqual({ kind: "pinch", start: [100, 200], now: [50, 200] });
    expect(gesture.up(finger(2, 50))).toEqual({ kind: "pinch-end" });
    expect(gesture.up(finger(1, 200))).toBeUndefined();
  });

  it("takes two quick taps in one place as a wish for the whole range, and nothing else", () => {
    const tap = (x: number, timeMs: number) => {
      gesture.down(finger(1, x, timeMs));
      return gesture.up(finger(1, x + 3, timeMs + 40));
    };
    expect(tap(50, 0)).toBeUndefined();
    expect(tap(55, 200)).toEqual({ kind: "double-tap" });
    expect(tap(55, 400)).toBeUndefined();
    expect(tap(55, 1000)).toBeUndefined();
    expect(tap(155, 1200)).toBeUndefined();
  });

  it("takes no drag and no scroll for a tap", () => {
    gesture.down(finger(1, 50, 0));
    gesture.up(finger(1, 50, 20));
    gesture.down(finger(1, 50, 100));
    expect(gesture.up(finger(1, 120, 150))).toBeUndefined();
    gesture.down(finger(1, 50, 200));
    expect(gesture.cancel(1)).toBeUndefined();
    expect(gesture.up(finger(1, 50, 210))).toBeUndefined();
  });
});

describe("pinchRange", () => {
  it("keeps what is under the fingers under them", () => {
    const pixel = fc.integer({ min: 0, max: 400 });
    const pair = fc.tuple(pixel, fc.integer({ min: 24, max: 400 })).map(([x, gap]): [number, number] => [x, x + gap]);
    const range = fc
      .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }))
      .map(([from, length]) => ({ from, to: from + length }));
    fc.assert(
      fc.property(range, pair, pair, (before, start, now) => {
        const after = pinchRange(before, 400, start, now);
        const at = ({ from, to }: typeof before, px: number): number => from + ((to - from) * px) / 400;
        const tolerance = (before.to - before.from) * 1e-6;
        for (const i of [0, 1] as const) {
          expect(Math.abs(at(after, now[i]) - at(before, start[i]))).toBeLessThan(tolerance);
        }
      }),
    );
  });
});
