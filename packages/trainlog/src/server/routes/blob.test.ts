import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRange } from "../request/byte-range.ts";
import { testApp } from "../test-app.ts";

const BYTES = new TextEncoder().encode("<script>alert(1)</script>");
const SHA = createHash("sha256").update(BYTES).digest("hex");
const PATH = `/api/v1/blobs/${SHA}`;

async function appWithBlob(): Promise<ReturnType<typeof testApp>> {
  const made = testApp();
  expect((await made.app.request(PATH, { method: "PUT", body: BYTES })).status).toBe(201);
  return made;
}

describe("a blob", () => {
  it("comes back as it was, as an attachment in a sandbox that no browser runs", async () => {
    const { app } = await appWithBlob();
    const answer = await app.request(PATH);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(BYTES);
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment/);
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-length")).toBe(String(BYTES.length));
  });

  it("is shown as an image when asked, and never as HTML or SVG", async () => {
    const { app } = await appWithBlob();
    expect((await app.request(`${PATH}?type=image/png`)).headers.get("content-type")).toBe("image/png");
    for (const type of ["text/html", "image/svg%2Bxml", "image/png%0d%0ax: y", "IMAGE/PNG"]) {
      expect((await app.request(`${PATH}?type=${type}`)).status, type).toBe(400);
    }
  });

  it("is stored once; other content under its name is refused and leaves nothing", async () => {
    const { app, store } = await appWithBlob();
    expect((await app.request(PATH, { method: "PUT", body: BYTES })).status).toBe(200);
    const other = `/api/v1/blobs/${"0".repeat(64)}`;
    expect((await app.request(other, { method: "PUT", body: BYTES })).status).toBe(422);
    expect((await app.request(other)).status).toBe(404);
    expect(store.blobs.bytes.size).toBe(1);
  });

  it("answers HEAD, conditional requests and ranges", async () => {
    const { app } = await appWithBlob();
    const get = (headers: Record<string, string>): Promise<Response> => Promise.resolve(app.request(PATH, { headers }));
    const head = await app.request(PATH, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
      200,
      String(BYTES.length),
      "",
    ]);
    expect((await app.request(`/api/v1/blobs/${"0".repeat(64)}`, { method: "HEAD" })).status).toBe(404);
    expect((await get({ "if-none-match": `"${SHA}"` })).status).toBe(304);
    const part = await get({ range: "bytes=1-6" });
    expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([
      206,
      "script",
      `bytes 1-6/${BYTES.length}`,
    ]);
    expect((await get({ range: "bytes=999-" })).status).toBe(416);
    expect((await get({ range: "bytes=1-6", "if-range": '"other"' })).status).toBe(200);
  });

  it.each(["..%2f..%2fetc%2fpasswd", "%2e%2e", "..\\..\\x", `${SHA}%00`, SHA.toUpperCase(), `${SHA}/..`, "C:"])(
    "is named by 64 digits and nothing else: %s",
    async (name) => {
      const { app } = await appWithBlob();
      for (const method of ["GET", "PUT"]) {
        const answer = await app.request(`/api/v1/blobs/${name}`, { method });
        expect([400, 404], name).toContain(answer.status);
      }
    },
  );

  it("above the limit is refused", async () => {
    const { app } = testApp();
    const answer = await app.request(PATH, { method: "PUT", body: new Uint8Array(1_000_001) });
    expect(answer.status).toBe(413);
  });
});

describe("parseRange", () => {
  it("gives a span inside the bytes, all of them, or 416", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(200), fc.nat(200), (size, first, last) => {
        for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
          try {
            const span = parseRange(header, size);
            expect(span !== undefined && span.start >= 0 && span.start < span.end && span.end <= size).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: "blob/bad-range", status: 416 });
          }
        }
      }),
    );
  });

  it("takes all for what it does not know", () => {
    for (const header of [undefined, "", "lines=1-2", "bytes=0-1,3-4", "bytes=-", "bytes=a-b"]) {
      expect(parseRange(header, 10), header).toBeUndefined();
    }
  });
});
