import type { BulkAnswer } from "trainlog/api";
import { expect, it } from "vitest";
import { bulkWords } from "./bulk-words.ts";

const answer = (changed: number, unchanged: number, failed: number): BulkAnswer => ({
  results: [
    ...Array.from({ length: changed }, (_, i) => ({ runId: `c${i}`, outcome: "changed" as const })),
    ...Array.from({ length: unchanged }, (_, i) => ({ runId: `u${i}`, outcome: "unchanged" as const })),
    ...Array.from({ length: failed }, (_, i) => ({
      runId: `f${i}`,
      outcome: "failed" as const,
      detail: "it is locked",
    })),
  ],
  changedCount: changed,
  failedCount: failed,
});

it("says what was done, what was so before and what failed", () => {
  expect(bulkWords({ type: "archive" }, answer(1, 0, 0))).toBe("1 run archived");
  expect(bulkWords({ type: "addTags", tags: ["a", "b"] }, answer(1200, 1, 0))).toBe(
    "1,200 runs tagged a, b, 1 was so already",
  );
  expect(bulkWords({ type: "delete" }, answer(0, 2, 3))).toBe(
    "0 runs moved to the trash, 2 were so already, 3 failed: it is locked",
  );
  expect(bulkWords({ type: "setGroup", group: "" }, answer(2, 0, 0))).toBe("2 runs taken out of their groups");
});
