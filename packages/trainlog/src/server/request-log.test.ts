import { describe, expect, it } from "vitest";
import { type RequestEntry, requestLine } from "./request-log.ts";
import { startTestServer } from "./test-server.ts";

describe("the log of requests", () => {
  it("has every request with the id that its answer carries, and nothing secret", async () => {
    const entries: RequestEntry[] = [];
    const token = "a secret of the server";
    const server = await startTestServer({ token, onRequest: (entry) => entries.push(entry) });
    await server.ready;
    const headers = { authorization: `Bearer ${token}` };
    const ask = (path: string, more: Record<string, string> = {}): Promise<Response> =>
      fetch(server.url + path, { headers: { ...headers, ...more } });
    const made = await fetch(`${server.url}/api/v1/tokens`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ name: "laptop", scope: "read" }),
    });
    const { token: readToken } = (await made.json()) as { token: string };
    const named = await ask("/api/v1/runs?q=private", { authorization: `Bearer ${readToken}` });
    await ask("/api/v1/health");
    const given = await ask("/api/v1/runs/none", { "x-request-id": "from-the-proxy:7" });
    const odd = await ask("/api/v1/version", { "x-request-id": 'a"b' });
    await fetch(`${server.url}/api/v1/runs`);
    expect(entries.map(({ method, path, status, token: name }) => [method, path, status, name])).toEqual([
      ["POST", "/api/v1/tokens", 200, undefined],
      ["GET", "/api/v1/runs", 200, "laptop"],
      ["GET", "/api/v1/runs/none", 404, undefined],
      ["GET", "/api/v1/version", 200, undefined],
      ["GET", "/api/v1/runs", 401, undefined],
    ]);
    expect(named.headers.get("x-request-id")).toBe(entries[1]?.requestId);
    expect(given.headers.get("x-request-id")).toBe("from-the-proxy:7");
    expect(odd.headers.get("x-request-id")).toMatch(/^[\w-]{12}$/);
    const written = entries.map((entry) => JSON.stringify(entry) + requestLine(entry)).join();
    for (const secret of [token, readToken, "private"]) expect(written).not.toContain(secret);
  });

  it("stays on one line whatever was asked for", () => {
    const entry = { requestId: "id", method: "GET", path: "/a\nb", status: 404, ms: 1.5, token: "x\ny" };
    expect(requestLine(entry)).toBe('GET /a\\nb 404 1.5 ms id "x\\ny"');
  });
});
