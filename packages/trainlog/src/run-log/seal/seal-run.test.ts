import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FsOperation, failingFs } from "../../../test/support/run-log/failing-fs.ts";
import { goldenRun } from "../../../test/support/run-log/golden-run.ts";
import { anyRun, flatten, TestRun, writeRun } from "../../../test/support/run-log/test-run.ts";
import { nodeFs } from "../file-system.ts";
import { RunLogReader } from "../read/run-log-reader.ts";
import type { SeriesQuery } from "../read/series-query.ts";
import { checkSealed } from "./check-sealed.ts";
import { sealRun } from "./seal-run.ts";

const QUERIES: readonly SeriesQuery[] = [
  { x: "step", buckets: 7 },
  { x: "wall", buckets: 50 },
  { x: "relative", buckets: 3, from: -5, to: 1e6 },
];

/** Everything that a reader answers, in values that can be compared. */
function answersOf(reader: RunLogReader): unknown {
  return {
    events: flatten(reader.events()),
    metrics: [...reader.metrics()],
    origins: [...reader.origins],
    length: reader.length,
    series: ["loss", "acc", "note", "absent"].flatMap((key) => QUERIES.map((query) => reader.series(key, query))),
    points: (["number", "json"] as const).flatMap((kind) =>
      ["loss", "note"].map((key) => reader.points(key, { kind })),
    ),
  };
}

function answersIn(dir: string): unknown {
  using reader = RunLogReader.open(dir);
  reader.refresh();
  expect(reader.damage).toEqual([]);
  return answersOf(reader);
}

describe("sealRun", () => {
  it("changes nothing in what a reader answers", () => {
    fc.assert(
      fc.property(anyRun, (batches) => {
        using run = writeRun(batches);
        const before = answersIn(run.dir);
        expect(sealRun(run.dir)).toMatchObject({ sealed: true, damage: [] });
        expect(readdirSync(run.dir).filter((name) => name.endsWith(".log"))).toEqual([]);
        expect(answersIn(run.dir)).toEqual(before);
      }),
      { numRuns: 80, interruptAfterTimeLimit: 3000 },
    );
  });

  it("lets a reader that follows the run go on without a gap, and the run go on behind it", () => {
    fc.assert(
      fc.property(anyRun, anyRun, anyRun, (first, second, third) => {
        using run = writeRun(first);
        using follower = RunLogReader.open(run.dir, { rows: true });
        const seen = follower.refresh().events;
        const answers = answersOf(follower);
        sealRun(run.dir);
        // Without a refresh: the old files are gone under the reader.
        expect(answersOf(follower)).toEqual(answers);
        for (const more of [second, third]) {
          run.begin();
          for (const { events, newSegment } of more) (newSegment ? run.begin() : run).append(events);
          if (more === third) sealRun(run.dir);
          const { events, restarted } = follower.refresh();
          expect(restarted).toBe(false);
          seen.push(...events);
        }
        expect(flatten(seen)).toEqual(flatten([...first, ...second, ...third].flatMap(({ events }) => events)));
        expect(answersOf(follower)).toEqual(answersIn(run.dir));
        expect(readdirSync(run.dir)).toHaveLength(1);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 3000 },
    );
  });

  it("leaves the whole run readable wherever it is cut short, and seals it the next time", () => {
    using reference = goldenRun();
    const expected = answersIn(reference.dir);
    const calls: FsOperation[] = [];
    for (let n = 0; n === 0 || n < calls.length; n++) {
      using run = goldenRun();
      calls.length = 0;
      // From the n-th call on nothing works any more, as for a process that was killed there.
      const fs = failingFs(nodeFs, { fails: (_, call) => (call >= n ? "EIO" : undefined), shortWrite: true }, calls);
      try {
        sealRun(run.dir, { fs });
      } catch (error) {
        expect(error).toMatchObject({ name: "TrainlogError" });
      }
      expect(answersIn(run.dir)).toEqual(expected);
      for (const name of readdirSync(run.dir)) if (name.startsWith("writer.lock")) nodeFs.remove(run.path(name));
      sealRun(run.dir);
      expect(readdirSync(run.dir)).toEqual(["000002.sealed"]);
      expect(answersIn(run.dir)).toEqual(expected);
    }
  });

  it("names a flipped bit anywhere in a sealed file, and never answers with another value in silence", () => {
    using run = goldenRun();
    const before = answersIn(run.dir);
    sealRun(run.dir);
    const path = run.path("000002.sealed");
    const bytes = readFileSync(path);
    expect(checkSealed(path)).toEqual([]);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      writeFileSync(path, damaged);
      expect(checkSealed(path)).not.toEqual([]);
      using reader = RunLogReader.open(run.dir);
      reader.refresh();
      const answers = answersOf(reader);
      if (reader.damage.length === 0) expect(answers).toEqual(before);
    }
  });

  it("says why it does nothing", () => {
    using run = goldenRun();
    sealRun(run.dir);
    expect(sealRun(run.dir)).toMatchObject({ sealed: false, reason: "nothing-to-do" });
    using damaged = goldenRun();
    const bytes = readFileSync(damaged.path("000001.log"));
    bytes[200]! ^= 4;
    writeFileSync(damaged.path("000001.log"), bytes);
    expect(sealRun(damaged.dir)).toMatchObject({ sealed: false, reason: "damaged" });
    expect(readdirSync(damaged.dir)).toEqual(["000001.log", "000002.log"]);
  });

  it("still reads a file that the first version sealed", () => {
    using run = goldenRun();
    using golden = new TestRun();
    copyFileSync(new URL("../../../test/golden/v1/000002.sealed", import.meta.url), golden.path("000002.sealed"));
    expect(checkSealed(golden.path("000002.sealed"))).toEqual([]);
    expect(answersIn(golden.dir)).toEqual(answersIn(run.dir));
  });
});
