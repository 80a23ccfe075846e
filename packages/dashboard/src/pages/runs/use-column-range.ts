/** @file How wide the table's view is, and which columns are in it. */
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { type ColumnLayout, type ColumnRange, columnsInView } from "../../lib/column-layout.ts";

/** CSS pixels beyond the edges of the view where columns are made, so that quick scrolling shows no holes. */
const OVERSCAN = 240;

/** Width of the scrolling view without its scrollbar, in CSS pixels. */
export function useViewWidth(scroller: RefObject<HTMLElement | null>): ReadonlySignal<number> {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      width.value = element.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Columns in view; the component is drawn again only when others come into view. */
export function useColumnRange(
  scroller: RefObject<HTMLElement | null>,
  layout: ColumnLayout<unknown>,
  viewWidth: number,
): ColumnRange {
  const scrollLeft: Signal<number> = useSignal(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    // Half of what is made beyond the edges: until then the same columns are in view.
    const follow = (): void => {
      if (Math.abs(element.scrollLeft - scrollLeft.peek()) > OVERSCAN / 2 || element.scrollLeft === 0)
        scrollLeft.value = element.scrollLeft;
    };
    element.addEventListener("scroll", follow, { passive: true });
    return () => element.removeEventListener("scroll", follow);
  }, []);
  return columnsInView(layout, scrollLeft.value, viewWidth, OVERSCAN);
}
