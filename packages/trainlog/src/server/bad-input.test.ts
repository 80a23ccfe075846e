/** @file Every route of the table with everything that it should not get, on a real socket over a real store. */
import { readdirSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH_TYPE } from "../api/index.ts";
import { isPlainObject, type JsonObject } from "../run/json.ts";
import { API_ROUTES } from "./app.ts";
import type { RunningServer } from "./listen.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route } from "./routes/route.ts";
import { concretePath } from "./test-app.ts";
import { post, startTestServer, testDir } from "./test-server.ts";

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

/** What came back. */
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends a request as it is written: `fetch` would tidy the path. */
function send(
  server: RunningServer,
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const request = httpRequest(
      { port: server.port, host: "127.0.0.1", agent, method, path, headers: { ...length, ...headers } },
      (answer) => {
        const type = answer.headers["content-type"] ?? "";
        const end = (text: string): void => resolve({ status: answer.statusCode ?? 0, type, text });
        // A stream of events goes on for ever: its head is all that counts.
        if (type === "text/event-stream") {
          request.destroy();
          return end("");
        }
        let text = "";
        answer.on("data", (data) => {
          text += String(data);
        });
        answer.on("end", () => end(text));
        answer.on("error", reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** A server with one run, and the faults that it took for its own. */
async function started(): Promise<{ server: RunningServer; faults: string[] }> {
  const faults: string[] = [];
  const server = await startTestServer({ onProblem: (message) => faults.push(message) });
  await server.ready;
  expect((await post(server.url, "run-1", 0)).status).toBe(200);
  return { server, faults };
}

/** An error of the client's: said in words, in the shape of all errors, and never in a page that a browser would run. */
function expectRefused(answer: Answer, given: string): void {
  expect(answer.status, `${given}: ${answer.text}`).toBeGreaterThanOrEqual(400);
  expectNoFault(answer, given);
}

/** Whatever it is, it is no fault of the server, and an error has its shape. */
function expectNoFault(answer: Answer, given: string): void {
  expect(answer.status, `${given}: ${answer.text}`).toBeLessThan(500);
  expect(answer.type, given).not.toContain("html");
  if (answer.status < 400) return;
  expect(answer.type, given).toBe("application/problem+json");
  expect(JSON.parse(answer.text), given).toMatchObject({
    status: answer.status,
    code: expect.stringMatching(/^[a-z-]+\/[a-z-]+$/),
    detail: expect.stringMatching(/.{10}/),
  });
}

/** What the server holds: unchanged by everything that was refused. */
async function expectUntouched(server: RunningServer, faults: readonly string[]): Promise<void> {
  expect(faults).toEqual([]);
  expect((await send(server, "GET", "/api/v1/health")).status).toBe(200);
  const run = JSON.parse((await send(server, "GET", "/api/v1/runs/run-1")).text);
  expect(run).toMatchObject({ runId: "run-1", name: "run-1", project: "p", tags: [], archived: false, rowCount: 1 });
  expect(readdirSync(join(testDir(), "runs"))).toEqual(["run-1"]);
}

const named = (routes: readonly Route[]): (readonly [string, string, Route])[] =>
  routes.map((entry) => [entry.method, entry.path, entry]);

/** Ways to leave a folder, to end a text early, to look like another id, and to be a script. */
const ODD_SEGMENTS = [
  "..",
  "%2e%2e",
  "..%2f..%2f..%2fetc%2fpasswd",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "..%5c..%5cetc%5cpasswd",
  "..\\..\\etc",
  "%00",
  "run-1%00.json",
  "%c0%ae%c0%ae%c0%af",
  "%ff%fe",
  "%",
  "%zz",
  "run-1%0d%0aX-Evil:%201",
  "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
  "%F0%9F%98%80",
  "__proto__",
  "constructor",
  "~",
  "%252e%252e%252f",
  "a".repeat(5000),
];

describe("odd names in the address", () => {
  it.each(named(API_ROUTES.filter(({ path }) => path.includes(":"))))("%s %s", async (method, path) => {
    const { server, faults } = await started();
    const parameters = [...path.matchAll(/:\w+(?:\{[^}]*\})?/g)].map(([parameter]) => parameter);
    for (const parameter of parameters) {
      for (const odd of ODD_SEGMENTS) {
        const target = concretePath(path.replace(parameter, () => odd));
        expectNoFault(await send(server, method, target), `${method} ${target.slice(0, 100)}`);
      }
    }
    await expectUntouched(server, faults);
  });
});

/** Bodies that no route takes. */
const BAD_JSON: readonly (readonly [string, string | Uint8Array])[] = [
  ["nothing", ""],
  ["half an object", '{"project": "p"'],
  ["two values", "{} {}"],
  ["no object", "[]"],
  ["null", "null"],
  ["a number", "1e999"],
  ["a text", '"x"'],
  ["not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
  ["deep arrays", "[".repeat(100_000)],
  ["deep objects", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
  ["a field that there is not", '{"noSuchField": 1}'],
  ["too much", `{"x": "${"a".repeat(5_000_000)}"}`],
];

describe("bodies that are no JSON of the route", () => {
  const routes = API_ROUTES.filter(
    ({ method, body, media }) => method !== "GET" && (body ?? media?.body) !== undefined,
  );
  it.each(named(routes.filter(({ path }) => !path.startsWith("/blobs"))))("%s %s", async (method, path) => {
    const { server, faults } = await started();
    const target = concretePath(path);
    const json = { "content-type": "application/json" };
    for (const [what, body] of BAD_JSON) expectRefused(await send(server, method, target, body, json), what);
    const bomb = gzipSync(new Uint8Array(100_000_000).fill(0x20));
    const bombed = await send(server, method, target, bomb, { ...json, "content-encoding": "gzip" });
    expect(bombed.status, bombed.text).toBe(413);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]) {
      const headers = type === "" ? {} : { "content-type": type };
      expect((await send(server, method, target, "{}", headers)).status, type).toBe(415);
    }
    await expectUntouched(server, faults);
  });
});

/** Values of the wrong kind. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  "",
  "x",
  "\u0000",
  "\ud800",
  [],
  [[]],
  {},
  { $float: "NaN" },
  { $float: {} },
  ["x", 1, null],
  { __proto__: { polluted: true }, constructor: 1 },
];

describe("fields of the wrong kind", () => {
  const document = openApiDocument(API_ROUTES, "0");
  it.each(named(API_ROUTES.filter(({ body }) => body !== undefined)))("%s %s", async (method, path) => {
    const { server, faults } = await started();
    // A run that is not there: what happens to be right changes nothing that matters.
    const target = concretePath(path).replace("run-1", "run-2");
    const fields = fieldsOf(document, method, path);
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      for (const value of ODD_VALUES) {
        const body = JSON.stringify({ [field]: value });
        const answer = await send(server, method, target, body, { "content-type": "application/json" });
        expectNoFault(answer, `${field} = ${JSON.stringify(value)}`);
      }
    }
    expect(faults).toEqual([]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

/** Top-level fields of the body of a route, as the document says them. */
function fieldsOf(document: JsonObject, method: string, path: string): string[] {
  const at = (value: unknown, ...keys: string[]): unknown =>
    keys.reduce<unknown>((inner, key) => (isPlainObject(inner) ? inner[key] : undefined), value);
  const place = `/api/v1${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`;
  const schema = at(
    document["paths"],
    place,
    method.toLowerCase(),
    "requestBody",
    "content",
    "application/json",
    "schema",
  );
  const variants = at(schema, "anyOf") ?? at(schema, "oneOf");
  const schemas: unknown[] = Array.isArray(variants) ? variants : [schema];
  return schemas.flatMap((variant) => Object.keys((at(variant, "properties") as object | undefined) ?? {}));
}

const ODD_QUERIES = [
  "",
  "NaN",
  "-1",
  "1e999",
  "99999999999999999999999",
  "0x10",
  "%00",
  "%ff",
  "%ED%A0%80",
  "%",
  "[object Object]".replaceAll(" ", "+"),
  "'%3B+DROP+TABLE+runs%3B+--",
  "%22+OR+1=1",
  "..%2f..%2f",
  "*",
  "((((((((((",
  "a".repeat(3000),
];

describe("odd parameters", () => {
  it.each(named(API_ROUTES.filter(({ method }) => method === "GET")))("%s %s", async (method, path, entry) => {
    const { server, faults } = await started();
    const target = concretePath(path);
    const document = openApiDocument([entry], "0");
    const names = [...JSON.stringify(document).matchAll(/"name":"(\w+)","in":"query"/g)].map(([, name = ""]) => name);
    expectRefused(await send(server, method, `${target}?noSuchParameter=1`), "a parameter that there is not");
    for (const name of names) {
      for (const odd of ODD_QUERIES) {
        expectNoFault(await send(server, method, `${target}?${name}=${odd}`), `${name}=${odd.slice(0, 40)}`);
      }
      expectNoFault(await send(server, method, `${target}?${name}=a&${name}=b`), `${name} twice`);
    }
    await expectUntouched(server, faults);
  });

  it("of more than what a head may have are refused, and the next request is answered", async () => {
    const { server, faults } = await started();
    const answer = await send(server, "GET", `/api/v1/runs?q=${"a".repeat(200_000)}`).catch((error: unknown) => error);
    // The server closes at once: what is still being sent may be met by a reset before the answer is read.
    expect(answer).toEqual(expect.objectContaining(answer instanceof Error ? { code: "ECONNRESET" } : { status: 431 }));
    await expectUntouched(server, faults);
  });
});

describe("requests that are no requests", () => {
  it.each([
    "GET",
    "\u0000\u0000\u0000",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /api/v1/runs HTTP/1.1\r\n\r\n",
    "POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\n",
    "POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "GET /api/v1/runs HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "TRACE /api/v1/runs HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n",
  ])("%j harm nobody", async (text) => {
    const { server, faults } = await started();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1");
      let got = "";
      socket.on("data", (data) => {
        got += String(data);
        socket.end();
      });
      socket.on("close", () => resolve(got));
      socket.on("error", reject);
      socket.write(text);
      setTimeout(() => socket.destroy(), 200).unref();
    });
    expect(answer).not.toMatch(/^HTTP\/1\.1 [25]/);
    await expectUntouched(server, faults);
  });

  it("a connection that breaks in the middle of a batch leaves nothing of it", async () => {
    const { server, faults } = await started();
    for (let i = 0; i < 20; i++) {
      const socket = connect(server.port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      const head = `POST /api/v1/runs/run-1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${BATCH_TYPE}\r\n`;
      await new Promise((resolve) => socket.write(`${head}content-length: 1000\r\n\r\nTL\u0001`, resolve));
      socket.destroy();
    }
    expect((await post(server.url, "run-1", 0)).status).toBe(200);
    await expectUntouched(server, faults);
  });
});
