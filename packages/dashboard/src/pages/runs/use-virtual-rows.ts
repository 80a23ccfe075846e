/** @file Rows in view of a list in the page's scroll, by @tanstack/virtual-core: 10,000 runs are a few dozen elements. */
import { useSignal } from "@preact/signals";
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";

/** Rows made beyond the edges of the view, so that quick scrolling shows no holes. */
const OVERSCAN = 12;

/** Height of the table's head, in CSS pixels; `run-table.css` says the same. */
const HEAD_HEIGHT = 34;

/** What to put where. */
export interface VirtualRows {
  readonly items: readonly VirtualItem[];
  readonly totalHeight: number;
  /** Brings a row into view, when it is not. */
  scrollTo(index: number): void;
}

/** Follows the scrolling of `scroller`. All rows are `rowHeight` CSS pixels high. */
export function useVirtualRows(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): VirtualRows {
  const version = useSignal(0);
  const options = {
    count,
    overscan: OVERSCAN,
    // Rows begin below the head, and the head stays in view.
    scrollPaddingEnd: HEAD_HEIGHT,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroller.current,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => {
      version.value++;
    },
  };
  const virtualizer = useMemo(() => new Virtualizer<HTMLElement, HTMLElement>(options), []);
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);
  // Reading it subscribes the component to scrolling.
  void version.value;
  return {
    items: virtualizer.getVirtualItems(),
    totalHeight: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}
