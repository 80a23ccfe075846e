import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-make-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("makes a folder with its parents, and says whether it was new", () => {
  expect(makeFolder(join(folder, "a/b/c"))).toBe(true);
  expect(makeFolder(join(folder, "a/b/c"))).toBe(false);
  expect(makeFolder(join(folder, "a/b/d/"))).toBe(true);
  expect(existsSync(join(folder, "a/b/d"))).toBe(true);
  expect(makeFolder(".")).toBe(false);
});

it("names the file that is in the way", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolder(join(folder, "file"))).toThrow(/EEXIST.*file'/);
  expect(() => makeFolder(join(folder, "file/below/it"))).toThrow(/EEXIST.*file'/);
});

it.runIf(process.platform === "linux")("fails below /proc, where Node's recursive mkdir never ends", () => {
  expect(() => makeFolder("/proc/trainlog/runs")).toThrow("ENOENT: no such file or directory, mkdir '/proc/trainlog'");
});
