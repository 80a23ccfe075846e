/** @file Draws at most so often, and only between frames: two hundred live rows per second are ten drawings. */

/** Least time between two live drawings of one chart. */
const LEAST_GAP_MS = 100;

/** Gathers calls into drawings. */
export class FramePacer {
  readonly #draw: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;
  #lastMs = 0;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Asks for a drawing: in the next frame, or when the gap since the last is over. */
  request(): void {
    if (this.#timer !== undefined || this.#frame !== undefined) return;
    const waitMs = this.#lastMs + LEAST_GAP_MS - performance.now();
    if (waitMs <= 0) this.#onFrame();
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#onFrame();
      }, waitMs);
  }

  /** Forgets what was asked. */
  cancel(): void {
    clearTimeout(this.#timer);
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#timer = undefined;
    this.#frame = undefined;
  }

  #onFrame(): void {
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#lastMs = performance.now();
      this.#draw();
    });
  }
}
