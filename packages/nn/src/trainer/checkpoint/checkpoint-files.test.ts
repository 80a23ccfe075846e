import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeModelFile } from "./checkpoint-files.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trainlog-files-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

it("replaces a file as a whole", async () => {
  const path = join(dir, "deep", "file");
  await writeModelFile(path, Uint8Array.of(1, 2, 3));
  await writeModelFile(path, Uint8Array.of(4));
  expect([...(await readFile(path))]).toEqual([4]);
});

it.skipIf(process.platform === "win32")("leaves a device where it is", async () => {
  const path = join(dir, "null");
  await symlink("/dev/null", path);
  await writeModelFile(path, Uint8Array.of(1, 2, 3));
  expect((await lstat(path)).isSymbolicLink()).toBe(true);
});

it("says which file cannot be written, and why", async () => {
  await writeFile(join(dir, "file"), "");
  await expect(writeModelFile(join(dir, "file", "below"), Uint8Array.of(1))).rejects.toMatchObject({
    code: "checkpoint/write-failed",
    message: expect.stringMatching(/^cannot write .*below: (ENOTDIR|EEXIST)/),
  });
});
