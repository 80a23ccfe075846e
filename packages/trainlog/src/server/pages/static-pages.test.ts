import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testApp } from "../test-app.ts";

let root = "";
let dir = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trainlog-pages-"));
  dir = join(root, "dashboard");
  mkdirSync(join(dir, "assets"), { recursive: true });
  writeFileSync(join(root, "canary"), "secret");
  writeFileSync(join(dir, "index.html"), "<!doctype html><title>dashboard</title>");
  writeFileSync(join(dir, "assets", "app-abc123.js"), "console.log(1);".repeat(100));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe("the dashboard", () => {
  it.each(["/", "/runs/abc", "/projects/a%2Fb", "/runs/x/y?zoom=1", "/compare?runs=a,b", "/trash"])(
    "is drawn at %s, under a policy without inline script",
    async (path) => {
      const answer = await testApp({ dashboardDir: dir }).app.request(path);
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("dashboard")]);
      expect(answer.headers.get("cache-control")).toBe("no-cache");
      expect(answer.headers.get("content-security-policy")).toContain("script-src 'self';");
    },
  );

  it("sends hashed assets compressed and to be kept for ever", async () => {
    const { app } = testApp({ dashboardDir: dir });
    const answer = await app.request("/assets/app-abc123.js", { headers: { "accept-encoding": "br, gzip" } });
    expect(answer.headers.get("cache-control")).toContain("immutable");
    expect(answer.headers.get("content-type")).toContain("text/javascript");
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await answer.arrayBuffer()).toString()).toBe("console.log(1);".repeat(100));
    const plain = await app.request("/assets/app-abc123.js");
    expect([plain.headers.get("content-encoding"), await plain.text()]).toEqual([null, "console.log(1);".repeat(100)]);
    const etag = plain.headers.get("etag")!;
    expect((await app.request("/assets/app-abc123.js", { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  it.each([
    "/../canary",
    "/%2e%2e/canary",
    "/..%2fcanary",
    "/%252e%252e%252fcanary",
    "/assets/../../canary",
    "/assets/..%5c..%5ccanary",
    "//canary",
    "/assets//../canary",
    "/canary",
    "/link",
    "/assets/app-abc123.js%00",
    "/assets",
    "/nothing",
  ])("has nothing at %s", async (path) => {
    symlinkSync(join(root, "canary"), join(dir, "link"));
    const answer = await testApp({ dashboardDir: dir }).app.request(path);
    expect([answer.status, await answer.text()]).toEqual([404, expect.not.stringContaining("secret")]);
  });

  it("that is not built yet says what to run", async () => {
    const answer = await testApp({ dashboardDir: join(root, "nowhere") }).app.request("/");
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("npm run build")]);
  });
});
