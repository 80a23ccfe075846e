import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ensureStore } from "./store-folder.ts";

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  return { ...fs, linkSync: vi.fn(fs.linkSync) };
});

let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-store-folder-"));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const noLinks = (): never => {
  throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
};

describe("ensureStore", () => {
  it.each([false, true])("makes a store once and leaves nothing beside it (without second names: %s)", (isFat) => {
    if (isFat) vi.mocked(linkSync).mockImplementation(noLinks);
    ensureStore(dir);
    ensureStore(dir);
    expect(readdirSync(dir).sort()).toEqual(["runs", "store.json"]);
    expect(JSON.parse(readFileSync(join(dir, "store.json"), "utf8"))).toEqual({ format: "trainlog-store", version: 1 });
  });

  it("takes the store that another process made at the same moment", () => {
    vi.mocked(linkSync).mockImplementation((_, path) => {
      writeFileSync(path, JSON.stringify({ format: "trainlog-store", version: 1, by: "another" }));
      noLinks();
    });
    ensureStore(dir);
    expect(readFileSync(join(dir, "store.json"), "utf8")).toContain("another");
    expect(readdirSync(dir).sort()).toEqual(["runs", "store.json"]);
  });

  it("names a place where no runs can be kept, or whose description cannot be read", () => {
    writeFileSync(join(dir, "file"), "");
    expect(() => ensureStore(join(dir, "file"))).toThrow(expect.objectContaining({ code: "store/unwritable" }));
    mkdirSync(join(dir, "store.json"));
    expect(() => ensureStore(dir)).toThrow(expect.objectContaining({ code: "store/unwritable" }));
  });
});
