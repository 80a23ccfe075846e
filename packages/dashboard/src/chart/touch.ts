/** @file Brings the fingers on a chart to its gestures. A mouse stays with uPlot, which knows mice only. */
import { type Finger, type GestureStep, TouchGesture } from "../lib/touch-gesture.ts";

/** What a chart does with fingers. */
export interface TouchListener {
  onStep(step: GestureStep): void;
  /** A finger came down beside the chart, so that its cursor is not wanted any more. */
  onElsewhere(): void;
}

/** Listens to the fingers on `area`, a chart's plotting area, until the signal is aborted. */
export function listenToTouch(area: HTMLElement, listener: TouchListener, signal: AbortSignal): void {
  const gesture = new TouchGesture();
  const on = (type: "pointerdown" | "pointermove" | "pointerup", step: (finger: Finger) => GestureStep | undefined) => {
    const handle = (event: PointerEvent): void => {
      if (event.pointerType !== "touch") return;
      // The mouse events that browsers make up for a finger would move the cursor a second time, and take the drag for a mouse's.
      event.preventDefault();
      tell(step(fingerOf(event, area)));
    };
    area.addEventListener(type, handle, { signal });
  };
  const tell = (step: GestureStep | undefined): void => {
    if (step !== undefined) listener.onStep(step);
  };
  on("pointerdown", (finger) => gesture.down(finger));
  on("pointermove", (finger) => gesture.move(finger));
  on("pointerup", (finger) => gesture.up(finger));
  area.addEventListener("pointercancel", (event) => tell(gesture.cancel(event.pointerId)), { signal });
  const elsewhere = ({ pointerType, target }: PointerEvent): void => {
    const inside = target instanceof Node && area.contains(target);
    if (pointerType === "touch" && !inside) listener.onElsewhere();
  };
  // Before the chart that was touched hears of it: charts share a cursor, and the others must not take away what it shows.
  area.ownerDocument.addEventListener("pointerdown", elsewhere, { capture: true, signal });
}

function fingerOf(event: PointerEvent, area: HTMLElement): Finger {
  const box = area.getBoundingClientRect();
  const x = Math.min(box.width, Math.max(0, event.clientX - box.left));
  return { id: event.pointerId, x, y: event.clientY - box.top, timeMs: event.timeStamp };
}
