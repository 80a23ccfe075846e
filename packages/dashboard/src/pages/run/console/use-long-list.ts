/** @file The rows in view of a box that scrolls over a very long list. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { type ListWindow, listWindow } from "../../../lib/long-list.ts";

/** Height of the view before it is measured, in CSS pixels. */
const FIRST_GUESS = 600;

/** Follows scrolling and size of `scroller`. All rows are `rowHeight` CSS pixels high. */
export function useLongList(scroller: RefObject<HTMLElement | null>, rowCount: number, rowHeight: number): ListWindow {
  const scrollTop = useSignal(0);
  const viewHeight = useSignal(FIRST_GUESS);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const onScroll = (): void => {
      scrollTop.value = box.scrollTop;
    };
    const observer = new ResizeObserver(() => {
      viewHeight.value = box.clientHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(box);
    viewHeight.value = box.clientHeight;
    return () => {
      box.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, []);
  return listWindow({ scrollTop: scrollTop.value, viewHeight: viewHeight.value, rowCount, rowHeight });
}
