/** @file Media values of one key in order of step. */
import type { MediaItem } from "trainlog/api";

/** Steps that have a value, ascending and distinct. */
export function stepsOf(items: readonly MediaItem[]): number[] {
  return [...new Set(items.map((item) => item.step))].sort((a, b) => a - b);
}

/** Adds values that came live; one that is there already (same step, time and index) is not added twice. */
export function mergeMedia(known: readonly MediaItem[], added: readonly MediaItem[]): MediaItem[] {
  const merged = new Map(known.map((item) => [identityOf(item), item]));
  for (const item of added) merged.set(identityOf(item), item);
  return [...merged.values()];
}

function identityOf(item: MediaItem): string {
  return JSON.stringify([item.step, item.wallMs, item.data["index"] ?? 0]);
}
