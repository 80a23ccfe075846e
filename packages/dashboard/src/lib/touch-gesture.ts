/**
 * @file What fingers on a chart mean, without a DOM: one finger points (a tap, or a drag along the x axis), two fingers stretch or squeeze the range, two
 * taps ask for the whole range. Up and down stay with the browser, which scrolls the page and then cancels the gesture.
 */
import type { Zoom } from "./chart-view.ts";

/** One finger. Positions are CSS pixels from the left and top of the chart's plotting area, times milliseconds. */
export interface Finger {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly timeMs: number;
}

/** Positions of two fingers on the x axis, the left one first. */
export type FingerPair = readonly [number, number];

/** What a gesture asks for. */
export type GestureStep =
  /** Show the values at `x`. */
  | { readonly kind: "point"; readonly x: number }
  /** Show the range that puts under the fingers what was under them at `start`. */
  | { readonly kind: "pinch"; readonly start: FingerPair; readonly now: FingerPair }
  /** The pinch is over: keep its range. */
  | { readonly kind: "pinch-end" }
  /** Show the whole range. */
  | { readonly kind: "double-tap" };

/** Longest time between two taps of a double tap. */
const DOUBLE_TAP_MS = 300;

/** Farthest that a finger moves in a tap, and that two taps of a double tap are apart. */
const TAP_REACH = 24;

/** Fingers are taken as at least this far apart: a range must not grow without limit when they meet. */
const LEAST_SPREAD = 24;

/** Follows the fingers on one chart. */
export class TouchGesture {
  readonly #fingers = new Map<number, Finger>();
  #pinchStart: FingerPair | undefined;
  #tapStart: Finger | undefined;
  #lastTap: Finger | undefined;

  /** A finger came down. */
  down(finger: Finger): GestureStep | undefined {
    this.#fingers.set(finger.id, finger);
    this.#pinchStart = this.#pair();
    this.#tapStart = this.#fingers.size === 1 ? finger : undefined;
    return this.#fingers.size === 1 ? { kind: "point", x: finger.x } : undefined;
  }

  /** A finger moved. */
  move(finger: Finger): GestureStep | undefined {
    if (!this.#fingers.has(finger.id)) return undefined;
    this.#fingers.set(finger.id, finger);
    const now = this.#pair();
    if (this.#pinchStart !== undefined && now !== undefined) return { kind: "pinch", start: this.#pinchStart, now };
    return this.#fingers.size === 1 ? { kind: "point", x: finger.x } : undefined;
  }

  /** A finger was lifted. */
  up(finger: Finger): GestureStep | undefined {
    const pinched = this.#lift(finger.id);
    const start = this.#tapStart;
    this.#tapStart = undefined;
    if (pinched) return { kind: "pinch-end" };
    if (start === undefined || start.id !== finger.id || !near(start, finger)) return undefined;
    const last = this.#lastTap;
    const isSecond = last !== undefined && near(last, finger) && finger.timeMs - last.timeMs <= DOUBLE_TAP_MS;
    this.#lastTap = isSecond ? undefined : finger;
    return isSecond ? { kind: "double-tap" } : undefined;
  }

  /** The browser took a finger for itself, to scroll. */
  cancel(id: number): GestureStep | undefined {
    this.#tapStart = undefined;
    return this.#lift(id) ? { kind: "pinch-end" } : undefined;
  }

  /** Takes a finger away; says whether that ended a pinch. */
  #lift(id: number): boolean {
    const pinched = this.#pinchStart !== undefined && this.#fingers.has(id);
    this.#fingers.delete(id);
    this.#pinchStart = undefined;
    return pinched;
  }

  #pair(): FingerPair | undefined {
    if (this.#fingers.size !== 2) return undefined;
    const [a, b] = [...this.#fingers.values()].map((finger) => finger.x).sort((left, right) => left - right);
    const spread = Math.max(LEAST_SPREAD, b! - a!);
    const middle = (a! + b!) / 2;
    return [middle - spread / 2, middle + spread / 2];
  }
}

/**
 * The range that a pinch makes: what was under each finger at the start is under it now.
 *
 * @param range - At the start of the pinch.
 * @param width - Of the plotting area, in CSS pixels.
 */
export function pinchRange(range: Zoom, width: number, start: FingerPair, now: FingerPair): Zoom {
  const perPixel = (range.to - range.from) / width;
  const held = range.from + start[0] * perPixel;
  const newPerPixel = (perPixel * (start[1] - start[0])) / (now[1] - now[0]);
  const from = held - now[0] * newPerPixel;
  return { from, to: from + width * newPerPixel };
}

function near(a: Finger, b: Finger): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= TAP_REACH;
}
