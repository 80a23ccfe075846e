/** @file Brings the fingers on a chart to its gestures. A mouse stays with uPlot, which knows mice only. */
import { type Finger, type GestureStep, TouchGesture } from "../lib/touch-gesture.ts";

/** What a chart does with fingers. */
export interface TouchListener {
  onStep(step: GestureStep): void;
  /** A finger came down beside the chart, so that its cursor is not wanted any more. */
  onElsewhere(): void;
}

/** Time after a touch in which browsers make up mouse events for it: a move, a click, and a "leave" of the place of the touch before. */
const ECHO_MS = 1000;

/** The fingers on one chart's plotting area. */
export class TouchInput {
  readonly #area: HTMLElement;
  readonly #listener: TouchListener;
  readonly #gesture: TouchGesture = new TouchGesture();
  #touchedAtMs: number = Number.NEGATIVE_INFINITY;

  /** Listens until the signal is aborted. */
  constructor(area: HTMLElement, listener: TouchListener, signal: AbortSignal) {
    this.#area = area;
    this.#listener = listener;
    const on = (type: "pointerdown" | "pointermove" | "pointerup", step: (finger: Finger) => GestureStep | undefined) =>
      area.addEventListener(type, (event) => this.#follow(event, step), { signal });
    on("pointerdown", (finger) => this.#gesture.down(finger));
    on("pointermove", (finger) => this.#gesture.move(finger));
    on("pointerup", (finger) => this.#gesture.up(finger));
    area.addEventListener("pointercancel", ({ pointerId }) => this.#tell(this.#gesture.cancel(pointerId)), { signal });
    // Before the chart that was touched hears of it: charts share a cursor, and the others must not take away what it shows.
    const capture = { capture: true, signal };
    area.ownerDocument.addEventListener("pointerdown", (event) => this.#seeAnywhere(event), capture);
    area.ownerDocument.addEventListener("pointerup", (event) => this.#seeAnywhere(event), capture);
  }

  /** Whether a mouse event is one that the browser made up for a finger, on this chart or elsewhere on the page. */
  isEcho(event: MouseEvent): boolean {
    return event.isTrusted && event.timeStamp - this.#touchedAtMs < ECHO_MS;
  }

  #follow(event: PointerEvent, step: (finger: Finger) => GestureStep | undefined): void {
    if (event.pointerType === "touch") this.#tell(step(fingerOf(event, this.#area)));
  }

  #seeAnywhere({ pointerType, target, timeStamp, type }: PointerEvent): void {
    if (pointerType !== "touch") return;
    this.#touchedAtMs = timeStamp;
    const inside = target instanceof Node && this.#area.contains(target);
    if (type === "pointerdown" && !inside) this.#listener.onElsewhere();
  }

  #tell(step: GestureStep | undefined): void {
    if (step !== undefined) this.#listener.onStep(step);
  }
}

function fingerOf(event: PointerEvent, area: HTMLElement): Finger {
  const box = area.getBoundingClientRect();
  const x = Math.min(box.width, Math.max(0, event.clientX - box.left));
  return { id: event.pointerId, x, y: event.clientY - box.top, timeMs: event.timeStamp };
}
