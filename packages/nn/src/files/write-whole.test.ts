import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeWhole, writeWholeIn } from "./write-whole.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-write-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("replaces a file and leaves no draft behind", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "old");
  await writeWhole(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["file"]);
});

it("makes the folders that lack, also when two writers do at once", async () => {
  const paths = ["a/b/c/one", "a/b/c/two", "a/b/three"].map((name) => join(folder, name));
  await Promise.all(paths.map((path) => writeWholeIn(path, "content")));
  expect(paths.every((path) => existsSync(path))).toBe(true);
});

it("names the file that stands where a folder is to be", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(writeWholeIn(join(folder, "file/below/it"), "")).rejects.toThrow(/EEXIST.*file'/);
});

it.runIf(process.platform === "linux")("fails below /proc, where Node's recursive mkdir never ends", async () => {
  await expect(writeWholeIn("/proc/trainlog/model", "")).rejects.toThrow("mkdir '/proc/trainlog'");
});
