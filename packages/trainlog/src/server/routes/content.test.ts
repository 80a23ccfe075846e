import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type {
  AlertList,
  ArtifactVersionDetail,
  ArtifactVersionList,
  ConsoleAnswer,
  TailAnswer,
} from "../../api/index.ts";
import type { ArtifactEvent, RunEvent } from "../../run/event.ts";
import { startTestServer } from "../test-server.ts";

const BASE_MS = 1_790_000_000_000;

/** A server with a real store, and what a client does with it. */
async function client() {
  const server = await startTestServer();
  await server.ready;
  const api = `${server.url}/api/v1`;
  let seq = 0;
  return {
    api,
    /** Sends events of a run as one batch. */
    async send(runId: string, events: readonly object[], project = "p"): Promise<void> {
      const start = { type: "start", runId, project, wallMs: BASE_MS };
      const body = JSON.stringify({ writerId: "test", seq: seq++, events: [start, ...events] });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${api}/runs/${runId}/batches`, { method: "POST", headers, body });
      expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
    },
    /** A JSON answer. */
    async get<T>(path: string): Promise<T> {
      const answer = await fetch(`${api}${path}`);
      const json: unknown = await answer.json();
      expect([answer.status, answer.status === 200 ? 0 : json]).toEqual([200, 0]);
      // The test says what it expects.
      return json as T;
    },
    async problem(path: string): Promise<[number, string]> {
      const answer = await fetch(`${api}${path}`);
      const { code } = (await answer.json()) as { code: string };
      return [answer.status, code];
    },
    /** Stores bytes and gives their hash. */
    async upload(text: string): Promise<string> {
      const sha256 = createHash("sha256").update(text).digest("hex");
      expect((await fetch(`${api}/blobs/${sha256}`, { method: "PUT", body: text })).ok).toBe(true);
      return sha256;
    },
  };
}

function consoleEvent(texts: readonly string[]): RunEvent {
  const lines = texts.map((text, line) => ({ line, stream: "stdout" as const, text, wallMs: BASE_MS + line }));
  return { type: "console", lines };
}

function artifact(content: string, more: Partial<ArtifactEvent> = {}): ArtifactEvent {
  const digest = createHash("sha256").update(content).digest("hex");
  const base = { type: "artifact", direction: "produced", name: "model", kind: "model", files: [] } as const;
  return { ...base, wallMs: BASE_MS, digest, ...more };
}

describe("the console", () => {
  it("is searched by a part of what it shows, by pattern, in pages", async () => {
    const { send, get, problem } = await client();
    const texts = Array.from({ length: 25_000 }, (_, i) => `epoch ${i} loss: ${i % 100 === 7 ? "NaN" : i}`);
    await send("r", [consoleEvent([...texts, "\u001b[31mout of \u001b[1mMEMORY\u001b[0m"])]);
    const search = (text: string, more = ""): Promise<ConsoleAnswer> =>
      get(`/runs/r/console?search=${encodeURIComponent(text)}${more}`);
    const found = await search("of memory");
    expect(found.lines.map(({ line }) => line)).toEqual([25_000]);
    expect([found.totalLines, found.nextFrom]).toEqual([25_001, undefined]);
    const first = await search("loss: nan", "&limit=200");
    expect([first.lines.length, first.lines[0]?.line, first.nextFrom]).toEqual([200, 7, 19_908]);
    const rest = await search("loss: nan", `&limit=200&from=${first.nextFrom}`);
    expect([rest.lines.length, rest.nextFrom]).toEqual([50, undefined]);
    expect((await search("/^epoch 12\\d loss/")).lines).toHaveLength(10);
    expect((await search("/EPOCH 12\\d LOSS/i")).lines).toHaveLength(10);
    expect((await search("/nowhere")).lines).toEqual([]);
    expect(await problem("/runs/r/console?search=%2F(%2F")).toEqual([400, "query/bad-pattern"]);
    expect(await problem("/runs/r/console?search=")).toEqual([400, "api/bad-query"]);
    expect(await problem("/runs/r/console?search=a&last=5")).toEqual([400, "api/bad-query"]);
  });

  it("gives an answer for a pattern that would hold another engine for years", async () => {
    const { send, get } = await client();
    await send("r", [consoleEvent(["a".repeat(50_000)])]);
    const { lines } = await get<ConsoleAnswer>(`/runs/r/console?search=${encodeURIComponent("/^(a+)+$b/")}`);
    expect(lines).toEqual([]);
  });
});

describe("artifacts of a project", () => {
  it("have a version per content, with aliases, makers and users", async () => {
    const { send, get, problem } = await client();
    await send("a", [artifact("one", { aliases: ["best"] }), artifact("two", { wallMs: BASE_MS + 1, version: "2.0" })]);
    await send("b", [artifact("one", { direction: "used", wallMs: BASE_MS + 2 })]);
    await send("c", [artifact("one", { wallMs: BASE_MS + 3, description: "again" })]);
    await send("d", [artifact("other", {})], "another project");
    expect(await get("/projects/p/artifacts")).toEqual({
      artifacts: [{ name: "model", kind: "model", versionCount: 2, runCount: 3, lastMs: BASE_MS + 3 }],
    });
    const { versions } = await get<ArtifactVersionList>("/projects/p/artifacts/model");
    expect(
      versions.map(({ version, label, aliases, producedBy, usedBy }) => [version, label, aliases, producedBy, usedBy]),
    ).toEqual([
      ["v0", undefined, ["latest", "best"], ["a", "c"], ["b"]],
      ["v1", "2.0", [], ["a"], []],
    ]);
    for (const wanted of ["v1", "2.0", versions[1]!.digest]) {
      expect((await get<ArtifactVersionDetail>(`/projects/p/artifacts/model/${wanted}`)).version).toBe("v1");
    }
    expect((await get<ArtifactVersionDetail>("/projects/p/artifacts/model/latest")).description).toBe("again");
    expect(await problem("/projects/p/artifacts/model/v9")).toEqual([404, "artifact/no-version"]);
    expect(await problem("/projects/p/artifacts/none")).toEqual([404, "artifact/unknown"]);
    expect(await problem("/projects/none/artifacts/model")).toEqual([404, "artifact/unknown"]);
  });

  it("give their files by path, whatever the path and the name are", async () => {
    const { api, send, upload, problem } = await client();
    const sha256 = await upload("<script>alert(1)</script>");
    const files = [
      { path: "weights/ä b.html", sizeBytes: 25, sha256 },
      { path: "../../etc/passwd", sizeBytes: 25, sha256 },
      { path: "elsewhere.bin", sizeBytes: 9, uri: "s3://bucket/elsewhere.bin" },
    ];
    await send("a", [artifact("x", { name: "team/model:1", files })]);
    const name = encodeURIComponent("team/model:1");
    for (const base of [`${api}/runs/a/artifacts/${name}`, `${api}/projects/p/artifacts/${name}/latest`]) {
      const whole = await fetch(`${base}/files/weights/${encodeURIComponent("ä b.html")}`);
      expect([whole.status, await whole.text()]).toEqual([200, "<script>alert(1)</script>"]);
      expect(whole.headers.get("content-type")).toBe("application/octet-stream");
      expect(whole.headers.get("content-security-policy")).toContain("sandbox");
      expect(whole.headers.get("content-disposition")).toBe(
        "attachment; filename=\"_ b.html\"; filename*=UTF-8''%C3%A4%20b.html",
      );
      const part = await fetch(whole.url, { headers: { range: "bytes=1-6" } });
      expect([part.status, await part.text()]).toEqual([206, "script"]);
      const etag = whole.headers.get("etag")!;
      expect((await fetch(whole.url, { headers: { "if-none-match": etag } })).status).toBe(304);
    }
    // A path is looked up in the artifact's list of files, never on the disk.
    expect(await problem(`/runs/a/artifacts/${name}/files/..%2F..%2Fetc%2Fshadow`)).toEqual([404, "artifact/no-file"]);
    expect(await problem(`/runs/a/artifacts/${name}/files/elsewhere.bin`)).toEqual([404, "artifact/elsewhere"]);
    expect(await problem("/runs/a/artifacts/none/files/x")).toEqual([404, "artifact/unknown"]);
  });
});

describe("what is newest", () => {
  it("comes in one answer: facts, last points, last lines", async () => {
    const { send, get } = await client();
    const steps = Array.from({ length: 50 }, (_, i) => i);
    const columns = [{ kind: "number", key: "loss", values: steps.map((step) => (step === 49 ? "NaN" : step)) }];
    const rows = { steps, wallMs: steps.map((step) => BASE_MS + step), columns };
    await send("r", [{ type: "rows", rows }, consoleEvent(["one", "two", "three"])]);
    const tail = await get<TailAnswer>("/runs/r/tail?key=loss&key=none&points=3&lines=2");
    expect(tail.run).toMatchObject({ runId: "r", lastStep: 49 });
    expect(tail.metrics.map(({ key, values, totalPoints }) => [key, values, totalPoints])).toEqual([
      ["loss", [47, 48, "NaN"], 50],
      ["none", [], 0],
    ]);
    expect([tail.console.lines.map(({ text }) => text), tail.console.totalLines]).toEqual([["two", "three"], 3]);
  });

  it("are the alerts of a project or of all, in pages", async () => {
    const { send, get } = await client();
    const alert = (title: string, atMs: number, level = "warn"): object => {
      return { type: "alert", wallMs: BASE_MS + atMs, title, text: "", level };
    };
    await send("a", [alert("first", 1), alert("third", 3, "error")]);
    await send("b", [alert("second", 2)]);
    await send("c", [alert("elsewhere", 9)], "q");
    const titles = ({ alerts, nextOffset }: AlertList): unknown[] => [...alerts.map(({ title }) => title), nextOffset];
    expect(titles(await get("/projects/p/alerts?limit=2"))).toEqual(["third", "second", 2]);
    expect(titles(await get("/projects/p/alerts?limit=2&offset=2"))).toEqual(["first", undefined]);
    expect(titles(await get("/alerts?level=error"))).toEqual(["third", undefined]);
    const { alerts } = await get<AlertList>("/alerts?limit=1");
    expect(alerts[0]).toMatchObject({ runId: "c", project: "q", name: "c", title: "elsewhere", level: "warn" });
  });
});

describe("a series over another metric", () => {
  it("joins the values of each row", async () => {
    const { send, get, problem } = await client();
    const rows = {
      steps: [0, 1, 2, 3],
      wallMs: [1, 2, 3, 4].map((ms) => BASE_MS + ms),
      columns: [
        { kind: "number", key: "epoch", values: [2, 1, 3], rowIndex: [0, 1, 3] },
        { kind: "number", key: "loss", values: [0.2, 0.1, 9, 0.3] },
      ],
    };
    await send("r", [{ type: "rows", rows }]);
    expect(await get("/runs/r/series?key=loss&x=metric:epoch")).toEqual({
      x: "metric:epoch",
      series: [
        { form: "exact", runId: "r", key: "loss", totalPoints: 3, nextIndex: 4, x: [1, 2, 3], values: [0.1, 0.2, 0.3] },
      ],
    });
    expect(await get("/runs/r/series?key=loss&x=metric:none")).toMatchObject({ series: [{ totalPoints: 0, x: [] }] });
    expect(await problem("/runs/r/series?key=loss&x=metric:")).toEqual([400, "api/bad-query"]);
  });
});
