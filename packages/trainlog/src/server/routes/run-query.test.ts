/** Filters, sorts, columns, groups, edits and bulk changes over HTTP, on the real store. */
import { describe, expect, it } from "vitest";
import type { BulkAnswer, ColumnList, GroupList, RunList, TrashList, ValueList } from "../../api/index.ts";
import { bulkAnswer, columnList, groupList, problem, trashList, valueList } from "../../api/index.ts";
import { jsonRequest } from "../test-app.ts";
import { startTestServer } from "../test-server.ts";

type Call = <T = unknown>(path: string, init?: RequestInit) => Promise<{ readonly status: number; readonly json: T }>;

/** A server with four runs of project p and one of q: run i has lr i/10, opt.name, and a loss of i. */
async function served(): Promise<Call> {
  const server = await startTestServer();
  await server.ready;
  const call: Call = async (path, init) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, init);
    // The caller says what it expects, and looks at it.
    return { status: answer.status, json: (await answer.json()) as never };
  };
  for (const i of [1, 2, 3, 4, 5]) {
    const config = { lr: i / 10, opt: { name: i % 2 === 0 ? "adam" : "sgd", "odd key": true } };
    await call(
      "/runs",
      jsonRequest("POST", {
        runId: `r${i}`,
        project: i === 5 ? "q" : "p",
        name: `run ${i}`,
        tags: i < 3 ? ["low"] : [],
        config,
        createdMs: 1e12 + i,
      }),
    );
    const rows = {
      steps: [0, 1],
      wallMs: [1e12, 1e12 + 1],
      columns: [{ kind: "number", key: "val/loss @1", values: [i + 1, i] }],
    };
    await call(
      `/runs/r${i}/batches`,
      jsonRequest("POST", {
        writerId: "w",
        seq: 1,
        events: [
          { type: "metric", key: "val/*", goal: "min" },
          { type: "rows", rows },
        ],
      }),
    );
  }
  return call;
}

const query = (fields: Record<string, string | readonly string[]>): string => {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
};

async function listed(call: Call, fields: Record<string, string | readonly string[]>): Promise<string[]> {
  const { status, json } = await call<RunList>(`/runs?${query(fields)}`);
  expect(status).toBe(200);
  return json.runs.map(({ runId }) => runId);
}

describe("GET /runs", () => {
  it("filters, and sorts by several", async () => {
    const call = await served();
    expect(await listed(call, { filter: 'metric.`val/loss @1`.best < 3 and config.opt.name = "sgd"' })).toEqual(["r1"]);
    expect(await listed(call, { filter: "tag = low or project = q", sort: ["project", "-config.lr"] })).toEqual([
      "r2",
      "r1",
      "r5",
    ]);
    expect(await listed(call, { sort: ["config.opt.name", "-metric.`val/loss @1`.min"], project: "p" })).toEqual([
      "r4",
      "r2",
      "r3",
      "r1",
    ]);
    expect(await listed(call, { sort: "metric:val/loss @1:min", desc: "true", project: "p" })).toEqual([
      "r4",
      "r3",
      "r2",
      "r1",
    ]);
    expect(await listed(call, { sort: "config:lr", filter: "" })).toEqual(["r1", "r2", "r3", "r4", "r5"]);
    expect(await listed(call, {})).toEqual(["r5", "r4", "r3", "r2", "r1"]);
  });

  it("gives columns by path and by prefix", async () => {
    const call = await served();
    const { json } = await call<RunList>(
      `/runs?${query({ filter: "name = 'run 1'", config: ["opt.*", "lr"], metric: "val/*" })}`,
    );
    expect(json.runs[0]).toMatchObject({
      config: { lr: 0.1, "opt.name": "sgd", "opt.odd key": true },
      metrics: [{ key: "val/loss @1", goal: "min", best: 1, min: 1, last: 1 }],
    });
  });

  it.each([
    ["filter=state+%3D+runing", "query/bad-filter", /did you mean running/],
    ["filter=name+~+%22(%22", "query/bad-pattern", /without its/],
    [`filter=${"(".repeat(1000)}`, "query/bad-filter", /nests at most/],
    ["filter=a&filter=b", "api/bad-query", /once/],
    ["sort=nonsense", "api/bad-query", /no field "nonsense"/],
    ["sort=tag", "api/bad-query", /cannot be sorted/],
    ["sort=", "api/bad-query", /expected a field/],
    [query({ sort: Array.from({ length: 11 }, () => "name") }), "api/bad-query", /sort/],
    ["cursor=x", "store/bad-query", /cursor/],
  ])("refuses ?%s", async (bad, code, message) => {
    const call = await served();
    const { status, json } = await call(`/runs?${bad}`);
    expect(status).toBe(400);
    expect(problem.parse(json)).toMatchObject({ code, detail: expect.stringMatching(message) });
  });
});

describe("columns, values and groups", () => {
  it("say what the runs of a project have", async () => {
    const call = await served();
    const columns = columnList.parse((await call<ColumnList>("/projects/p/columns")).json);
    expect(columns.columns.map(({ field }) => field)).toEqual([
      "config.lr",
      "config.opt",
      "config.opt.name",
      "config.`opt.odd key`",
      "metric.`val/loss @1`.last",
    ]);
    expect(columns.columns[2]?.types).toEqual([{ type: "text", runCount: 4 }]);
    expect((await call<ColumnList>("/projects/p/columns?search=LR&what=config")).json.columns).toHaveLength(1);
    expect((await call<ColumnList>("/projects/none/columns")).json).toEqual({ columns: [], total: 0 });
  });

  it("count values, each with the filter that finds its runs", async () => {
    const call = await served();
    const values = valueList.parse((await call<ValueList>("/projects/p/values?field=config.opt.name")).json);
    expect(values).toEqual({
      field: "config.opt.name",
      total: 2,
      values: [
        { value: "adam", runCount: 2, filter: 'config.opt.name = "adam"' },
        { value: "sgd", runCount: 2, filter: 'config.opt.name = "sgd"' },
      ],
    });
    expect((await call("/projects/p/values")).status).toBe(400);
    expect((await call("/projects/p/values?field=config")).status).toBe(400);
  });

  it("group runs, and the filter of each group finds as many as it counts", async () => {
    const call = await served();
    const asked = query({
      by: ["config.opt.name", "tag"],
      reduce: ["metric.`val/loss @1`.min", "duration"],
      project: "p",
      filter: "config.lr < 0.4",
    });
    const { groups, total } = groupList.parse((await call<GroupList>(`/groups?${asked}`)).json);
    expect(total).toBe(3);
    for (const group of groups) {
      expect(await listed(call, { project: "p", filter: `(config.lr < 0.4) and (${group.filter})` })).toHaveLength(
        group.runCount,
      );
    }
    expect(groups.find(({ values }) => values[1]?.value === undefined)).toMatchObject({
      values: [{ field: "config.opt.name", value: "sgd" }, { field: "tag" }],
      numbers: [
        { field: "metric.`val/loss @1`.min", count: 1, mean: 3, min: 3, max: 3 },
        { field: "duration", count: 1 },
      ],
    });
    expect((await call("/groups")).status).toBe(400);
    expect((await call("/groups?by=name&reduce=name")).json).toMatchObject({ code: "store/bad-query" });
  });
});

describe("PATCH /runs/:runId", () => {
  it("tells a second tab what the first one wrote, and loses nothing", async () => {
    const call = await served();
    const { notesRevision } = (await call<{ notesRevision: string }>("/runs/r1")).json;
    expect((await call("/runs/r1", jsonRequest("PATCH", { notes: "first", notesRevision }))).status).toBe(200);
    const second = await call<{ current: { notesRevision: string } }>(
      "/runs/r1",
      jsonRequest("PATCH", { notes: "second", notesRevision }),
    );
    expect(second).toMatchObject({ status: 412, json: { code: "run/notes-changed", current: { notes: "first" } } });
    const joined = { notes: "first and second", notesRevision: second.json.current.notesRevision };
    expect(await call("/runs/r1", jsonRequest("PATCH", joined))).toMatchObject({
      status: 200,
      json: { notes: "first and second" },
    });
  });

  it("changes tags, configuration and summary", async () => {
    const call = await served();
    const body = {
      addTags: ["new"],
      removeTags: ["low"],
      config: { set: { lr: 9 }, remove: ["opt"] },
      summary: { set: { acc: 1 } },
    };
    expect(await call("/runs/r1", jsonRequest("PATCH", body))).toMatchObject({ status: 200, json: { tags: ["new"] } });
    expect((await call("/runs/r1")).json).toMatchObject({ config: { lr: 9 }, summary: { acc: 1 } });
    expect(await listed(call, { filter: "summary.acc = 1 and not exists(config.opt)" })).toEqual(["r1"]);
  });

  it.each([
    { config: { lr: 1 } },
    { config: { set: [] } },
    { config: { set: { "": 1 } } },
    { addTags: "x" },
    { tags: [""] },
    { notesRevision: 1 },
    { archived: "yes" },
    { unknown: 1 },
  ])("refuses %o", async (body) => {
    const call = await served();
    expect((await call("/runs/r1", jsonRequest("PATCH", body))).status).toBe(400);
    expect((await call("/runs/r1")).json).toMatchObject({ tags: ["low"] });
  });
});

describe("POST /runs/bulk", () => {
  const bulk = (call: Call, body: unknown) => call<BulkAnswer>("/runs/bulk", jsonRequest("POST", body));

  it("changes each run for itself, and takes it back", async () => {
    const call = await served();
    const answer = await bulk(call, {
      runIds: ["r1", "r3", "none", "r3"],
      action: { type: "addTags", tags: ["low", "x"] },
    });
    expect(answer.status).toBe(200);
    const { results, undo } = bulkAnswer.parse(answer.json);
    expect(results).toMatchObject([
      { runId: "r1", outcome: "changed" },
      { runId: "r3", outcome: "changed" },
      { runId: "none", outcome: "failed", code: "run/not-found" },
    ]);
    expect(await listed(call, { filter: "tag = low", sort: "id" })).toEqual(["r1", "r2", "r3"]);
    expect((await bulk(call, undo)).json).toMatchObject({ changedCount: 2, failedCount: 0 });
    expect(await listed(call, { filter: "tag = low", sort: "id" })).toEqual(["r1", "r2"]);
    expect(await listed(call, { filter: "tag = x" })).toEqual([]);
  });

  it("takes a filter with the number of runs that the caller saw", async () => {
    const call = await served();
    const body = { filter: "config.lr > 0.25", project: "p", action: { type: "setGroup", group: "high" } };
    expect(await bulk(call, { ...body, expectedCount: 3 })).toMatchObject({
      status: 409,
      json: { code: "run/count-changed" },
    });
    expect(await listed(call, { group: "high" })).toEqual([]);
    const done = await bulk(call, { ...body, expectedCount: 2 });
    expect(done).toMatchObject({ status: 200, json: { changedCount: 2 } });
    expect(await listed(call, { group: "high", sort: "id" })).toEqual(["r3", "r4"]);
    expect((await bulk(call, { ...body, expectedCount: 2 })).json).toEqual({
      results: [
        { runId: "r3", outcome: "unchanged" },
        { runId: "r4", outcome: "unchanged" },
      ].toReversed(),
      changedCount: 0,
      failedCount: 0,
    });
    await bulk(call, done.json.undo);
    expect(await listed(call, { group: "high" })).toEqual([]);
  });

  it("archives, deletes and restores; the trash lists what can come back", async () => {
    const call = await served();
    expect((await bulk(call, { runIds: ["r1"], action: { type: "archive" } })).json.undo).toEqual({
      steps: [{ runIds: ["r1"], action: { type: "unarchive" } }],
    });
    const deleted = await bulk(call, { runIds: ["r1", "r2"], action: { type: "delete" } });
    expect(deleted.json.changedCount).toBe(2);
    const trash = trashList.parse((await call<TrashList>("/trash?project=p")).json);
    expect(trash.runs.map(({ runId, name }) => [runId, name]).toSorted()).toEqual([
      ["r1", "run 1"],
      ["r2", "run 2"],
    ]);
    expect((await call<TrashList>("/trash?limit=1&offset=1")).json).toMatchObject({ total: 2, runs: [{}] });
    expect((await bulk(call, deleted.json.undo)).json.changedCount).toBe(2);
    expect((await call<TrashList>("/trash")).json.runs).toEqual([]);
    expect(await listed(call, { archived: "only" })).toEqual(["r1"]);
  });

  it.each([
    {},
    { runIds: [], action: { type: "archive" } },
    { runIds: ["../x"], action: { type: "archive" } },
    { runIds: ["r1"], action: { type: "explode" } },
    { runIds: ["r1"], action: { type: "addTags" } },
    { runIds: ["r1"], action: { type: "archive", extra: 1 } },
    { filter: "", action: { type: "delete" } },
    { filter: "nonsense", expectedCount: 0, action: { type: "delete" } },
    { steps: "all" },
    [],
    null,
  ])("refuses %o", async (body) => {
    const call = await served();
    expect((await bulk(call, body)).status).toBe(400);
    expect(await listed(call, {})).toHaveLength(5);
  });
});

describe("projects", () => {
  it("have notes, and go to the trash as a whole when their size is known", async () => {
    const call = await served();
    const { json } = await call<{ notesRevision: string }>("/projects/p");
    expect(json).toEqual({ project: "p", notesRevision: expect.any(String) });
    expect(
      (await call("/projects/p", jsonRequest("PATCH", { notes: "# p", ...{ notesRevision: json.notesRevision } })))
        .status,
    ).toBe(200);
    expect(
      await call("/projects/p", jsonRequest("PATCH", { notes: "other", notesRevision: json.notesRevision })),
    ).toMatchObject({ status: 412, json: { current: { notes: "# p" } } });
    expect(await call("/projects/nothing")).toMatchObject({ status: 404, json: { code: "project/not-found" } });
    expect((await call("/projects/p", { method: "DELETE" })).status).toBe(400);
    expect((await call("/projects/p?expectedCount=3", { method: "DELETE" })).status).toBe(409);
    expect(await call("/projects/p?expectedCount=4", { method: "DELETE" })).toMatchObject({
      status: 200,
      json: { changedCount: 4 },
    });
    expect(await listed(call, {})).toEqual(["r5"]);
    expect((await call("/projects/p")).json).toMatchObject({ notes: "# p" });
  });

  it("may have any name", async () => {
    const call = await served();
    const project = "a/../b%2F<b>?#";
    await call("/runs", jsonRequest("POST", { runId: "odd", project, config: { x: 1 } }));
    expect((await call<ColumnList>(`/projects/${encodeURIComponent(project)}/columns`)).json.total).toBe(1);
    expect(
      (await call(`/projects/${encodeURIComponent(project)}`, jsonRequest("PATCH", { notes: "n" }))).json,
    ).toMatchObject({ project, notes: "n" });
  });
});

describe("live updates", () => {
  it("carry what is edited in bulk", async () => {
    const server = await startTestServer();
    await server.ready;
    const send = (path: string, body: unknown): Promise<Response> =>
      fetch(`${server.url}/api/v1${path}`, jsonRequest("POST", body));
    await send("/runs", { runId: "r1", project: "p" });
    const stream = (await fetch(`${server.url}/api/v1/events?project=p`)).body!.getReader();
    await stream.read();
    await send("/runs/bulk", { runIds: ["r1"], action: { type: "addTags", tags: ["seen-live"] } });
    let live = "";
    while (!live.includes("seen-live")) live += new TextDecoder().decode((await stream.read()).value);
    expect(live).toContain("event: run");
    await stream.cancel();
  });
});
