import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { chooseEncoding } from "./compress-answers.ts";
import { jsonRequest, testApp } from "./test-app.ts";
import { startTestServer } from "./test-server.ts";

describe("chooseEncoding", () => {
  it.each([
    ["gzip, deflate, br, zstd", "zstd"],
    ["gzip;q=1.0, identity;q=0.5", "gzip"],
    ["zstd;q=0, GZIP", "gzip"],
    ["gzip;q=0", undefined],
    ["identity", undefined],
    ["", undefined],
    [undefined, undefined],
    ["*", "gzip"],
  ] as const)("%s: %s", (header, expected) => expect(chooseEncoding(header)).toBe(expected));
});

/** An application with enough runs for a list that is worth packing. */
async function appWithRuns() {
  const { app } = testApp();
  for (let i = 0; i < 30; i++)
    await app.request("/api/v1/runs", jsonRequest("POST", { runId: `run-${i}`, project: "p" }));
  return app;
}

describe("a large JSON answer", () => {
  it("goes out in what the client takes, and means the same", async () => {
    const app = await appWithRuns();
    const ask = (encoding: string): Promise<Response> =>
      Promise.resolve(app.request("/api/v1/runs", { headers: { "accept-encoding": encoding } }));
    const plain = await ask("identity");
    const text = await plain.text();
    expect([plain.headers.get("content-encoding"), plain.headers.get("vary")]).toEqual([
      null,
      "Origin, Accept-Encoding",
    ]);
    const zipped = await ask("gzip");
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(text);
    const packed = await ask("zstd, gzip");
    expect(packed.headers.get("content-encoding")).toBe("zstd");
    expect(packed.headers.get("x-content-type-options")).toBe("nosniff");
    expect(zstdDecompressSync(await packed.arrayBuffer()).toString()).toBe(text);
  });

  it("is left as it is when it is small, a stream, or for a client on this machine", async () => {
    const headers = { "accept-encoding": "gzip" };
    const app = await appWithRuns();
    expect((await app.request("/api/v1/version", { headers })).headers.get("content-encoding")).toBeNull();
    const stream = await app.request("/api/v1/events", { headers });
    expect(stream.headers.get("content-encoding")).toBeNull();
    await stream.body?.cancel();
    const server = await startTestServer();
    await server.ready;
    const document = `${server.url}/api/v1/openapi.json`;
    expect((await fetch(document, { headers })).headers.get("content-encoding")).toBeNull();
    const forwarded = await fetch(document, { headers: { ...headers, "x-forwarded-for": "192.0.2.7" } });
    expect(forwarded.headers.get("content-encoding")).toBe("gzip");
    expect(await forwarded.json()).toHaveProperty("openapi");
  });
});
