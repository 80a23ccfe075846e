import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tryWriting } from "./try-writing.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-try-writing-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("makes the folder, leaves no file behind, and keeps the one that is there", () => {
  tryWriting(join(folder, "models/a.safetensors"));
  expect(readdirSync(join(folder, "models"))).toEqual([]);
  writeFileSync(join(folder, "old"), "content");
  tryWriting(join(folder, "old"));
  expect(readFileSync(join(folder, "old"), "utf8")).toBe("content");
  expect(readdirSync(folder).sort((a, b) => (a < b ? -1 : 1))).toEqual(["models", "old"]);
});

it("says what is in the way", () => {
  mkdirSync(join(folder, "taken"));
  expect(() => tryWriting(join(folder, "taken"))).toThrow("a folder of this name is in the way");
  writeFileSync(join(folder, "file"), "");
  expect(() => tryWriting(join(folder, "file/model"))).toThrow(/ENOTDIR|EEXIST/);
});

it.runIf(process.platform === "linux")("refuses /proc, and takes devices as they are", () => {
  expect(() => tryWriting("/proc/model.safetensors")).toThrow("ENOENT");
  expect(() => tryWriting("/proc/trainlog/model.safetensors")).toThrow("mkdir '/proc/trainlog'");
  tryWriting("/dev/null");
});
