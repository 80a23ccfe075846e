import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../run/event.ts";
import {
  eventFault,
  fromJsonEvent,
  fromWireNumber,
  isWireNumber,
  jsonBatch,
  liveQuery,
  runListQuery,
  toWireNumber,
} from "./index.ts";

describe("wire numbers", () => {
  it("say every number, and every one through JSON", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const sent: unknown = JSON.parse(JSON.stringify(toWireNumber(value)));
        expect(isWireNumber(sent) && Object.is(fromWireNumber(sent), value)).toBe(true);
      }),
    );
  });

  it.each(["nan", "inf", "1", "", null, true])("are not %j", (value) => {
    expect(isWireNumber(value)).toBe(false);
  });
});

describe("queries", () => {
  it("read one value or several, and numbers and flags from texts", () => {
    expect(runListQuery.parse({ state: "running", tag: ["a", "b"], limit: "5", desc: "1" })).toEqual({
      state: ["running"],
      tag: ["a", "b"],
      limit: 5,
      desc: true,
    });
    expect(liveQuery.parse({ run: "r" })).toEqual({ run: ["r"] });
  });

  it.each([
    { limit: "5.5" },
    { limit: "" },
    { limit: " 5" },
    { limit: "0x10" },
    { limit: "Infinity" },
    { desc: "yes" },
    { tag: [] },
    { q: ["a", "b"] },
    { __proto__x: "1" },
  ])("refuse %j", (query) => {
    expect(runListQuery.safeParse(query).success).toBe(false);
  });
});

describe("events as JSON", () => {
  const batch = (event: unknown): unknown => ({ writerId: "w", seq: 0, events: [event] });

  const every: RunEvent[] = [
    { type: "start", runId: "r", project: "p", wallMs: 1, tags: [], resumed: true, host: { a: [1] } },
    { type: "edit", wallMs: 1, group: "", archived: false },
    { type: "config", set: { a: { b: null } }, remove: ["c"] },
    { type: "summary", set: {} },
    { type: "metric", key: "a/*", goal: "min", summary: "best" },
    {
      type: "media",
      key: "m",
      step: -1,
      wallMs: 1,
      kind: "image",
      data: {},
      blobs: [{ sha256: "a".repeat(64), sizeBytes: 1 }],
    },
    { type: "console", lines: [{ line: 0, stream: "stderr", text: "", wallMs: 1 }] },
    {
      type: "artifact",
      direction: "used",
      name: "n",
      kind: "k",
      wallMs: 1,
      digest: "b".repeat(64),
      files: [{ path: "../x", sizeBytes: 1 }],
    },
    { type: "alert", wallMs: 1, title: "", text: "", level: "info" },
    { type: "finish", wallMs: 1, status: "killed", exitCode: -9 },
  ];

  it.each(every.map((event) => [event.type, event] as const))("come through: %s", (_, event) => {
    const [parsed] = jsonBatch.parse(batch(JSON.parse(JSON.stringify(event)))).events;
    expect(fromJsonEvent(parsed!)).toEqual(event);
    expect(eventFault(event)).toBeUndefined();
  });

  it("written by hand are refused with a field too many; from a newer SDK they are taken", () => {
    const newer = { type: "finish", wallMs: 1, status: "finished", mood: "good" };
    expect(jsonBatch.safeParse(batch(newer)).success).toBe(false);
    expect(eventFault(newer)).toBeUndefined();
    expect(eventFault({ ...newer, status: "done" })).toMatchObject({ path: ["status"] });
  });

  it("become rows that hold every number as it was", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        const steps = values.map((_, i) => i);
        const columns = [{ kind: "number", key: "a", values: values.map(toWireNumber) }];
        const sent = JSON.stringify(batch({ type: "rows", rows: { steps, wallMs: steps, columns } }));
        const event = fromJsonEvent(jsonBatch.parse(JSON.parse(sent)).events[0]!);
        expect(event.type === "rows" && event.rows.columns[0]?.values).toEqual(Float64Array.from(values));
      }),
    );
  });
});
