import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderBlobs } from "./folder-blobs.ts";

let dir: string;
let blobs: FolderBlobs;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-blobs-"));
  blobs = new FolderBlobs(join(dir, "blobs"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const temporaries = (): string[] => readdirSync(join(dir, "blobs", "tmp"));

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function listed(): Promise<string[]> {
  const found: string[] = [];
  for await (const blob of blobs.list()) found.push(blob.sha256);
  return found;
}

describe("FolderBlobs", () => {
  it("gives back any bytes under their hash, and any range of them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), async (bytes, a, b) => {
        const stored = await blobs.put(chunked(bytes, 7));
        expect(stored).toEqual({ sha256: hashOf(bytes), sizeBytes: bytes.length });
        const start = Math.min(a, b, bytes.length);
        const end = Math.max(a, b, start);
        expect(await buffer(await blobs.open(stored.sha256))).toEqual(Buffer.from(bytes));
        expect(await buffer(await blobs.open(stored.sha256, { start, end }))).toEqual(
          Buffer.from(bytes.subarray(start, end)),
        );
      }),
      { numRuns: 50 },
    );
    expect(temporaries()).toEqual([]);
  });

  it("stores equal content once, and marks it as fresh when it comes again", async () => {
    const bytes = Buffer.from("same");
    const { sha256 } = await blobs.put(bytes);
    const path = join(dir, "blobs", sha256.slice(0, 2), sha256.slice(2));
    utimesSync(path, 1, 1);
    const inode = statSync(path).ino;
    await blobs.put(bytes);
    expect(statSync(path).ino).toBe(inode);
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    expect(await listed()).toEqual([sha256]);
  });

  it("replaces a stored file of the wrong length by the right bytes", async () => {
    const { sha256 } = await blobs.put(Buffer.from("whole"));
    const { truncateSync } = await import("node:fs");
    truncateSync(join(dir, "blobs", sha256.slice(0, 2), sha256.slice(2)), 2);
    await blobs.put(Buffer.from("whole"));
    expect((await buffer(await blobs.open(sha256))).toString()).toBe("whole");
  });

  it("shows nothing of an upload that fails in the middle, is too long or of another hash", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("connection lost");
    }
    await expect(blobs.put(broken())).rejects.toThrow("connection lost");
    await expect(blobs.put(Buffer.from("12345"), { maxBytes: 4 })).rejects.toMatchObject({
      code: "blob/too-large",
      status: 413,
    });
    await expect(blobs.put(Buffer.from("x"), { expectedSha256: "0".repeat(64) })).rejects.toMatchObject({
      code: "blob/wrong-hash",
      status: 422,
    });
    expect(await listed()).toEqual([]);
    expect(temporaries()).toEqual([]);
  });

  it("keeps one blob when the same content is uploaded by many at once", async () => {
    const bytes = new Uint8Array(100_000).fill(7);
    const stored = await Promise.all(Array.from({ length: 16 }, () => blobs.put(chunked(bytes, 1000))));
    expect(new Set(stored.map((blob) => blob.sha256)).size).toBe(1);
    expect(await listed()).toEqual([hashOf(bytes)]);
    expect(temporaries()).toEqual([]);
  });

  it.each(["../../etc/passwd", "", "AB".repeat(32), `${"a".repeat(63)}/`, "a".repeat(65), `${"a".repeat(62)}..`])(
    "refuses %j as a name on every way in",
    async (name) => {
      const refused = { code: "blob/bad-hash", status: 400 };
      await expect(blobs.size(name)).rejects.toMatchObject(refused);
      await expect(blobs.open(name)).rejects.toMatchObject(refused);
      await expect(blobs.delete(name)).rejects.toMatchObject(refused);
      await expect(blobs.put(Buffer.from("x"), { expectedSha256: name })).rejects.toMatchObject(refused);
    },
  );

  it("says when a blob is not there or a range lies outside", async () => {
    const missing = "0".repeat(64);
    expect(await blobs.size(missing)).toBeUndefined();
    expect(await blobs.delete(missing)).toBe(false);
    await expect(blobs.open(missing)).rejects.toMatchObject({ code: "blob/not-found", status: 404 });
    const { sha256 } = await blobs.put(Buffer.from("abc"));
    await expect(blobs.open(sha256, { start: 4 })).rejects.toMatchObject({ code: "blob/bad-range", status: 416 });
    expect(await blobs.delete(sha256)).toBe(true);
    expect(await blobs.size(sha256)).toBeUndefined();
  });
});
