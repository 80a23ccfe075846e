import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { API_ROUTES } from "../app.ts";
import { concretePath, jsonRequest, testApp } from "../test-app.ts";
import { Callers } from "./caller.ts";
import { hostCheck, requireTokenWhenPublic } from "./hosts.ts";
import { judgeOrigin } from "./origins.ts";
import { sameSecret, sessionOf } from "./token.ts";

const TOKEN = "correct horse";
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

describe("hostCheck", () => {
  it.each([
    "localhost",
    "localhost:5000",
    "127.0.0.1:5000",
    "127.9.9.9",
    "[::1]:5000",
    "LOCALHOST",
    "localhost.",
    "a.localhost:1",
  ])("takes %s on a loopback server", (host) => expect(hostCheck("127.0.0.1")(host)).toBe(true));

  it.each([
    "evil.com",
    "evil.com:5000",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "10.0.0.1",
    "",
    "a b",
    "localhost@evil.com",
    "evil.com#localhost",
    "127.evil.com",
  ])("refuses %s on a loopback server", (host) => expect(hostCheck("127.0.0.1")(host)).toBe(false));

  it("takes addresses in digits on a network server, because they cannot be rebound, and names only when allowed", () => {
    const check = hostCheck("0.0.0.0", ["Train.Example.com"]);
    expect(["192.168.1.5:5000", "[fe80::1]", "train.example.com:443"].map(check)).toEqual([true, true, true]);
    expect(check("other.example.com")).toBe(false);
    expect(hostCheck("0.0.0.0", ["*"])("other.example.com")).toBe(true);
  });
});

describe("requireTokenWhenPublic", () => {
  it.each(["0.0.0.0", "::", "192.168.1.5", "train.example.com"])("refuses %s without a token", (host) => {
    expect(() => requireTokenWhenPublic(host, false)).toThrow(/TRAINLOG_TOKEN/);
    expect(() => requireTokenWhenPublic(host, true)).not.toThrow();
  });

  it.each(["127.0.0.1", "localhost", "::1"])("needs none on %s", (host) => {
    expect(() => requireTokenWhenPublic(host, false)).not.toThrow();
  });
});

describe("judgeOrigin", () => {
  it("takes the same host and port under either scheme, and nothing that only looks like it", () => {
    const judge = (origin: string | undefined): string =>
      judgeOrigin(origin, "train.local:5000", ["http://page.local"]);
    expect(judge(undefined)).toBe("none");
    expect(judge("http://train.local:5000")).toBe("same");
    expect(judge("https://train.local:5000")).toBe("same");
    expect(judge("http://page.local")).toBe("allowed");
    for (const origin of [
      "null",
      "",
      "http://train.local:5001",
      "http://train.local",
      "http://train.local:5000.evil.com",
      "file://train.local:5000",
    ]) {
      expect(judge(origin), origin).toBe("foreign");
    }
  });
});

describe("secrets", () => {
  it("are equal only to themselves, whatever their lengths", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameSecret(a, b) === (a === b)));
  });

  it("open by bearer token or by the session made from it", () => {
    const callers = new Callers({ token: TOKEN });
    const isAuthorized = (authorization?: string, cookie?: string): boolean => {
      const headers = { ...(authorization && { authorization }), ...(cookie && { cookie }) };
      return callers.callerOf(new Request("http://localhost/", { headers }))?.scope === "admin";
    };
    expect(isAuthorized(`Bearer ${TOKEN}`, undefined)).toBe(true);
    expect(isAuthorized(`bearer  ${TOKEN} `, undefined)).toBe(true);
    expect(isAuthorized(undefined, `a=b; trainlog_session=${sessionOf(TOKEN)}`)).toBe(true);
    for (const wrong of ["Bearer", "Bearer ", "Bearer wrong", `Basic ${TOKEN}`, TOKEN]) {
      expect(isAuthorized(wrong, undefined), wrong).toBe(false);
    }
    expect(isAuthorized(undefined, `trainlog_session=${TOKEN}`)).toBe(false);
    // A wrong token is wrong, even beside a session that is right.
    expect(isAuthorized("Bearer wrong", `trainlog_session=${sessionOf(TOKEN)}`)).toBe(false);
  });
});

describe("a server with a token", () => {
  const open = "/health";

  it.each(API_ROUTES.filter(({ path }) => path !== open).map(({ method, path }) => [method, path] as const))(
    "answers 401 to %s %s without it, before anything else is looked at",
    async (method, path) => {
      const { app } = testApp({ token: TOKEN });
      for (const init of [
        { method },
        { method, ...bearer("wrong") },
        { method, headers: { "content-type": "text/html" } },
      ]) {
        const answer = await app.request(concretePath(path), init);
        expect(answer.status).toBe(401);
        expect(answer.headers.get("www-authenticate")).toContain("Bearer");
        expect(await answer.json()).toMatchObject({ code: "server/no-token" });
      }
    },
  );

  it("answers 401 at addresses that do not exist, the document and the assets too", async () => {
    const { app } = testApp({ token: TOKEN });
    for (const path of [
      "/api/v1/nothing",
      "/api/v1/openapi.json",
      "/assets/index.js",
      "/API/V1/runs",
      "//api/v1/runs",
    ]) {
      expect((await app.request(path)).status, path).toBe(401);
    }
  });

  it("answers health to everybody, and the rest to the token", async () => {
    const { app } = testApp({ token: TOKEN });
    expect((await app.request("/api/v1/health")).status).toBe(200);
    expect((await app.request("/api/v1/runs", bearer(TOKEN))).status).toBe(200);
  });

  it("shows a browser the sign-in page, and exchanges the token for a cookie that is not the token", async () => {
    const { app } = testApp({ token: TOKEN });
    const page = await app.request("/", { headers: { accept: "text/html" } });
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('action="/sign-in"')]);
    const form = (token: string): RequestInit => ({ method: "POST", body: new URLSearchParams({ token }) });
    expect((await app.request("/sign-in", form("wrong"))).status).toBe(401);
    const signedIn = await app.request("/sign-in", form(TOKEN));
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/"]);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const session = cookie.split(";", 1)[0]!;
    expect((await app.request("/api/v1/runs", { headers: { cookie: session } })).status).toBe(200);
  });
});

describe("requests of foreign pages", () => {
  const changing = API_ROUTES.filter(({ method }) => method !== "GET").map(
    ({ method, path }) => [method, path] as const,
  );

  it.each(changing)("%s %s is refused", async (method, path) => {
    const { app } = testApp();
    for (const origin of ["https://evil.com", "null", "http://localhost:1"]) {
      const answer = await app.request(concretePath(path), { method, headers: { origin } });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, "server/foreign-origin"]);
    }
  });

  it("cannot read either: no CORS header is sent, and a preflight says nothing", async () => {
    const { app } = testApp();
    const answer = await app.request("/api/v1/runs", { headers: { origin: "https://evil.com" } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    const preflight = await app.request("/api/v1/runs", { method: "OPTIONS", headers: { origin: "https://evil.com" } });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("are let in when their origin was allowed by name", async () => {
    const { app } = testApp({ allowedOrigins: ["http://page.local"], token: TOKEN });
    const headers = { origin: "http://page.local" };
    const preflight = await app.request("/api/v1/runs", { method: "OPTIONS", headers });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "http://page.local",
    ]);
    expect((await app.request("/api/v1/runs", { headers })).status).toBe(401);
    const answer = await app.request("/api/v1/runs", { headers: { ...headers, authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "http://page.local"]);
  });

  it("are refused when they come under a foreign name (DNS rebinding), on every route", async () => {
    const { app } = testApp();
    for (const { method, path } of API_ROUTES) {
      const answer = await app.request(concretePath(path), { method, headers: { host: "evil.com" } });
      expect([answer.status, ((await answer.json()) as { code: string }).code], path).toEqual([
        403,
        "server/wrong-host",
      ]);
    }
    expect((await app.request("/", { headers: { host: "evil.com" } })).status).toBe(403);
  });

  it("of this server's own pages may change things", async () => {
    const { app } = testApp();
    const init = jsonRequest("POST", { project: "p" });
    const own = { ...init, headers: { ...init.headers, host: "localhost:5000", origin: "http://localhost:5000" } };
    expect((await app.request("/api/v1/runs", own)).status).toBe(200);
  });
});

it("every answer carries the security headers, errors too", async () => {
  const { app } = testApp();
  for (const path of ["/api/v1/health", "/api/v1/runs/none", "/api/v1/nothing", "/", "/nothing"]) {
    const { headers } = await app.request(path);
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("content-security-policy"), path).toMatch(/default-src '(none|self)'/);
    expect(headers.get("x-frame-options"), path).toBe("DENY");
    expect(headers.get("content-security-policy"), path).not.toMatch(/script-src[^;]*unsafe/);
  }
});
