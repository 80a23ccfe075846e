import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CreatedToken, TokenScope } from "../../api/index.ts";
import { API_ROUTES } from "../app.ts";
import { startServer } from "../listen.ts";
import { concretePath, jsonRequest, testApp } from "../test-app.ts";
import { TokenStore } from "./token-store.ts";
import { matchesHash, newToken, parseSession, parseToken, sessionText } from "./token-text.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-tokens-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

describe("the text of a token", () => {
  it("is recognised by its hashes, and no other text is", () => {
    const { text, secretHash, sessionHash } = newToken();
    const proof = parseToken(text)!;
    expect(matchesHash(proof.secret, secretHash)).toBe(true);
    expect(matchesHash(parseSession(sessionText(proof))!.secret, sessionHash)).toBe(true);
    expect(matchesHash(proof.secret, sessionHash)).toBe(false);
    fc.assert(fc.property(fc.string(), (other) => !matchesHash(other, secretHash) && parseToken(other) === undefined));
  });
});

describe("the tokens of a store", () => {
  it("are kept as hashes, in a file that only its owner reads", async () => {
    const tokens = new TokenStore(dir);
    expect(tokens.isEmpty).toBe(true);
    const { token, info } = await tokens.create({ name: "CI", scope: "read" }, 1000);
    expect(info).toEqual({ id: info.id, name: "CI", scope: "read", createdMs: 1000 });
    const path = join(dir, "tokens.json");
    expect(readFileSync(path, "utf8")).not.toContain(token.slice(18));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(new TokenStore(dir).list()).toEqual([info]);
  });

  it("made and revoked by another process count from the next look on", async () => {
    const [server, commandLine] = [new TokenStore(dir), new TokenStore(dir)];
    expect(server.isEmpty).toBe(true);
    const { info } = await commandLine.create({ name: "a" });
    expect(server.find(info.id, 0)?.scope).toBe("write");
    await commandLine.revoke(info.id);
    expect(server.find(info.id, 0)).toBeUndefined();
    await expect(server.revoke(info.id)).rejects.toMatchObject({ code: "token/not-found", status: 404 });
  });

  it("are all there when many are made at once", async () => {
    const stores = [new TokenStore(dir), new TokenStore(dir)];
    await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.create({ name: `token ${i}` })));
    expect(new TokenStore(dir).list()).toHaveLength(20);
  });

  it("expire, and still keep the server closed", async () => {
    const tokens = new TokenStore(dir);
    const { info } = await tokens.create({ name: "short", expiresMs: 2000 }, 1000);
    expect(tokens.find(info.id, 1999)?.name).toBe("short");
    expect(tokens.find(info.id, 2000)).toBeUndefined();
    expect(tokens.isEmpty).toBe(false);
    await expect(tokens.create({ name: "past", expiresMs: 5 }, 10)).rejects.toMatchObject({ code: "token/bad-expiry" });
  });

  it("remember when they were used, also after a restart", async () => {
    const tokens = new TokenStore(dir);
    const { info } = await tokens.create({ name: "a" });
    tokens.noteUse(info.id, 5000);
    expect(tokens.list()[0]?.lastUsedMs).toBe(5000);
    tokens.close();
    expect(new TokenStore(dir).list()[0]?.lastUsedMs).toBe(5000);
  });

  it("let nobody in when their file is broken", async () => {
    await new TokenStore(dir).create({ name: "a" });
    writeFileSync(join(dir, "tokens.json"), "{");
    expect(() => new TokenStore(dir).isEmpty).toThrow(expect.objectContaining({ code: "token/bad-file" }));
    const { app } = testApp({ tokensDir: dir });
    expect((await app.request("/api/v1/runs")).status).toBe(500);
    expect((await app.request("/api/v1/health")).status).toBe(200);
  });
});

describe("a server with tokens", () => {
  const made = async (scope: TokenScope): Promise<CreatedToken> =>
    new TokenStore(dir).create({ name: `for ${scope}`, scope });

  it("asks for one from the first on, until the last is revoked", async () => {
    const { app } = testApp({ tokensDir: dir });
    const open = await app.request("/api/v1/whoami");
    expect(await open.json()).toEqual({ tokenRequired: false, scope: "admin" });
    const create = await app.request("/api/v1/tokens", jsonRequest("POST", { name: "first", scope: "admin" }));
    const { token, info } = (await create.json()) as CreatedToken;
    expect((await app.request("/api/v1/runs")).status).toBe(401);
    const who = await app.request("/api/v1/whoami", bearer(token));
    expect(await who.json()).toEqual({ tokenRequired: true, scope: "admin", name: "first" });
    const list = await app.request("/api/v1/tokens", bearer(token));
    expect(await list.json()).toEqual({ tokens: [{ ...info, lastUsedMs: expect.any(Number) }] });
    const revoked = await app.request(`/api/v1/tokens/${info.id}`, { method: "DELETE", ...bearer(token) });
    expect(revoked.status).toBe(200);
    expect((await app.request("/api/v1/runs")).status).toBe(200);
  });

  it.each(API_ROUTES.filter(({ path }) => path !== "/health").map((route) => [route.method, route.path, route.scope]))(
    "lets only tokens of enough scope do %s %s (%s)",
    async (method, path, needed) => {
      const { app } = testApp({ tokensDir: dir });
      const scopes: readonly TokenScope[] = ["read", "write", "admin"];
      for (const scope of scopes) {
        const { token } = await made(scope);
        const answer = await app.request(concretePath(path), { method, ...bearer(token) });
        const isRefused = answer.status === 403;
        await answer.body?.cancel();
        expect(isRefused, scope).toBe(scopes.indexOf(scope) < scopes.indexOf(needed as TokenScope));
      }
    },
  );

  it("refuses what looks like a token, or was one", async () => {
    const { app } = testApp({ tokensDir: dir });
    const { token, info } = await made("admin");
    const [other] = [newToken().text];
    for (const wrong of [other, token.slice(0, -1), `${token}x`, token.replace(info.id, "aaaaaaaa"), info.id]) {
      expect((await app.request("/api/v1/runs", bearer(wrong))).status, wrong).toBe(401);
    }
    await new TokenStore(dir).revoke(info.id);
    await made("read");
    expect((await app.request("/api/v1/runs", bearer(token))).status).toBe(401);
  });

  it("keeps a browser signed in until its token is revoked, and signs it out", async () => {
    const { app } = testApp({ tokensDir: dir });
    const { token, info } = await made("write");
    const signedIn = await app.request("/sign-in", { method: "POST", body: new URLSearchParams({ token }) });
    const cookie = signedIn.headers.get("set-cookie")!.split(";", 1)[0]!;
    expect(cookie).not.toContain(token.slice(18));
    // After a restart of the server too: nothing of a session is kept in memory.
    const restarted = testApp({ tokensDir: dir }).app;
    const withCookie = { headers: { cookie } };
    expect(await (await restarted.request("/api/v1/whoami", withCookie)).json()).toMatchObject({ scope: "write" });
    await new TokenStore(dir).revoke(info.id);
    await made("read");
    expect((await restarted.request("/api/v1/runs", withCookie)).status).toBe(401);
    const signedOut = await app.request("/sign-out", { method: "POST" });
    expect([signedOut.status, signedOut.headers.get("set-cookie")]).toEqual([303, expect.stringMatching(/Max-Age=0/)]);
  });

  it("works beside the token of the environment, which may do everything", async () => {
    const { app } = testApp({ tokensDir: dir, token: "from the environment" });
    const { token } = await made("read");
    expect((await app.request("/api/v1/tokens", bearer("from the environment"))).status).toBe(200);
    expect((await app.request("/api/v1/tokens", bearer(token))).status).toBe(403);
  });

  it("may be public with one of them, and stays closed when the last is revoked", async () => {
    const { token, info } = await made("admin");
    const server = await startServer({ dir, host: "0.0.0.0", port: 0, onProblem: () => {} });
    try {
      await server.ready;
      const url = `http://127.0.0.1:${server.port}/api/v1`;
      expect((await fetch(`${url}/tokens/${info.id}`, { method: "DELETE", ...bearer(token) })).status).toBe(200);
      expect((await fetch(`${url}/runs`)).status).toBe(401);
    } finally {
      await server.close();
    }
  });
});
