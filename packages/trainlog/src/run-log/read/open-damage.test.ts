/** @file Damage in open segments, as a reader meets it: every value that is answered is right, and what is missing is named. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { flatten, type Row, rowsEvent, TestRun } from "../../../test/support/run-log/test-run.ts";
import type { RunEvent } from "../../run/event.ts";
import { SEGMENT_HEADER_BYTES, scanFrames } from "../codec/frame.ts";
import { RunLogReader } from "./run-log-reader.ts";

const alert = (title: string): RunEvent => ({ type: "alert", wallMs: 1, title, text: "", level: "info" });

/** A row whose values follow from its step. */
function rowAt(step: number): Row {
  const odd = step % 3 === 0 ? { note: `at ${step}` } : {};
  return { step, wallMs: 1e12 + step * 17.25, values: { acc: step / 64, loss: Math.sin(step), ...odd } };
}

/** A small run of two segments with frames of one row and of many, and events between them. */
function sampleRun(): TestRun {
  const run = new TestRun().begin().append([alert("begin")], { writerId: "w", seq: 0 });
  for (let step = 0; step < 12; step++) run.append([rowsEvent([rowAt(step)])]);
  run.append([rowsEvent(Array.from({ length: 20 }, (_, i) => rowAt(12 + i))), alert("table")]).begin();
  for (let step = 32; step < 40; step++) run.append([rowsEvent([rowAt(step)])], { writerId: "w", seq: step });
  return run.append([alert("end")]);
}

function answersOf(reader: RunLogReader): Record<string, unknown> & { rows: Row[]; alerts: RunEvent[] } {
  const items = flatten(reader.events());
  return {
    rows: items.filter((item): item is Row => "values" in item),
    alerts: items.filter((item): item is RunEvent => "type" in item),
    metrics: [...reader.metrics()],
    origins: [...reader.origins],
    length: reader.length,
    series: ["loss", "acc"].map((key) => reader.series(key, { x: "step", buckets: 6 })),
  };
}

/** Checks each value that the reader answers, and that its answers agree with one another. */
function expectRight(reader: RunLogReader): void {
  const { rows, alerts } = answersOf(reader);
  for (const { step, wallMs, values } of rows) {
    const right = rowAt(step);
    expect(wallMs).toBe(right.wallMs);
    expect({ ...right.values, ...values }).toEqual(right.values);
  }
  for (const event of alerts) expect([alert("begin"), alert("table"), alert("end")]).toContainEqual(event);
  for (const key of ["loss", "acc"]) {
    const logged = rows.filter(({ values }) => key in values);
    const points = reader.points(key);
    expect(Array.from(points.steps)).toEqual(logged.map(({ step }) => step));
    expect(Array.from(points.values)).toEqual(logged.map(({ values }) => values[key]));
    expect(points.totalPoints).toBe(logged.length);
    expect(reader.series(key, { x: "step", buckets: 6 }).totalPoints).toBe(logged.length);
  }
}

/** Flips a bit in the last byte of frame number `frame` of a segment, behind its header. */
function damageFrame(path: string, frame: number): void {
  const bytes = readFileSync(path);
  const frames = [...scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })];
  bytes[frames[frame]!.end - 1]! ^= 1;
  writeFileSync(path, bytes);
}

describe("a flipped bit in an open segment", () => {
  it("is named or makes no difference, and no answer is wrong in silence", () => {
    using run = sampleRun();
    using healthy = RunLogReader.open(run.dir);
    healthy.refresh();
    const expected = answersOf(healthy);
    expect(expected.rows).toEqual(Array.from({ length: 40 }, (_, step) => rowAt(step)));
    let named = 0;
    for (const name of ["000001.log", "000002.log"]) {
      const bytes = readFileSync(run.path(name));
      for (let at = 0; at < bytes.length; at += 3) {
        const damaged = Uint8Array.from(bytes);
        damaged[at]! ^= 1 << (at % 8);
        writeFileSync(run.path(name), damaged);
        using reader = RunLogReader.open(run.dir);
        reader.refresh();
        expectRight(reader);
        if (reader.damage.length === 0) expect(answersOf(reader)).toEqual(expected);
        else named++;
        for (const { file, offset, endOffset } of reader.damage) {
          expect(file).toBe(name);
          expect(offset).toBeLessThan(endOffset);
        }
      }
      writeFileSync(run.path(name), bytes);
    }
    expect(named).toBeGreaterThan(100);
  });

  it("is met by a reader that had indexed the frame before as missing points, not as wrong ones", () => {
    using run = sampleRun();
    using reader = RunLogReader.open(run.dir);
    reader.refresh();
    const before = reader.points("loss").values.length;
    reader.close();
    damageFrame(run.path("000001.log"), 5);
    const { steps, values, totalPoints } = reader.points("loss");
    expect(values.length).toBeLessThan(before);
    expect(totalPoints).toBe(before);
    expect(Array.from(values)).toEqual(Array.from(steps, (step) => Math.sin(step)));
  });
});

describe("keys that are lost with a damaged frame", () => {
  /** Frames: 0 states the keys, 1 and 2 use them, 3 states them again, 4 and 5 use them. */
  function runWithLostKeys(): TestRun {
    const run = new TestRun().begin();
    for (const step of [0, 1, 2]) run.append([rowsEvent([rowAt(step * 3 + 1)])]);
    run.restateKeys();
    for (const step of [3, 4]) run.append([rowsEvent([rowAt(step * 3 + 1)])]);
    damageFrame(run.segment, 0);
    return run;
  }

  function expectLost(reader: RunLogReader): void {
    expect(Array.from(reader.points("loss").steps)).toEqual([10, 13]);
    expect(Array.from(reader.points("acc").values)).toEqual([10 / 64, 13 / 64]);
    expect(reader.series("loss", { x: "step", buckets: 10 }).totalPoints).toBe(2);
    const items = flatten(reader.events());
    // Rows 4 and 7 are there, without the values whose names nobody knows.
    expect(items).toEqual([4, 7].map((step) => ({ ...rowAt(step), values: {} })).concat([10, 13].map(rowAt)));
    expect(reader.damage.map(({ kind }) => kind)).toEqual(["bad-frame", "lost-keys", "lost-keys"]);
    expect(reader.damage[1]?.message).toMatch(/: 2 values whose keys \(ids 0, 1\) were stated in a damaged frame$/);
  }

  it("cost their values alone, by name and number, until they are stated again", () => {
    using run = runWithLostKeys();
    using reader = RunLogReader.open(run.dir, { rows: true });
    expect(flatten(reader.refresh().events)).toHaveLength(4);
    expectLost(reader);
  });

  it("stay lost for a reader that begins with a sidecar, and for one that follows the run", () => {
    using run = runWithLostKeys();
    using first = RunLogReader.open(run.dir);
    first.refresh();
    first.writeSidecar();
    using second = RunLogReader.open(run.dir);
    second.refresh();
    expect(second.unsavedBytes).toBe(0);
    expectLost(second);
    using whole = new TestRun().begin().lock();
    using follower = RunLogReader.open(whole.dir);
    const bytes = readFileSync(run.segment);
    for (const { end } of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
      writeFileSync(whole.segment, bytes.subarray(0, end));
      follower.refresh();
      follower.points("loss");
    }
    expectLost(follower);
  });
});
