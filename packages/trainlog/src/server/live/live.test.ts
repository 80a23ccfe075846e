import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LiveMessage, type LiveQuery, liveMessage, type RowsMessage } from "../../api/index.ts";
import type { RunEvent } from "../../run/event.ts";
import { FakeStore } from "../fake-store.ts";
import { LiveHub } from "./hub.ts";
import { RowsJoiner } from "./join-rows.ts";
import { matchesKey } from "./message.ts";
import { ChangeRing } from "./ring.ts";
import { liveStream } from "./stream.ts";

const PACE = { gatherMs: 2, heartbeatMs: 50 };

/** Reads a stream message by message. */
class StreamReader {
  readonly messages: LiveMessage[] = [];
  lastId = "";
  comments = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(hub: LiveHub, query: LiveQuery = {}, lastEventId?: string) {
    this.#reader = liveStream(hub, query, lastEventId, PACE).getReader();
  }

  /** Reads until `enough` says so. False when the stream ended before. */
  async until(enough: (messages: readonly LiveMessage[]) => boolean): Promise<boolean> {
    while (!enough(this.messages)) if (!(await this.piece())) return false;
    return true;
  }

  async piece(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    if (done) return false;
    for (const block of new TextDecoder().decode(value).split("\n\n")) this.#take(block.split("\n"));
    return true;
  }

  of<T extends LiveMessage["type"]>(type: T): Extract<LiveMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<LiveMessage, { type: T }>[];
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }

  #take(lines: readonly string[]): void {
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field("data");
    this.lastId = field("id") ?? this.lastId;
    if (lines.some((line) => line.startsWith(":"))) this.comments += 1;
    if (data === undefined) return;
    const message = liveMessage.parse(JSON.parse(data));
    expect(field("event")).toBe(message.type);
    this.messages.push(message);
  }
}

const rows = (steps: readonly number[], columns: Readonly<Record<string, readonly number[]>>): RunEvent => ({
  type: "rows",
  rows: {
    steps: Float64Array.from(steps),
    wallMs: Float64Array.from(steps),
    columns: Object.entries(columns).map(([key, values]) => ({
      kind: "number",
      key,
      values: Float64Array.from(values),
    })),
  },
});

async function storeWithRuns(...runIds: readonly string[]): Promise<{ store: FakeStore; hub: LiveHub }> {
  const store = new FakeStore();
  for (const runId of runIds) await store.createRun({ runId, project: `of ${runId}` });
  return { store, hub: new LiveHub(store) };
}

/** Points `[key, arrival index, step, value]` of messages, sorted. */
function pointsOf(messages: readonly RowsMessage[]): unknown[] {
  return messages
    .flatMap((table) =>
      table.columns.flatMap(({ key, firstIndex, values, rowIndex }) =>
        values.map((value, i) => [key, firstIndex + i, table.steps[rowIndex?.[i] ?? i], value]),
      ),
    )
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

describe("a stream", () => {
  it("greets with an id to resume from, then carries what changed and nothing else", async () => {
    const { store, hub } = await storeWithRuns("a", "b");
    const reader = new StreamReader(hub, { run: ["a"], keys: ["loss", "train/*"] });
    await reader.piece();
    expect([reader.messages[0]?.type, reader.lastId]).toEqual(["hello", `${hub.boot}-0`]);
    await store.append("b", [{ events: [rows([1], { loss: [1] })] }]);
    await store.append("a", [
      { events: [rows([1, 2], { loss: [1, Number.NaN], "train/x": [3, 4], other: [5, 6] })] },
      { events: [{ type: "console", lines: [{ line: 0, stream: "stdout", text: "10 %", wallMs: 1 }] }] },
      { events: [{ type: "console", lines: [{ line: 0, stream: "stdout", text: "20 %", wallMs: 2 }] }] },
      { events: [{ type: "media", key: "m", step: 1, wallMs: 1, kind: "text", data: { text: "hi" } }] },
      { events: [{ type: "alert", wallMs: 1, title: "hot", text: "", level: "warn" }] },
      {
        events: [
          { type: "config", set: { lr: 1 } },
          { type: "summary", set: { best: 1 } },
        ],
      },
    ]);
    await store.deleteRun("a");
    await reader.until(() => reader.of("detail").length > 0);
    expect(pointsOf(reader.of("rows"))).toEqual([
      ["loss", 0, 1, 1],
      ["loss", 1, 2, "NaN"],
      ["train/x", 0, 1, 3],
      ["train/x", 1, 2, 4],
    ]);
    expect(reader.of("console")).toMatchObject([{ runId: "a", lines: [{ text: "20 %" }] }]);
    expect(reader.of("media")).toMatchObject([{ items: [{ key: "m", data: { text: "hi" } }] }]);
    expect(reader.of("alert")).toMatchObject([{ alert: { title: "hot" } }]);
    expect(reader.of("detail")).toEqual([{ type: "detail", runId: "a" }]);
    expect(reader.of("removed")).toEqual([{ type: "removed", runId: "a" }]);
    expect(JSON.stringify(reader.messages)).not.toContain('"b"');
    await reader.close();
  });

  it("of a list carries run rows with the columns shown, for the project asked, and no points", async () => {
    const { store, hub } = await storeWithRuns("a", "b");
    const reader = new StreamReader(hub, { project: "of a", metric: ["loss"] });
    await reader.piece();
    await store.append("a", [{ events: [rows([1], { loss: [0.5] })] }]);
    await store.append("b", [{ events: [rows([1], { loss: [0.5] })] }]);
    await reader.until(() => reader.of("run").length > 0);
    expect(reader.of("run")).toMatchObject([{ run: { runId: "a", metrics: [{ key: "loss", last: 0.5 }] } }]);
    expect(reader.of("rows")).toEqual([]);
    await reader.close();
  });

  it("resumes after its last id without a gap, also when nobody was connected meanwhile", async () => {
    const { store, hub } = await storeWithRuns("a");
    const first = new StreamReader(hub, { run: ["a"] });
    await first.piece();
    await store.append("a", [{ events: [rows([1], { loss: [1] })] }]);
    await first.until(() => first.of("rows").length > 0);
    await first.close();
    await store.append("a", [{ events: [rows([2], { loss: [2] })] }]);
    const second = new StreamReader(hub, { run: ["a"] }, first.lastId);
    await second.until(() => second.of("rows").length > 0);
    expect(pointsOf(second.of("rows"))).toEqual([["loss", 1, 2, 2]]);
    expect(second.of("reset")).toEqual([]);
    await second.close();
  });

  it.each([
    ["of another boot", "00000000-1", "restarted"],
    ["that is no id", "abc", "restarted"],
    ["from the future", (hub: LiveHub) => hub.idOf(99), "too-old"],
  ] as const)("is reset for an id %s", async (_, id, reason) => {
    const { hub } = await storeWithRuns("a");
    const reader = new StreamReader(hub, {}, typeof id === "string" ? id : id(hub));
    await reader.piece();
    expect(reader.of("reset")).toEqual([{ type: "reset", reason }]);
    await reader.close();
  });

  it("is reset when it resumes a run whose rows nobody asked for meanwhile", async () => {
    const { store, hub } = await storeWithRuns("a", "b");
    await store.append("a", [{ events: [rows([1], { loss: [1] })] }]);
    const known = hub.idOf(0);
    await store.append("b", [{ events: [rows([1], { loss: [1] })] }]);
    const reader = new StreamReader(hub, { run: ["b"] }, known);
    await reader.piece();
    expect(reader.of("reset")).toEqual([{ type: "reset", reason: "too-old" }]);
    await reader.close();
  });

  it("that stands still is not buffered for: it is reset when it reads again", async () => {
    const store = new FakeStore();
    await store.createRun({ runId: "a", project: "p" });
    const hub = new LiveHub(store, { ring: { changes: 10, bytes: 1e9 } });
    const reader = new StreamReader(hub, { run: ["a"] });
    await reader.piece();
    for (let i = 0; i < 50; i++) await store.append("a", [{ events: [rows([i], { loss: [i] })] }]);
    await reader.until(() => reader.of("reset").length > 0);
    expect(reader.of("reset")).toEqual([{ type: "reset", reason: "too-slow" }]);
    await store.append("a", [{ events: [rows([50], { loss: [50] })] }]);
    await reader.until(() => reader.of("rows").length > 0);
    expect(pointsOf(reader.of("rows"))).toEqual([["loss", 50, 50, 50]]);
    await reader.close();
  });

  it("says that it lives when nothing changes, and hands on the newest id", async () => {
    const { store, hub } = await storeWithRuns("a", "b");
    const reader = new StreamReader(hub, { run: ["b"] });
    await reader.piece();
    await store.editRun("a", { name: "x" });
    while (reader.comments === 0) await reader.piece();
    expect(reader.lastId).toBe(hub.idOf(1));
    await reader.close();
  });

  it("ends when the hub closes, and leaves nothing behind in the store", async () => {
    const { store, hub } = await storeWithRuns("a");
    const reader = new StreamReader(hub);
    await reader.piece();
    hub.close();
    expect(await reader.until(() => false)).toBe(false);
    expect(store.listeners.size).toBe(0);
  });
});

describe("the hub", () => {
  it("decodes rows only of watched runs, and for a minute after the last watcher left", async () => {
    let nowMs = 0;
    const store = new FakeStore();
    await store.createRun({ runId: "a", project: "p" });
    const hub = new LiveHub(store, { nowMs: () => nowMs });
    const rowChanges = (): number => hub.since(0)!.filter(({ type }) => type === "rows").length;
    const append = (): Promise<unknown> => store.append("a", [{ events: [rows([1], { loss: [1] })] }]);
    await append();
    expect(rowChanges()).toBe(0);
    const leave = hub.watch(["a"]);
    await append();
    leave();
    nowMs = 59_000;
    await append();
    expect(rowChanges()).toBe(2);
    nowMs = 61_000;
    await append();
    expect(rowChanges()).toBe(2);
  });
});

describe("ChangeRing", () => {
  it("keeps a suffix of what was added, within its bounds", () => {
    const change = (bytes: number) => ({
      ...{ type: "rows" as const, runId: "a", project: "p", firstIndex: [] },
      rows: { steps: new Float64Array(bytes / 16), wallMs: new Float64Array(bytes / 16), columns: [] },
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 })), (sizes) => {
        const ring = new ChangeRing({ changes: 5, bytes: 4000 });
        const all = sizes.map(change);
        for (const one of all) ring.add(one);
        expect(ring.last).toBe(all.length);
        expect(ring.since(all.length)).toEqual([]);
        expect(ring.since(all.length + 1)).toBeUndefined();
        let kept = 0;
        while (kept < all.length && ring.since(all.length - kept - 1) !== undefined) kept += 1;
        expect(kept).toBeLessThanOrEqual(5);
        expect(ring.since(all.length - kept)).toEqual(all.slice(all.length - kept));
      }),
    );
  });
});

describe("RowsJoiner", () => {
  const anyTable = fc
    .record({
      runId: fc.constantFrom("a", "b"),
      size: fc.integer({ min: 1, max: 4 }),
      keys: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
      skip: fc.boolean(),
    })
    .chain(({ size, ...rest }) =>
      fc.record({ rows: fc.array(fc.boolean(), { minLength: size, maxLength: size }), rest: fc.constant(rest) }),
    );

  it("changes no point", () => {
    fc.assert(
      fc.property(fc.array(anyTable, { maxLength: 12 }), (specs) => {
        const next = new Map<string, number>();
        const tables = specs.map(({ rows: present, rest: { runId, keys, skip } }, t): RowsMessage => {
          const rowIndex = present.flatMap((isThere, i) => (isThere ? [i] : []));
          const columns = keys.map((key) => {
            const id = `${runId} ${key}`;
            // A gap in arrival indexes, as after rows that were not sent.
            const firstIndex = (next.get(id) ?? 0) + (skip ? 3 : 0);
            next.set(id, firstIndex + rowIndex.length);
            return { key, kind: "number" as const, firstIndex, values: rowIndex.map((i) => t * 10 + i), rowIndex };
          });
          return {
            type: "rows",
            runId,
            steps: present.map((_, i) => t * 100 + i),
            wallMs: present.map(() => t),
            columns,
          };
        });
        const joiner = new RowsJoiner();
        for (const table of tables) joiner.add(table);
        for (const runId of ["a", "b"]) {
          const ofRun = (messages: readonly RowsMessage[]) =>
            pointsOf(messages.filter((table) => table.runId === runId));
          expect(ofRun(joiner.messages())).toEqual(ofRun(tables));
        }
      }),
    );
  });

  it("makes one table of contiguous ones, and leaves row numbers out where every row has a value", () => {
    const joiner = new RowsJoiner();
    for (let i = 0; i < 3; i++) {
      joiner.add({
        type: "rows",
        runId: "a",
        steps: [i],
        wallMs: [i],
        columns: [{ key: "x", kind: "number", firstIndex: i, values: [i] }],
      });
    }
    expect(joiner.messages()).toEqual([
      {
        type: "rows",
        runId: "a",
        steps: [0, 1, 2],
        wallMs: [0, 1, 2],
        columns: [{ key: "x", kind: "number", firstIndex: 0, values: [0, 1, 2] }],
      },
    ]);
  });
});

it("matchesKey: a star at the end means a prefix, anywhere else it is itself", () => {
  expect([
    matchesKey(undefined, "a"),
    matchesKey(["a"], "ab"),
    matchesKey(["a*"], "ab"),
    matchesKey(["*"], ""),
    matchesKey(["a*b"], "axb"),
  ]).toEqual([true, false, true, true, false]);
});
