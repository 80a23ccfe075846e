/** @file Which charts stand together: metrics by their first path segment, `system/…` last because it is looked at least. */

import type { SeriesAxis } from "trainlog/api";

/** Metrics that share a prefix. */
export interface MetricGroup {
  /** `"train"` for `train/loss`; `""` for metrics without a prefix. */
  readonly prefix: string;
  /** Full keys in natural order. */
  readonly keys: readonly string[];
}

/** Prefix of the metrics that the tracker measures itself. */
export const SYSTEM_PREFIX = "system";

/** Whether the tracker measured a metric itself, beside the training. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith(`${SYSTEM_PREFIX}/`);
}

/**
 * The x axis of a metric's chart. What the tracker measures itself comes every few seconds and knows no step of the training, so it stands over time
 * where the others stand over steps.
 *
 * @param chosen - The axis chosen for the page.
 */
export function axisOf(key: string, chosen: SeriesAxis): SeriesAxis {
  return chosen === "step" && isSystemMetric(key) ? "relative" : chosen;
}

const NATURAL = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Orders texts as people do: `layer2` before `layer10`. Texts that differ only in case keep a fixed order. */
export function compareNaturally(a: string, b: string): number {
  return NATURAL.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Groups metric keys by prefix: metrics without one first, then prefixes in natural order, `system` last.
 *
 * @example
 * groupMetrics(["val/loss", "lr", "train/loss"]);
 * // [{prefix: "", keys: ["lr"]}, {prefix: "train", …}, {prefix: "val", …}]
 */
export function groupMetrics(keys: Iterable<string>): MetricGroup[] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const prefix = prefixOf(key);
    const group = groups.get(prefix);
    if (group === undefined) groups.set(prefix, [key]);
    else group.push(key);
  }
  return [...groups]
    .map(([prefix, members]) => ({ prefix, keys: members.sort(compareNaturally) }))
    .sort((a, b) => groupRank(a.prefix) - groupRank(b.prefix) || compareNaturally(a.prefix, b.prefix));
}

/** The key without its group's prefix, as a chart's title: `train/loss` → `loss`. */
export function titleInGroup(key: string, prefix: string): string {
  return prefix === "" ? key : key.slice(prefix.length + 1);
}

/**
 * Makes a filter of metric keys from what a person types: words that must all occur, or `/…/` for a regular expression. A pattern that does not
 * parse matches as text.
 */
export function metricFilter(text: string): (key: string) => boolean {
  const pattern = /^\/(.+)\/$/.exec(text.trim())?.[1];
  const expression = pattern === undefined ? undefined : parseExpression(pattern);
  if (expression !== undefined) return (key) => expression.test(key);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (key) => words.every((word) => key.toLowerCase().includes(word));
}

function parseExpression(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "i");
  } catch {
    return undefined;
  }
}

/** A key such as `/loss` or `loss/` has no prefix that would leave a title. */
function prefixOf(key: string): string {
  const slash = key.indexOf("/");
  return slash > 0 && slash < key.length - 1 ? key.slice(0, slash) : "";
}

function groupRank(prefix: string): number {
  return prefix === "" ? 0 : prefix === SYSTEM_PREFIX ? 2 : 1;
}
