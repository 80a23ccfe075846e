/** @file What became of a change of many runs, in words. */
import type { BulkAction, BulkAnswer } from "trainlog/api";
import { formatCount } from "./number-format.ts";

/**
 * Says what was done, what was so before, and what failed and why.
 *
 * @example
 * bulkWords({ type: "archive" }, answer); // "12 runs archived, 3 were so already"
 */
export function bulkWords(action: BulkAction, { results, changedCount, failedCount }: BulkAnswer): string {
  const unchangedCount = results.length - changedCount - failedCount;
  const firstFailure = results.find(({ outcome }) => outcome === "failed")?.detail;
  const parts = [
    `${runs(changedCount)} ${done(action)}`,
    ...(unchangedCount > 0
      ? [`${formatCount(unchangedCount)} ${unchangedCount === 1 ? "was" : "were"} so already`]
      : []),
    ...(failedCount > 0
      ? [`${formatCount(failedCount)} failed${firstFailure === undefined ? "" : `: ${firstFailure}`}`]
      : []),
  ];
  return parts.join(", ");
}

function done(action: BulkAction): string {
  switch (action.type) {
    case "addTags":
      return `tagged ${action.tags.join(", ")}`;
    case "removeTags":
      return `no longer tagged ${action.tags.join(", ")}`;
    case "setGroup":
      return action.group === "" ? "taken out of their groups" : `moved to group ${action.group}`;
    case "archive":
      return "archived";
    case "unarchive":
      return "taken out of the archive";
    case "delete":
      return "moved to the trash";
    case "restore":
      return "restored";
  }
}

function runs(count: number): string {
  return `${formatCount(count)} run${count === 1 ? "" : "s"}`;
}
