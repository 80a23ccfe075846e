import { appendFileSync, readFileSync, rmSync, truncateSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyRun,
  flatten,
  naiveBuckets,
  type Row,
  rowsEvent,
  TestRun,
  writeRun,
} from "../../../test/support/run-log/test-run.ts";
import type { RunEvent } from "../../run/event.ts";
import type { SeriesBuckets } from "./buckets.ts";
import { RunLogReader } from "./run-log-reader.ts";
import type { SeriesQuery } from "./series-query.ts";

const alert = (title: string): RunEvent => ({ type: "alert", wallMs: 1, title, text: "", level: "info" });

const anyQuery: fc.Arbitrary<SeriesQuery> = fc.record(
  {
    x: fc.constantFrom("step" as const, "wall" as const, "relative" as const),
    buckets: fc.integer({ min: 1, max: 50 }),
    from: fc.integer({ min: -10, max: 150 }),
    to: fc.integer({ min: -10, max: 250 }),
  },
  { requiredKeys: ["x", "buckets"] },
);

function numbersOf(rows: readonly Row[], key: string): { step: number; wallMs: number; value: number }[] {
  return rows.flatMap(({ step, wallMs, values }) => {
    const value = values[key];
    return typeof value === "number" ? [{ step, wallMs, value }] : [];
  });
}

function expectSame(buckets: SeriesBuckets, rows: readonly Row[], key: string, query: SeriesQuery): void {
  const firstWallMs = rows[0]?.wallMs ?? 0;
  const points = numbersOf(rows, key).map(({ step, wallMs, value }) => {
    const x = query.x === "step" ? step : query.x === "wall" ? wallMs : (wallMs - firstWallMs) / 1000;
    return [x, value] as const;
  });
  const naive = naiveBuckets(points, query);
  expect(Array.from(buckets.x)).toEqual(naive.map(({ x }) => x));
  expect(Array.from(buckets.xEnd)).toEqual(naive.map(({ xEnd }) => xEnd));
  expect(buckets.totalPoints).toBe(naive.reduce((sum, { values }) => sum + values.length, 0));
  expect(buckets.exact).toBe(naive.every(({ values }) => values.length === 1) && buckets.totalPoints <= query.buckets);
  naive.forEach(({ values }, i) => {
    const finite = values.filter(Number.isFinite);
    expect(buckets.count[i]).toBe(finite.length);
    expect(buckets.nonFinite[i]).toBe(values.length - finite.length);
    expect(unsigned(buckets.min[i]!)).toBe(finite.length === 0 ? Number.NaN : unsigned(Math.min(...finite)));
    expect(unsigned(buckets.max[i]!)).toBe(finite.length === 0 ? Number.NaN : unsigned(Math.max(...finite)));
    expect(buckets.first[i]).toBe(finite[0] ?? Number.NaN);
    expect(buckets.last[i]).toBe(finite.at(-1) ?? Number.NaN);
    if (buckets.exact) expect(buckets.values[i]).toBe(values[0]);
    if (finite.length === 0) expect(buckets.mean[i]).toBeNaN();
    else expectMean(buckets.mean[i]!, finite);
  });
}

/** −0 as 0: which of the two an extreme is, is not said. */
function unsigned(value: number): number {
  return value + 0;
}

/** Sums in another order round differently: up to an ulp per value of the largest partial sum, and subnormals by their whole spacing. */
function expectMean(mean: number, finite: readonly number[]): void {
  const exact = finite.reduce((sum, value) => sum + value / finite.length, 0);
  const largest = Math.max(...finite.map(Math.abs));
  expect(Math.abs(mean - exact)).toBeLessThanOrEqual(finite.length * (largest * 2 ** -50 + Number.MIN_VALUE));
}

describe("RunLogReader", () => {
  it("answers series as one pass over all points would", () => {
    fc.assert(
      fc.property(anyRun, fc.array(anyQuery, { minLength: 1, maxLength: 4 }), (batches, queries) => {
        using run = writeRun(batches);
        using reader = RunLogReader.open(run.dir);
        reader.refresh();
        const rows = flatten(batches.flatMap(({ events }) => events)).filter((item): item is Row => "values" in item);
        for (const query of queries) {
          for (const key of ["loss", "acc", "note"]) expectSame(reader.series(key, query), rows, key, query);
        }
      }),
      { numRuns: 150, interruptAfterTimeLimit: 3000 },
    );
  });

  it("gives every event back, and every point by arrival index", () => {
    fc.assert(
      fc.property(anyRun, fc.nat(100), fc.nat(100), (batches, after, limit) => {
        using run = writeRun(batches);
        using reader = RunLogReader.open(run.dir, { rows: true });
        const expected = flatten(batches.flatMap(({ events }) => events));
        expect(flatten(reader.refresh().events)).toEqual(expected);
        expect(flatten(reader.events())).toEqual(expected);
        const rows = expected.filter((item): item is Row => "values" in item);
        for (const kind of ["number", "json"] as const) {
          const points = rows.filter(
            ({ values }) => "note" in values && (typeof values["note"] === "number") === (kind === "number"),
          );
          const page = reader.points("note", { after, limit, kind });
          expect(Array.from(page.values)).toEqual(
            points.slice(after, after + limit).map(({ values }) => values["note"]),
          );
          expect(Array.from(page.steps)).toEqual(points.slice(after, after + limit).map(({ step }) => step));
          expect(page.totalPoints).toBe(points.length);
          const tail = reader.points("note", { last: limit, kind });
          expect(Array.from(tail.wallMs)).toEqual(
            points.slice(Math.max(0, points.length - limit)).map(({ wallMs }) => wallMs),
          );
        }
      }),
      { numRuns: 100, interruptAfterTimeLimit: 3000 },
    );
  });

  it("says the statistics of every metric", () => {
    fc.assert(
      fc.property(anyRun, (batches) => {
        using run = writeRun(batches);
        using reader = RunLogReader.open(run.dir);
        reader.refresh();
        const rows = flatten(batches.flatMap(({ events }) => events)).filter((item): item is Row => "values" in item);
        for (const [key, stats] of reader.metrics()) {
          const points = numbersOf(rows, key);
          const finite = points.map(({ value }) => value).filter(Number.isFinite);
          const steps = points.map(({ step }) => step);
          if (stats.kind === "json") expect(points).toEqual([]);
          else {
            expect(stats).toMatchObject({
              count: points.length,
              finiteCount: finite.length,
              first: points[0]!.value,
              last: points.at(-1)!.value,
            });
            expect(stats).toMatchObject({
              lastStep: steps.at(-1),
              minStep: Math.min(...steps),
              maxStep: Math.max(...steps),
            });
            expect(stats).toMatchObject({ firstWallMs: points[0]!.wallMs, lastWallMs: points.at(-1)!.wallMs });
            expect(unsigned(stats.min)).toBe(finite.length === 0 ? Number.NaN : unsigned(Math.min(...finite)));
            expect(unsigned(stats.max)).toBe(finite.length === 0 ? Number.NaN : unsigned(Math.max(...finite)));
          }
          const json = rows.filter(({ values }) => key in values && typeof values[key] !== "number");
          expect(stats.jsonCount).toBe(json.length);
          expect(stats.lastJson).toEqual(json.at(-1)?.values[key]);
        }
        const keys = new Set(rows.flatMap(({ values }) => Object.keys(values)));
        expect(new Set(reader.metrics().keys())).toEqual(keys);
      }),
      { numRuns: 60, interruptAfterTimeLimit: 3000 },
    );
  });

  it("follows a growing run to the same answers, whenever it looks", () => {
    fc.assert(
      fc.property(anyRun, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (batches, looks) => {
        using run = new TestRun().begin().lock();
        using follower = RunLogReader.open(run.dir, { rows: true });
        const seen: RunEvent[] = [];
        batches.forEach(({ events, newSegment }, i) => {
          // Batches that came over HTTP have an origin.
          (newSegment ? run.begin() : run).append(events, i % 3 === 0 ? undefined : { writerId: "w", seq: i });
          if (looks[i] === true) seen.push(...follower.refresh().events);
          if (looks[i] === true) follower.series("loss", { x: "step", buckets: 5 });
        });
        seen.push(...follower.refresh().events);
        expect(flatten(seen)).toEqual(flatten(batches.flatMap(({ events }) => events)));
        using fresh = RunLogReader.open(run.dir);
        fresh.refresh();
        for (const query of [
          { x: "step", buckets: 7 },
          { x: "wall", buckets: 3, from: 10 },
        ] as const) {
          expect(follower.series("loss", query)).toEqual(fresh.series("loss", query));
        }
        expect(follower.metrics()).toEqual(fresh.metrics());
        expect(fresh.points("loss")).toEqual(follower.points("loss"));
        expect(fresh.origins).toEqual(follower.origins);
        const last = batches.findLastIndex((_, i) => i % 3 !== 0);
        expect(fresh.origins).toEqual(new Map(last === -1 ? [] : [["w", last]]));
      }),
      { numRuns: 60, interruptAfterTimeLimit: 3000 },
    );
  });

  it("takes a frame that is being written as not yet there, and as damage once its writer is gone", () => {
    const first = rowsEvent([{ step: 1, wallMs: 1, values: { loss: 1 } }]);
    const second = rowsEvent([{ step: 2, wallMs: 2, values: { loss: 2 } }]);
    using run = new TestRun().begin().lock().append([first]);
    using reader = RunLogReader.open(run.dir, { rows: true });
    expect(reader.refresh().events).toEqual([first]);
    const frame = run.frame([second]);
    for (let i = 0; i < frame.length - 1; i++) {
      appendFileSync(run.segment, frame.subarray(i, i + 1));
      expect(reader.refresh()).toEqual({ events: [], damage: [], restarted: false });
    }
    rmSync(run.path("writer.lock"));
    const [damage] = reader.refresh().damage;
    expect(damage).toMatchObject({ file: "000001.log", kind: "torn-tail" });
    expect(damage!.endOffset - damage!.offset).toBe(frame.length - 1);
    appendFileSync(run.segment, frame.subarray(-1));
    expect(reader.refresh().events).toEqual([second]);
    expect(reader.damage).toEqual([]);
  });

  it("goes on after recovery has cut a torn end", () => {
    const first = rowsEvent([{ step: 1, wallMs: 1, values: { loss: 1 } }]);
    using run = new TestRun().begin().append([first]);
    using reader = RunLogReader.open(run.dir, { rows: true });
    reader.refresh();
    appendFileSync(run.segment, "TL torn");
    expect(reader.refresh().damage).toHaveLength(1);
    truncateSync(run.segment, reader.damage[0]!.offset);
    run.append([first]);
    expect(reader.refresh()).toEqual({ events: [first], damage: [], restarted: false });
    expect(reader.damage).toEqual([]);
  });

  it("starts over, and says so, when a file was replaced by a shorter one", () => {
    using run = new TestRun().begin().append([alert("old"), alert("older")]);
    using reader = RunLogReader.open(run.dir);
    expect(reader.refresh().events).toHaveLength(2);
    run.begin(1).append([alert("new")]);
    expect(reader.refresh()).toEqual({ events: [alert("new")], damage: [], restarted: true });
  });

  it("says that a run whose folder vanished is not there", () => {
    const run = new TestRun().begin();
    using reader = RunLogReader.open(run.dir);
    run[Symbol.dispose]();
    for (const look of [() => reader.refresh(), () => RunLogReader.open(run.dir)]) {
      expect(look).toThrow(expect.objectContaining({ code: "run/not-found", status: 404 }));
    }
  });

  it("hands edits made by others out behind the run's own events", () => {
    using run = new TestRun().begin().append([alert("one")]);
    using reader = RunLogReader.open(run.dir);
    const edit: RunEvent = { type: "edit", wallMs: 5, name: "renamed" };
    const other = new TestRun().begin().append([edit]);
    run.path("edits.log");
    appendFileSync(run.path("edits.log"), readFileSync(other.segment));
    other[Symbol.dispose]();
    expect(reader.refresh().events).toEqual([alert("one"), edit]);
    expect(Array.from(reader.events())).toEqual([alert("one"), edit]);
    expect(reader.position).toEqual({ rows: 0, events: 1, edits: 1 });
  });
});
