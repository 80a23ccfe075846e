/**
 * @file Draws all charts that changed, together, between two frames, and never for more than a part of the time.
 *
 * Two hundred live rows per second are at most ten drawings. When a drawing of all visible charts is expensive (many charts, a slow machine, no GPU), the
 * pauses grow with it, so that the page stays as responsive with forty charts as with one.
 */

/** Least pause between two drawings. */
const LEAST_PAUSE_MS = 100;

/** Longest pause between two drawings: charts still move. */
const LONGEST_PAUSE_MS = 2000;

/** Pause per time spent drawing: 4 means that a fifth of the time is spent drawing. */
const PAUSE_PER_COST = 4;

/** What the loop needs from a browser; tests give their own. */
export interface DrawClock {
  now(): number;
  /** Calls back before the next frame is painted. */
  beforeFrame(callback: () => void): void;
  after(ms: number, callback: () => void): void;
}

const BROWSER_CLOCK: DrawClock = {
  now: () => performance.now(),
  beforeFrame: (callback) => void requestAnimationFrame(callback),
  after: (ms, callback) => void setTimeout(callback, ms),
};

/** One page's drawing. */
export class DrawLoop {
  readonly #clock: DrawClock;
  readonly #dirty = new Set<() => void>();
  readonly #urgent = new Set<() => void>();
  #scheduled: boolean = false;
  #restUntilMs = 0;

  constructor(clock: DrawClock = BROWSER_CLOCK) {
    this.#clock = clock;
  }

  /** Asks for a drawing: in the next frame, or after the pause. Asking again before it happens changes nothing. */
  request(draw: () => void): void {
    this.#dirty.add(draw);
    this.#schedule();
  }

  /** Draws in the next frame, pause or not: something that a person did or waits for must show at once. Asking again before it happens changes nothing. */
  requestNow(draw: () => void): void {
    if (this.#urgent.size === 0) this.#clock.beforeFrame(() => this.#drawUrgent());
    this.#urgent.add(draw);
  }

  /** Forgets what was asked. */
  cancel(draw: () => void): void {
    this.#dirty.delete(draw);
    this.#urgent.delete(draw);
  }

  #drawUrgent(): void {
    const draws = [...this.#urgent];
    this.#urgent.clear();
    for (const draw of draws) {
      this.#dirty.delete(draw);
      draw();
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#dirty.size === 0) return;
    this.#scheduled = true;
    const waitMs = this.#restUntilMs - this.#clock.now();
    const frame = (): void => this.#clock.beforeFrame(() => this.#drawAll());
    if (waitMs > 0) this.#clock.after(waitMs, frame);
    else frame();
  }

  #drawAll(): void {
    const startMs = this.#clock.now();
    const draws = [...this.#dirty];
    this.#dirty.clear();
    for (const draw of draws) draw();
    // The first task after the frame: layout and painting are part of the cost.
    this.#clock.after(0, () => {
      const endMs = this.#clock.now();
      const pauseMs = Math.min(Math.max(LEAST_PAUSE_MS, PAUSE_PER_COST * (endMs - startMs)), LONGEST_PAUSE_MS);
      this.#restUntilMs = endMs + pauseMs;
      this.#scheduled = false;
      this.#schedule();
    });
  }
}
