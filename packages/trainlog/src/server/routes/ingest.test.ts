import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BATCH_TYPE } from "../../api/index.ts";
import { TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import { encodeBody } from "../../run-log/codec/body.ts";
import { API_ROUTES } from "../app.ts";
import { jsonRequest, type TestApp, testApp } from "../test-app.ts";

const PATH = "/api/v1/runs/run-1/batches";
const START: RunEvent = { type: "start", runId: "run-1", project: "p", wallMs: 5 };

const rows = (values: readonly number[], steps = values.map((_, i) => i)): RunEvent => ({
  type: "rows",
  rows: {
    steps: Float64Array.from(steps),
    wallMs: Float64Array.from(steps),
    columns: [{ kind: "number", key: "loss", values: Float64Array.from(values) }],
  },
});

function binary(events: readonly RunEvent[], seq = 0): RequestInit {
  return {
    method: "POST",
    body: encodeBody([{ origin: { writerId: "w", seq }, events }]),
    headers: { "content-type": BATCH_TYPE },
  };
}

const json = (events: unknown, seq = 0): RequestInit => jsonRequest("POST", { writerId: "w", seq, events });

const stored = ({ store }: TestApp): readonly RunEvent[] => store.runs.get("run-1")?.events ?? [];

describe("binary batches", () => {
  it("are stored as they were logged, NaN, infinities and −0 too, and make the run that they start", async () => {
    const made = testApp();
    const events = [START, rows([1, Number.NaN, -Infinity, -0], [5, 5, 3, -1])];
    const answer = await made.app.request(PATH, binary(events));
    expect(await answer.json()).toEqual({ stored: 1, duplicates: 0 });
    expect(stored(made)).toEqual(events);
  });

  it("change nothing when they come again", async () => {
    const made = testApp();
    await made.app.request(PATH, binary([START, rows([1])]));
    const again = await made.app.request(PATH, binary([START, rows([1])]));
    expect(await again.json()).toEqual({ stored: 0, duplicates: 1 });
    expect(stored(made)).toHaveLength(2);
  });

  it("keep fields and text that this version would not write itself: what lies on the sender's disk must find its way", async () => {
    const made = testApp();
    const line = { line: 0, stream: "stdout" as const, text: `\ud800${"x".repeat(2_000)}`, wallMs: 1 };
    const event = { type: "console" as const, lines: [line], newerField: { a: 1 } };
    const answer = await made.app.request(PATH, binary([START, event]));
    expect([answer.status, stored(made)[1]]).toEqual([200, event]);
  });

  const bad: [string, RequestInit, string][] = [
    ["no batch at all", { ...binary([]), body: new Uint8Array() }, "no batch"],
    ["bytes that are no frames", { ...binary([]), body: new Uint8Array(100) }, "byte 0"],
    [
      "a flipped bit",
      { ...binary([]), body: flipped(encodeBody([{ origin: { writerId: "w", seq: 0 }, events: [START] }])) },
      "byte 0",
    ],
    ["a batch without an origin", { ...binary([]), body: encodeBody([{ events: [START] }]) }, "origin"],
    ["an unknown event", binary([START, { type: "dance" } as unknown as RunEvent]), "dance"],
    ["an event of wrong types", binary([{ ...START, wallMs: "now" } as unknown as RunEvent]), "wallMs"],
    ["a start of another run", binary([{ ...START, runId: "run-2" }]), "run-2"],
    ["a fractional step", binary([START, rows([1], [0.5])]), "0.5"],
    ["a step of 2^53", binary([START, rows([1], [2 ** 53])]), "2^53"],
  ];

  it.each(bad)("are refused whole: %s", async (_, init, words) => {
    const made = testApp();
    const answer = await made.app.request(PATH, init);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([400, expect.stringContaining(words)]);
    expect([stored(made), made.faults]).toEqual([[], []]);
  });

  it("of a run that is not there and is not started are 404", async () => {
    expect((await testApp().app.request(PATH, binary([rows([1])]))).status).toBe(404);
  });
});

it("a body made by hand, as the documentation describes it, is taken", async () => {
  const made = testApp();
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
  const event = JSON.stringify(START);
  const origin = [...text("me"), 7];
  const payload = Buffer.from([origin.length, ...origin, 3, ...text(event)]);
  const head = Buffer.from([0x54, 0x4c, 1, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(payload.length, 4);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(bitwiseCrc32c(Buffer.concat([head, payload])));
  const body = new Uint8Array(Buffer.concat([head, crc, payload]));
  const answer = await made.app.request(PATH, { method: "POST", body, headers: { "content-type": BATCH_TYPE } });
  expect([await answer.json(), stored(made)]).toEqual([{ stored: 1, duplicates: 0 }, [START]]);
});

it("the documentation names every route", () => {
  const page = readFileSync(new URL("../../../../../docs/http-api.md", import.meta.url), "utf8");
  for (const { path } of API_ROUTES) expect(page, path).toContain(`${path.replace(/\{.*\}/, "")}\``);
});

it("the example of the documentation works", async () => {
  const page = readFileSync(new URL("../../../../../docs/http-api.md", import.meta.url), "utf8");
  const body = /batches -H 'content-type: application\/json' -d '(.*?)'\n/s.exec(page)![1]!;
  const { app } = testApp();
  const answer = await app.request("/api/v1/runs/my-run/batches", jsonRequest("POST", body));
  expect(await answer.json()).toEqual({ stored: 1, duplicates: 0 });
});

describe("JSON batches", () => {
  it("say the same as binary ones", async () => {
    const events = [
      { ...START },
      {
        type: "rows",
        rows: {
          steps: [0, 1],
          wallMs: [0, 1],
          columns: [
            { kind: "number", key: "__proto__", values: ["NaN", "-0"] },
            { kind: "json", key: "note", values: [{ a: { $float: "Infinity" } }], rowIndex: [1] },
          ],
        },
      },
      { type: "config", set: { deep: [{ x: 1 }] }, remove: ["old"] },
      { type: "finish", wallMs: 9, status: "failed", exitCode: 1, error: "boom" },
    ];
    const made = testApp();
    expect(await (await made.app.request(PATH, json(events))).json()).toEqual({ stored: 1, duplicates: 0 });
    expect(stored(made)[1]).toEqual({
      type: "rows",
      rows: {
        steps: Float64Array.of(0, 1),
        wallMs: Float64Array.of(0, 1),
        columns: [
          { kind: "number", key: "__proto__", values: Float64Array.of(Number.NaN, -0) },
          { kind: "json", key: "note", values: [{ a: Infinity }], rowIndex: Uint32Array.of(1) },
        ],
      },
    });
    expect(stored(made).slice(2)).toEqual(events.slice(2));
  });

  it("take 1e999 as Infinity", async () => {
    const made = testApp();
    const body =
      '{"writerId":"w","seq":0,"events":[{"type":"start","runId":"run-1","project":"p","wallMs":1},{"type":"rows","rows":{"steps":[1],"wallMs":[1],"columns":[{"kind":"number","key":"a","values":[1e999]}]}}]}';
    await made.app.request(PATH, jsonRequest("POST", body));
    expect(stored(made)[1]).toEqual({
      type: "rows",
      rows: expect.objectContaining({ columns: [expect.objectContaining({ values: Float64Array.of(Infinity) })] }),
    });
  });

  const table = (change: object): unknown[] => [
    {
      type: "rows",
      rows: { steps: [1, 2], wallMs: [1, 2], columns: [{ kind: "number", key: "a", values: [1, 2], ...change }] },
    },
  ];
  const bad: [string, unknown, string][] = [
    ["too few values", table({ values: [1] }), "events[0].rows.columns[0].values"],
    [
      "a value that is no number",
      table({ values: [1, "abc"] }),
      'events[0].rows.columns[0].values[1]: expected a number or "NaN"',
    ],
    ["row numbers that go back", table({ rowIndex: [1, 0] }), "rowIndex[1]"],
    ["a row that is not there", table({ rowIndex: [0, 2] }), "rowIndex[1]"],
    ["a field with a slip", [{ ...START, nmae: "x" }], "nmae"],
    ["an unknown event", [{ type: "dance" }], "events[0]"],
    ["steps beyond 2^53", [{ type: "rows", rows: { steps: [1e17], wallMs: [1], columns: [] } }], "steps[0]"],
  ];

  it.each(bad)("are refused with the place: %s", async (_, events, words) => {
    const { app } = testApp();
    await app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p" }));
    const answer = await app.request(PATH, json(events));
    const { detail } = (await answer.json()) as { detail: string };
    expect([answer.status, detail]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe("bounds of ingest", () => {
  it("refuse a body above the limit, whatever its headers claim", async () => {
    const { app } = testApp({ batchBytes: 1000 });
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(400)) });
    const init = { method: "POST", body, duplex: "half", headers: { "content-type": BATCH_TYPE } };
    const streamed = await app.request(PATH, init);
    expect([streamed.status, ((await streamed.json()) as { code: string }).code]).toEqual([413, "api/body-too-large"]);
    const claimed = await app.request(PATH, {
      ...binary([START]),
      headers: { "content-type": BATCH_TYPE, "content-length": "2000" },
    });
    expect(claimed.status).toBe(413);
  });

  it("may be compressed; a bomb is refused at the bound of the route, and what is no whole gzip in words", async () => {
    const made = testApp({ batchBytes: 100_000 });
    const send = async (body: Uint8Array, encoding: string): Promise<[number, string | undefined]> => {
      const headers = { "content-type": BATCH_TYPE, "content-encoding": encoding };
      const answer = await made.app.request(PATH, { method: "POST", body: new Uint8Array(body), headers });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    const plain = encodeBody([{ origin: { writerId: "w", seq: 0 }, events: [START] }]);
    expect(await send(gzipSync(plain), "gzip")).toEqual([200, undefined]);
    expect(await send(zstdCompressSync(plain), "zstd")).toEqual([200, undefined]);
    expect(stored(made)).toEqual([START]);
    const bomb = gzipSync(new Uint8Array(500_000_000));
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await send(bomb.subarray(0, 90_000), "gzip")).toEqual([413, "api/body-too-large"]);
    expect(await send(gzipSync(plain).subarray(0, -5), "gzip")).toEqual([400, "api/bad-compression"]);
    expect(await send(plain, "zstd")).toEqual([400, "api/bad-compression"]);
    for (const other of ["br", "gzip, gzip", "x"]) expect(await send(plain, other)).toEqual([415, "api/bad-encoding"]);
  });

  it("answer 503 with Retry-After above what can be held, and take batches again when there is room", async () => {
    const { app, store } = testApp({ ingest: { maxBytes: 1e9, maxRequests: 1 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    await app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p" }));
    store.beforeAppend = () => promise;
    const first = app.request(PATH, binary([rows([1])], 0));
    await Promise.resolve();
    const second = await app.request(PATH, binary([rows([2])], 1));
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
    resolve();
    expect((await first).status).toBe(200);
    expect((await app.request(PATH, binary([rows([2])], 1))).status).toBe(200);
  });

  it("count bytes as they arrive: who announces much and sends little locks nobody out", async () => {
    const { app } = testApp({ ingest: { maxBytes: 2000, maxRequests: 100 } });
    await app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p" }));
    const slow = (seq: number, bytes: number): Response | Promise<Response> => {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(bytes)) });
      const headers = { "content-type": BATCH_TYPE, "content-length": "900000" };
      const init = { ...binary([], seq), body, duplex: "half", headers };
      return app.request(PATH, init);
    };
    void slow(1, 10);
    void slow(2, 10);
    await sleep(5);
    expect((await app.request(PATH, binary([rows([1])], 3))).status).toBe(200);
    void slow(4, 1980);
    await sleep(5);
    expect((await app.request(PATH, binary([rows([1])], 5))).status).toBe(503);
  });

  it("hand a full disk on as 507, and go on when there is space", async () => {
    const { app, store } = testApp();
    await app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p" }));
    store.beforeAppend = async () => {
      throw new TrainlogError("store/disk-full", "the disk is full", { status: 507 });
    };
    const full = await app.request(PATH, binary([rows([1])]));
    expect([full.status, full.headers.get("retry-after")]).toEqual([507, "30"]);
    store.beforeAppend = async () => {};
    expect((await app.request(PATH, binary([rows([1])]))).status).toBe(200);
  });
});

it("heartbeats reach the store", async () => {
  const { app, store } = testApp();
  await app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p" }));
  expect((await app.request("/api/v1/runs/run-1/heartbeat", { method: "POST" })).status).toBe(200);
  expect((await app.request("/api/v1/runs/none/heartbeat", { method: "POST" })).status).toBe(404);
  expect(store.heartbeats).toEqual(["run-1"]);
});

function flipped(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  body[20]! ^= 1;
  return body;
}

/** CRC-32C bit by bit, from its definition (RFC 3720, appendix B.4), independent of the codec. */
function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
