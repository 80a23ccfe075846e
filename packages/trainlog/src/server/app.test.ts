import { describe, expect, it } from "vitest";
import { PROBLEM_TYPE, problem, runDetail, runInfo, runList, seriesAnswer } from "../api/index.ts";
import { API_ROUTES } from "./app.ts";
import { openApiDocument } from "./openapi.ts";
import { concretePath, jsonRequest, type TestApp, testApp } from "./test-app.ts";

/** What routes cannot be asked without, by the end of their path. */
const QUERIES: Readonly<Record<string, string>> = {
  "/series": "?key=loss",
  "/points": "?key=loss",
  "/groups": "?by=name",
  "/values": "?field=name",
};

/** A run with two rows, one of them NaN, and some of everything else. */
async function appWithRun(): Promise<TestApp> {
  const made = testApp();
  await made.app.request("/api/v1/runs", jsonRequest("POST", { runId: "run-1", project: "p", config: { lr: 0.1 } }));
  const events = [
    {
      type: "rows",
      rows: { steps: [1, 2], wallMs: [10, 20], columns: [{ kind: "number", key: "loss", values: [0.5, "NaN"] }] },
    },
    { type: "console", lines: [{ line: 0, stream: "stdout", text: "hi", wallMs: 1 }] },
    { type: "media", key: "img", step: 1, wallMs: 1, kind: "image", data: {} },
    {
      digest: "0".repeat(64),
      ...{ type: "artifact", direction: "produced", name: "model", kind: "model", wallMs: 1, files: [] },
    },
  ];
  await made.app.request("/api/v1/runs/run-1/batches", jsonRequest("POST", { writerId: "w", seq: 0, events }));
  return made;
}

describe("answers", () => {
  const gets = API_ROUTES.filter(({ method, answer }) => method === "GET" && answer !== undefined);

  it.each(gets.map((entry) => [entry.path, entry] as const))(
    "of GET %s are what the schema says",
    async (path, { answer }) => {
      const { app } = await appWithRun();
      const query = QUERIES[path.slice(path.lastIndexOf("/"))] ?? "";
      const given = await app.request(concretePath(path) + query);
      expect(given.status).toBe(200);
      expect(given.headers.get("content-type")).toBe("application/json");
      const body: unknown = await given.json();
      // A field that the schema does not know would be cut away.
      expect(answer!.parse(body)).toEqual(body);
    },
  );

  it("keep private where the store lies", async () => {
    const { app } = await appWithRun();
    expect(await (await app.request("/api/v1/runs/run-1")).text()).not.toContain("/secret/place");
  });

  it("say numbers that JSON cannot by name: in free JSON as $float, in raw points as words, in buckets by counting them", async () => {
    const { app } = await appWithRun();
    const detail = runDetail.parse(await (await app.request("/api/v1/runs/run-1")).json());
    expect(detail.summary).toEqual({ nan: { $float: "NaN" } });
    const points = await app.request("/api/v1/runs/run-1/points?key=loss");
    expect(await points.json()).toMatchObject({ values: [0.5, "NaN"], steps: [1, 2], firstIndex: 0, totalPoints: 2 });
    const series = seriesAnswer.parse(await (await app.request("/api/v1/runs/run-1/series?key=loss")).json());
    expect(series.series[0]).toMatchObject({
      form: "buckets",
      count: [1, 0],
      nonFinite: [0, 1],
      mean: [0.5, null],
      nextIndex: 2,
    });
  });
});

describe("series", () => {
  it("come in the order asked, a missing metric or run as a series of no points", async () => {
    const { app } = await appWithRun();
    const wanted = [
      { runId: "run-1", key: "nothing" },
      { runId: "run-1", key: "loss" },
      { runId: "gone", key: "loss" },
    ];
    const answer = await app.request("/api/v1/series", jsonRequest("POST", { series: wanted, x: "wall" }));
    const { series } = seriesAnswer.parse(await answer.json());
    expect(series.map(({ runId, key }) => ({ runId, key }))).toEqual(wanted);
    expect(series.map((one) => one.form !== "failed" && one.totalPoints)).toEqual([0, 2, 0]);
  });

  it("of one run whose files cannot be read cost no other curve", async () => {
    const { app, store } = await appWithRun();
    const read = store.series.bind(store);
    store.series = async (targets) => {
      if (targets.some(({ runId }) => runId === "bad")) throw new Error("/secret/place: EIO");
      return read(targets);
    };
    const wanted = [
      { runId: "bad", key: "loss" },
      { runId: "run-1", key: "loss" },
    ];
    const text = await (await app.request("/api/v1/series", jsonRequest("POST", { series: wanted }))).text();
    expect(seriesAnswer.parse(JSON.parse(text)).series.map(({ form }) => form)).toEqual(["failed", "buckets"]);
    expect(text).not.toContain("/secret/place");
  });

  it("are bounded in number", async () => {
    const { app } = await appWithRun();
    const series = Array.from({ length: 2000 }, () => ({ runId: "run-1", key: "loss" }));
    const answer = await app.request("/api/v1/series", jsonRequest("POST", { series, buckets: 20_000 }));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("ask for fewer at a time")]);
  });
});

describe("runs", () => {
  it("are made once, whatever the number of requests", async () => {
    const { app, store } = testApp();
    const body = { runId: "r", project: "p", name: "a/../b 🎉", tags: ["x"], config: { lr: 1 } };
    const answers = [];
    for (let i = 0; i < 2; i++)
      answers.push(await (await app.request("/api/v1/runs", jsonRequest("POST", body))).json());
    expect(answers).toEqual([
      { runId: "r", project: "p", created: true },
      { runId: "r", project: "p", created: false },
    ]);
    expect(store.runs.get("r")?.events).toEqual([
      expect.objectContaining({ type: "start", runId: "r", project: "p", name: "a/../b 🎉", tags: ["x"] }),
      { type: "config", set: { lr: 1 } },
    ]);
  });

  it("get an id when the client gives none", async () => {
    const { app } = testApp();
    const answer = await app.request("/api/v1/runs", jsonRequest("POST", { project: "p" }));
    expect(await answer.json()).toMatchObject({
      runId: expect.stringMatching(/^\d{8}-\d{6}-[0-9a-z]{8}$/),
      created: true,
    });
  });

  it("keep `__proto__` as an ordinary key of the configuration, all the way", async () => {
    const { app } = testApp();
    const body = '{"runId":"r","project":"p","config":{"__proto__":{"a":1},"constructor":2}}';
    await app.request("/api/v1/runs", jsonRequest("POST", body));
    const text = await (await app.request("/api/v1/runs/r")).text();
    expect(text).toContain('"config":{"__proto__":{"a":1},"constructor":2}');
  });

  it("are edited, deleted and brought back", async () => {
    const { app } = await appWithRun();
    const edited = await app.request(
      "/api/v1/runs/run-1",
      jsonRequest("PATCH", { name: "<b>", notes: "", archived: true }),
    );
    expect(runInfo.parse(await edited.json())).toMatchObject({ name: "<b>", notes: "", archived: true });
    expect(await (await app.request("/api/v1/runs/run-1", { method: "DELETE" })).json()).toEqual({ runId: "run-1" });
    expect((await app.request("/api/v1/runs/run-1")).status).toBe(404);
    expect((await app.request("/api/v1/runs/run-1/restore", { method: "POST" })).status).toBe(200);
    expect((await app.request("/api/v1/runs/run-1")).status).toBe(200);
  });

  it("are listed by what the query says, in the store's terms", async () => {
    const { app, store } = await appWithRun();
    const query =
      "project=p&state=running&state=crashed&tag=x&q=abc&sort=metric:a:b:min&desc=true&limit=7&metric=loss&archived=include";
    const answer = await app.request(`/api/v1/runs?${query}`);
    expect(runList.parse(await answer.json()).runs[0]?.metrics).toMatchObject([{ key: "loss", count: 2, last: "NaN" }]);
    expect(store.lastQuery).toEqual({
      project: "p",
      states: ["running", "crashed"],
      tags: ["x"],
      text: "abc",
      sort: [{ by: "metric", key: "a:b", statistic: "min", descending: true }],
      limit: 7,
      metrics: ["loss"],
      archived: "include",
    });
  });
});

describe("wrong requests", () => {
  const cases: [string, RequestInit, number, string, string][] = [
    ["/runs/none", {}, 404, "run/not-found", "none"],
    ["/nothing", {}, 404, "api/no-route", "openapi.json"],
    ["/runs", { method: "DELETE" }, 404, "api/no-route", "DELETE"],
    ["/runs?projct=x", {}, 400, "api/bad-query", "projct"],
    ["/runs?limit=0", {}, 400, "api/bad-query", "limit"],
    ["/runs?limit=1e9", {}, 400, "api/bad-query", "limit"],
    ["/runs?limit=abc", {}, 400, "api/bad-query", "abc"],
    ["/runs?limit=1&limit=2", {}, 400, "api/bad-query", "once"],
    ["/runs?state=lost", {}, 400, "api/bad-query", "state[0]"],
    ["/runs?sort=loss", {}, 400, "api/bad-query", "metric.<key>"],
    ["/runs/run-1/series", {}, 400, "api/bad-query", "key"],
    ["/runs/run-1/series?key=loss&from=x", {}, 400, "api/bad-query", "from"],
    ["/runs/run-1/points?key=loss&after=1&last=1", {}, 400, "api/bad-query", "both"],
    ["/runs/run-1/points?key=nothing", {}, 404, "run/no-metric", "nothing"],
    ["/runs/run-1/console?from=-1", {}, 400, "api/bad-query", "from"],
    ["/runs", jsonRequest("POST", {}), 400, "api/bad-body", "project"],
    ["/runs", jsonRequest("POST", { project: "" }), 400, "api/bad-body", "project"],
    ["/runs", jsonRequest("POST", { project: "p", runId: "../x" }), 400, "api/bad-body", "runId"],
    ["/runs", jsonRequest("POST", { project: "p", surprise: 1 }), 400, "api/bad-body", "surprise"],
    ["/runs", jsonRequest("POST", { project: "p", tags: ["a", 1] }), 400, "api/bad-body", "tags[1]"],
    ["/runs", jsonRequest("POST", { project: "p", config: [] }), 400, "api/bad-body", "config"],
    ["/runs", jsonRequest("POST", { project: "\ud800" }), 400, "api/bad-body", "surrogates"],
    ["/runs", jsonRequest("POST", "[]"), 400, "api/bad-body", "body"],
    ["/runs", jsonRequest("POST", ""), 400, "api/bad-json", "empty"],
    ["/runs", jsonRequest("POST", "{"), 400, "api/bad-json", "not JSON"],
    ["/runs", jsonRequest("POST", "[".repeat(100_000)), 400, "api/bad-json", "deeper than 100"],
    [
      "/runs",
      jsonRequest("POST", `{"project":"p","notes":"${"x".repeat(200_000)}"}`),
      413,
      "api/body-too-large",
      "100000",
    ],
    ["/runs", { method: "POST", body: "{}" }, 415, "api/bad-content-type", "application/json"],
    ["/runs/run-1", jsonRequest("PATCH", { name: 5 }), 400, "api/bad-body", "got 5"],
    ["/runs/run-1", jsonRequest("PATCH", { state: "finished" }), 400, "api/bad-body", "state"],
    ["/series", jsonRequest("POST", { series: [{ runId: "a" }] }), 400, "api/bad-body", "series[0].key"],
    ["/blobs/../../etc/passwd", {}, 404, "api/no-route", "etc/passwd"],
    ["/blobs/xyz", {}, 400, "api/bad-query", "SHA-256"],
    ["/events?run=../x", {}, 400, "api/bad-query", "run[0]"],
  ];

  it.each(cases)("%s %j: %d %s", async (path, init, status, code, words) => {
    const { app, faults } = await appWithRun();
    const answer = await app.request(`/api/v1${path}`, init);
    expect(answer.headers.get("content-type")).toBe(PROBLEM_TYPE);
    const given = problem.parse(await answer.json());
    expect(given).toMatchObject({ status, code, detail: expect.stringContaining(words) });
    expect([answer.status, faults]).toEqual([status, []]);
  });

  it("name at most 20 fields, and no megabytes of what was sent", async () => {
    const { app } = testApp();
    const answer = await app.request("/api/v1/runs", jsonRequest("POST", { project: "p", tags: Array(900).fill(1) }));
    const text = await answer.text();
    expect(problem.parse(JSON.parse(text)).fields).toHaveLength(20);
    expect(text.length).toBeLessThan(5000);
  });

  it("are refused in invalid UTF-8", async () => {
    const { app } = testApp();
    const body = Uint8Array.from([0x7b, 0xff, 0x7d]);
    const answer = await app.request("/api/v1/runs", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(await answer.json()).toMatchObject({ status: 400, detail: "the body is not valid UTF-8" });
  });
});

it("a fault of the server says nothing of its inside, and is reported inside", async () => {
  const { app, store, faults } = testApp();
  store.projects = async () => {
    throw new Error("/secret/place is broken");
  };
  const answer = await app.request("/api/v1/projects");
  const text = await answer.text();
  expect([answer.status, problem.parse(JSON.parse(text)).code]).toEqual([500, "server/internal"]);
  expect(text).not.toContain("/secret/place");
  expect(faults).toHaveLength(1);
});

it("readiness follows the store, health does not", async () => {
  const { app } = testApp({ readiness: "starting" });
  const ready = await app.request("/api/v1/ready");
  expect([ready.status, await ready.json()]).toEqual([503, { status: "starting" }]);
  expect((await app.request("/api/v1/health")).status).toBe(200);
});

describe("the OpenAPI document", () => {
  it("lists every route with its parameters, and says shapes that are code too", async () => {
    const document = (await (await testApp().app.request("/api/v1/openapi.json")).json()) as {
      paths: Record<
        string,
        Record<string, { parameters: { name: string; schema: unknown }[] } | undefined> | undefined
      >;
    };
    for (const { method, path } of API_ROUTES) {
      expect(
        document.paths[`/api/v1${path.replaceAll(/:(\w+)(\{.*\})?/g, "{$1}")}`]?.[method.toLowerCase()],
        path,
      ).toBeDefined();
    }
    const list = document.paths["/api/v1/runs"]?.["get"]?.parameters ?? [];
    expect(list.find(({ name }) => name === "limit")?.schema).toMatchObject({ type: "integer", maximum: 10_000 });
    expect(JSON.stringify(openApiDocument(API_ROUTES, "1"))).toContain('"description":"A JSON object of any shape"');
  });
});
