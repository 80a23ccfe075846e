/** @file Where charts stand: pinned ones on top, moved ones first in their group, the others in natural order. */
import type { ChartView } from "./chart-view.ts";
import type { MetricGroup } from "./metric-groups.ts";

/** A group of charts as it stands on the page. */
export interface ChartSection extends MetricGroup {
  /** What its title says, and the address when it is folded. */
  readonly name: string;
  readonly isPinned: boolean;
}

/** What of the view says where charts stand. */
export type ChartOrder = Pick<ChartView, "pinned" | "order">;

/** Puts the pinned charts on top, in their order, and moved ones to the front of their groups. No chart stands twice. */
export function arrangeCharts(groups: readonly MetricGroup[], { pinned, order }: ChartOrder): ChartSection[] {
  const known = new Set(groups.flatMap((group) => group.keys));
  const onTop = pinned.filter((key) => known.has(key));
  const sections = groups.map(({ prefix, keys }) => ({
    prefix,
    name: prefix || "metrics",
    isPinned: false,
    keys: inOrder(
      keys.filter((key) => !onTop.includes(key)),
      order,
    ),
  }));
  const top = { prefix: "", name: "pinned", isPinned: true, keys: onTop };
  return [top, ...sections].filter((section) => section.keys.length > 0);
}

/** Pins a chart (as the last of the pinned ones), or lets it go. */
export function togglePin({ pinned }: ChartOrder, key: string): Pick<ChartOrder, "pinned"> {
  return { pinned: pinned.includes(key) ? pinned.filter((other) => other !== key) : [...pinned, key] };
}

/**
 * Moves a chart within its section.
 *
 * @param to - New position, counted from 0; beyond the ends is the end.
 */
export function moveChart(view: ChartOrder, section: ChartSection, key: string, to: number): Partial<ChartOrder> {
  const others = section.keys.filter((other) => other !== key);
  const at = Math.max(0, Math.min(others.length, to));
  const keys = others.toSpliced(at, 0, key);
  if (section.isPinned) return { pinned: [...keys, ...view.pinned.filter((other) => !keys.includes(other))] };
  // Said are those up to the last one that does not stand by itself where it should.
  const moved = new Set([...view.order, key]);
  const last = Math.max(at, ...keys.map((other, i) => (moved.has(other) ? i : 0)));
  return { order: [...view.order.filter((other) => !keys.includes(other)), ...keys.slice(0, last + 1)] };
}

function inOrder(keys: readonly string[], order: readonly string[]): string[] {
  const here = new Set(keys);
  const first = order.filter((key) => here.has(key));
  return [...first, ...keys.filter((key) => !first.includes(key))];
}
