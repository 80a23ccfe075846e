/** @file The right edge of a column's head: dragging it, or its arrow keys, change the width; a double click takes the usual one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { COLUMN_WIDTHS } from "../../lib/runs-view.ts";

/** CSS pixels of one press of an arrow key. */
const KEY_STEP = 16;

interface ColumnEdgeProps {
  readonly title: string;
  readonly width: number;
  /** Gets the new width in CSS pixels; undefined for the usual one. */
  readonly onWidth: (width: number | undefined) => void;
}

/** A separator that can be moved. */
export function ColumnEdge({ title, width, onWidth }: ColumnEdgeProps): JSX.Element {
  const grip = useSignal<{ readonly x: number; readonly width: number } | undefined>(undefined);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowLeft" ? -KEY_STEP : event.key === "ArrowRight" ? KEY_STEP : 0;
    if (step === 0 || event.altKey) return;
    event.preventDefault();
    onWidth(width + step);
  };
  return (
    <span
      class="column-edge"
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      aria-valuemin={COLUMN_WIDTHS.least}
      aria-valuemax={COLUMN_WIDTHS.most}
      aria-valuenow={Math.round(width)}
      tabIndex={0}
      draggable
      // The head would be dragged otherwise.
      onDragStart={(event) => {
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.value = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (grip.value !== undefined) onWidth(grip.value.width + event.clientX - grip.value.x);
      }}
      onPointerUp={() => {
        grip.value = undefined;
      }}
      onDblClick={() => onWidth(undefined)}
      onKeyDown={onKeyDown}
    />
  );
}
