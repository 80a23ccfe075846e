/** @file A run with a million metrics: what a script makes that puts the step into the key. */
import { appendFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TestRun } from "../../../test/support/run-log/test-run.ts";
import type { RunEvent } from "../../run/event.ts";
import { RunLogReader } from "./run-log-reader.ts";

const KEYS = 1_000_000;
const KEYS_PER_BATCH = 50_000;

function batchFrom(firstKey: number): RunEvent {
  const columns = Array.from({ length: KEYS_PER_BATCH }, (_, i) => {
    const key = firstKey + i;
    return { kind: "number" as const, key: `loss/${key}`, values: Float64Array.of(key) };
  });
  return { type: "rows", rows: { steps: Float64Array.of(firstKey), wallMs: Float64Array.of(firstKey), columns } };
}

describe("a run with a million keys", () => {
  it("is read in seconds, in some hundred bytes a key, and answers each of them", { timeout: 120_000 }, () => {
    using run = new TestRun().begin();
    for (let key = 0; key < KEYS; key += KEYS_PER_BATCH) appendFileSync(run.segment, run.frame([batchFrom(key)]));
    using reader = RunLogReader.open(run.dir);
    const { user: before } = process.cpuUsage();
    reader.refresh();
    const cpuMs = (process.cpuUsage().user - before) / 1000;
    // Ten times what it takes on a quiet machine, so that only growth out of proportion fails.
    expect(cpuMs).toBeLessThan(25_000);
    expect(reader.indexBytes).toBeLessThan(KEYS * 400);
    expect(reader.damage).toEqual([]);
    for (const key of [0, 123_456, KEYS - 1]) {
      const firstKey = key - (key % KEYS_PER_BATCH);
      expect(Array.from(reader.points(`loss/${key}`).values)).toEqual([key]);
      expect(reader.series(`loss/${key}`, { x: "step", buckets: 10 })).toMatchObject({ totalPoints: 1, exact: true });
      expect(reader.points(`loss/${key}`).steps[0]).toBe(firstKey);
    }
    expect(reader.metrics().size).toBe(KEYS);
    expect(reader.metrics().get("loss/777777")).toMatchObject({ count: 1, last: 777_777 });
  });
});
