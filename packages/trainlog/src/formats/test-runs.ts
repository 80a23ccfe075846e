/** @file For tests of this room: random runs, a source of them in memory, and a target that keeps what is imported. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach } from "vitest";
import { TrainlogError } from "../run/error.ts";
import type { Column, FinishEvent, MediaEvent, RowsEvent, RunEvent, StartEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type { ExistingRun, RunTarget } from "./import/write-import.ts";
import { loggedRows } from "./logged-rows.ts";
import type { RunFacts } from "./run-facts.ts";
import type { ByteSink, FileTree, RunSource } from "./run-source.ts";

/** A run of a test: its events and the bytes that they refer to. */
export interface TestRun {
  readonly facts: RunFacts;
  readonly events: readonly RunEvent[];
}

const wellFormed = fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.toWellFormed());
const anyKey = fc.oneof(
  fc.constantFrom("loss", "step", "=cmd|'/c calc'!A1", 'a"b,c', "x\r\ny", "__proto__", "val/acc", "-1", "NaN"),
  wellFormed.filter((text) => text !== ""),
);
const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1e21, 5e-324, 1 / 3));
const anyJson: fc.Arbitrary<JsonValue> = fc.oneof(
  wellFormed,
  fc.constantFrom("1", "true", "", "NaN", "=1+1"),
  fc.boolean(),
  fc.constant(null),
  fc.record({ a: anyNumber, $float: wellFormed }),
  fc.array(anyNumber, { maxLength: 3 }),
);
const anyStep = fc.oneof(fc.nat({ max: 50 }), fc.maxSafeInteger());
const anyTime = fc.oneof(fc.nat({ max: 2_000_000_000_000 }), fc.double({ min: 1e12, max: 2e12, noNaN: true }));

/** Any table of rows. Each key has values of one kind only, as the long formats tell kinds apart by the value. */
export const anyRows: fc.Arbitrary<RowsEvent> = fc.uniqueArray(anyKey, { minLength: 1, maxLength: 4 }).chain((keys) =>
  fc
    .array(fc.tuple(anyStep, anyTime, fc.tuple(...keys.map(() => fc.boolean()))), { minLength: 1, maxLength: 12 })
    .chain((rows) =>
      fc
        .tuple(
          ...keys.map((key, i) =>
            anyColumn(
              key,
              rows.flatMap(([, , has], row) => (has[i] === true ? [row] : [])),
              rows.length,
            ),
          ),
        )
        .map(
          (columns): RowsEvent => ({
            type: "rows",
            rows: {
              steps: Float64Array.from(rows, ([step]) => step),
              wallMs: Float64Array.from(rows, ([, wallMs]) => wallMs),
              columns,
            },
          }),
        ),
    ),
);

function anyColumn(key: string, present: readonly number[], rowCount: number): fc.Arbitrary<Column> {
  const place = present.length === rowCount ? { key } : { key, rowIndex: Uint32Array.from(present) };
  const size = { minLength: present.length, maxLength: present.length };
  return fc.oneof(
    fc
      .array(anyNumber, size)
      .map((values): Column => ({ kind: "number", values: Float64Array.from(values), ...place })),
    fc.array(anyJson, size).map((values): Column => ({ kind: "json", values, ...place })),
  );
}

/** A picture's bytes, and an event that refers to them. */
export const PICTURE: Uint8Array = new TextEncoder().encode("not really a picture");
export const PICTURE_SHA256: string = createHash("sha256").update(PICTURE).digest("hex");

const mediaEvent: MediaEvent = {
  type: "media",
  key: "sample",
  step: 1,
  wallMs: 1e12,
  kind: "image",
  data: { caption: "x" },
  blobs: [{ sha256: PICTURE_SHA256, sizeBytes: PICTURE.length, mime: "image/png" }],
};

const anyOther: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant("config" as const), set: fc.dictionary(wellFormed, anyJson, { maxKeys: 3 }) }),
  fc.record({ type: fc.constant("summary" as const), set: fc.dictionary(wellFormed, anyJson, { maxKeys: 3 }) }),
  fc.record({
    type: fc.constant("edit" as const),
    wallMs: anyTime,
    notes: wellFormed,
    tags: fc.array(wellFormed, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant("metric" as const),
    key: anyKey,
    goal: fc.constantFrom("min" as const, "max" as const),
  }),
  fc.record({
    type: fc.constant("alert" as const),
    wallMs: anyTime,
    title: wellFormed,
    text: wellFormed,
    level: fc.constant("warn" as const),
  }),
  fc.constant(mediaEvent),
  fc.record({
    type: fc.constant("console" as const),
    lines: fc.array(
      fc.record({ line: fc.nat(), stream: fc.constant("stdout" as const), text: wellFormed, wallMs: anyTime }),
      { maxLength: 3 },
    ),
  }),
);

/** Any event that is neither start nor finish. */
export const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(anyRows, anyOther);

/** Any run of this id, with its facts. */
export function anyRun(runId: string): fc.Arbitrary<TestRun> {
  return fc
    .record({
      events: fc.array(anyEvent, { maxLength: 6 }),
      name: wellFormed.filter((text) => text !== ""),
      project: wellFormed.filter((text) => text !== ""),
    })
    .map(({ events, name, project }) => testRun(runId, events, { name, project }));
}

/** A run that says these events. */
export function testRun(
  runId: string,
  events: readonly RunEvent[],
  { name = "a run", project = "tests" }: { readonly name?: string; readonly project?: string } = {},
): TestRun {
  const start: StartEvent = { type: "start", runId, project, name, wallMs: 1e12 };
  const finish: FinishEvent = { type: "finish", wallMs: 1e12 + 5000, status: "finished" };
  const facts: RunFacts = {
    runId,
    project,
    name,
    tags: [],
    state: "finished",
    createdMs: 1e12,
    finishedMs: 1e12 + 5000,
    config: {},
    summary: {},
  };
  return { facts, events: [start, ...events, finish] };
}

/** A source of runs in memory. */
export function sourceOf(runs: readonly TestRun[]): RunSource {
  const find = (runId: string): TestRun => {
    const run = runs.find(({ facts }) => facts.runId === runId);
    if (run === undefined) throw new TrainlogError("run/not-found", runId, { status: 404 });
    return run;
  };
  return {
    facts: async (runId) => find(runId).facts,
    async *events(runId) {
      yield* find(runId).events;
    },
    async blob(sha256) {
      if (sha256 !== PICTURE_SHA256) throw new TrainlogError("blob/not-found", sha256, { status: 404 });
      return (async function* () {
        yield PICTURE;
      })();
    },
  };
}

/** A target that keeps what is imported in memory. */
export class MemoryTarget implements RunTarget {
  readonly runs: Map<string, RunEvent[]> = new Map();
  readonly blobs: Map<string, Uint8Array> = new Map();
  readonly seqs: Map<string, number> = new Map();
  /** Batches after which the target fails once. */
  failAfter: number = Infinity;

  async existing(runId: string, writerId: string): Promise<ExistingRun | undefined> {
    const events = this.runs.get(runId);
    if (events === undefined) return undefined;
    return {
      lastSeq: this.seqs.get(`${runId} ${writerId}`) ?? -1,
      async *events(): AsyncGenerator<RunEvent> {
        yield* events;
      },
    };
  }

  async append(...[{ runId }, events, { writerId, seq }]: Parameters<RunTarget["append"]>): Promise<boolean> {
    if (this.failAfter-- <= 0) throw new TrainlogError("store/disk-full", "full");
    const place = `${runId} ${writerId}`;
    if (seq <= (this.seqs.get(place) ?? -1)) return false;
    this.seqs.set(place, seq);
    this.runs.set(runId, [...(this.runs.get(runId) ?? []), ...events]);
    return true;
  }

  async putBlob(sha256: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.blobs.set(sha256, Buffer.concat(await Array.fromAsync(bytes)));
  }

  async end(): Promise<void> {}
}

/** One logged value: what a format of points keeps. */
export type TestPoint = readonly [runId: string, key: string, step: number, wallMs: number, value: JsonValue];

/** All points of some events, in order; those of one row by key. */
export function pointsOf(runId: string, events: Iterable<RunEvent>): TestPoint[] {
  return [...events].flatMap((event) =>
    event.type !== "rows"
      ? []
      : [...loggedRows(event.rows)].flatMap(({ step, wallMs, cells }) =>
          [...cells]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]): TestPoint => [runId, key, step, wallMs, value]),
        ),
  );
}

/** A folder for one test, and files in it. */
export function folderFixture(): {
  path(name: string): string;
  sink(name: string): Promise<ByteSink & { close(): Promise<void> }>;
  tree(name: string): FileTree;
} {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "trainlog-formats-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const sink = async (name: string) => {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "w");
    return {
      write: async (bytes: string | Uint8Array): Promise<void> => {
        await file.writeFile(bytes);
      },
      close: () => file.close(),
    };
  };
  return { path: (name) => join(dir, name), sink, tree: (name) => ({ begin: (path) => sink(join(name, path)) }) };
}
