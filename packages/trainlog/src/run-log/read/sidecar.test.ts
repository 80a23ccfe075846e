import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyRun, flatten, rowsEvent, TestRun, writeRun } from "../../../test/support/run-log/test-run.ts";
import type { RunEvent } from "../../run/event.ts";
import { sealRun } from "../seal/seal-run.ts";
import { RunLogReader } from "./run-log-reader.ts";

const note = (title: string): RunEvent => ({ type: "alert", wallMs: 1, title, text: "", level: "info" });

function answersOf(dir: string, options: { sidecar: boolean }): unknown {
  using reader = RunLogReader.open(dir, { ...options, rows: true });
  const { events } = reader.refresh();
  return {
    events: flatten(events),
    again: flatten(reader.events()),
    metrics: [...reader.metrics()],
    damage: reader.damage,
    origins: [...reader.origins],
    series: ["loss", "note"].flatMap((key) => [5, 40].map((buckets) => reader.series(key, { x: "step", buckets }))),
  };
}

function writeIndex(dir: string): void {
  using reader = RunLogReader.open(dir);
  reader.refresh();
  reader.writeSidecar();
  expect(reader.unsavedBytes).toBe(0);
}

describe("sidecar", () => {
  it("makes no difference to what a reader answers, also when the run went on since", () => {
    fc.assert(
      fc.property(anyRun, anyRun, fc.boolean(), (first, second, sealBetween) => {
        using run = writeRun(first);
        if (sealBetween) {
          sealRun(run.dir);
          run.begin();
        }
        writeIndex(run.dir);
        expect(answersOf(run.dir, { sidecar: true })).toEqual(answersOf(run.dir, { sidecar: false }));
        for (const { events, newSegment } of second) (newSegment ? run.begin() : run).append(events);
        expect(answersOf(run.dir, { sidecar: true })).toEqual(answersOf(run.dir, { sidecar: false }));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 3000 },
    );
  });

  it("is what a reader begins with: what it covers is not read again", () => {
    using run = new TestRun().begin().append([rowsEvent([{ step: 1, wallMs: 1, values: { loss: 1 } }])]);
    writeIndex(run.dir);
    using reader = RunLogReader.open(run.dir);
    reader.refresh();
    expect(reader.unsavedBytes).toBe(0);
    run.append([note("more")]);
    expect(reader.refresh().events).toEqual([note("more")]);
    expect(reader.unsavedBytes).toBeGreaterThan(0);
  });

  it("is passed over when a bit of it is flipped", () => {
    using run = new TestRun()
      .begin()
      .append([note("a"), rowsEvent([{ step: 1, wallMs: 1, values: { loss: 1, note: "x" } }])]);
    const expected = answersOf(run.dir, { sidecar: false });
    writeIndex(run.dir);
    const path = run.path("000001.index");
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      writeFileSync(path, damaged);
      expect(answersOf(run.dir, { sidecar: true })).toEqual(expected);
    }
  });

  it("is passed over when it is another run's, or older than a file that was replaced", () => {
    using run = new TestRun().begin().append([note("mine"), rowsEvent([{ step: 1, wallMs: 1, values: { loss: 1 } }])]);
    using other = new TestRun()
      .begin()
      .append([note("other"), rowsEvent([{ step: 9, wallMs: 9, values: { acc: 1 } }])])
      .append([note("x")]);
    writeIndex(run.dir);
    writeFileSync(other.path("000001.index"), readFileSync(run.path("000001.index")));
    expect(answersOf(other.dir, { sidecar: true })).toEqual(answersOf(other.dir, { sidecar: false }));
    writeFileSync(run.path("000001.log"), readFileSync(other.path("000001.log")));
    expect(answersOf(run.dir, { sidecar: true })).toEqual(answersOf(run.dir, { sidecar: false }));
  });

  it("replaces the sidecar of an earlier segment", () => {
    using run = new TestRun().begin().append([note("a")]);
    writeIndex(run.dir);
    run.begin().append([note("b")]);
    writeIndex(run.dir);
    expect(readdirSync(run.dir).filter((name) => name.endsWith(".index"))).toEqual(["000002.index"]);
  });
});
