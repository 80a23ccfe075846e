/** @file What happens to a run when its writer is killed, when the disk is full, and when the folder is read-only: on real processes and real file systems. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { batchAt, IDENTITY, TestFolder } from "../../../test/support/run-log/test-folder.ts";
import { RunLogWriter } from "./run-log-writer.ts";

const here = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

/** Appends batches for ever from where the run stands, and prints the step of each one that was acknowledged. */
const WRITER_SCRIPT = `
  import { writeSync } from "node:fs";
  import { RunLogWriter } from ${here("./run-log-writer.ts")};
  import { batchAt, IDENTITY } from ${here("../../../test/support/run-log/test-folder.ts")};
  const writer = RunLogWriter.open(process.argv[1], IDENTITY, { segmentBytes: 20000 });
  for (let step = writer.lastSeq("w") + 1; ; step++) {
    writer.append(batchAt(step), { origin: { writerId: "w", seq: step } });
    writeSync(1, step + "\\n");
  }`;

/** Lets a writer run until it acknowledged `count` steps, then kills it; returns the last acknowledged step. */
async function writeAndKill(dir: string, count: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", WRITER_SCRIPT, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output.split("\n").length > count) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  return Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1));
}

/** A file system in memory at a new folder; undefined where mounting is not permitted. */
function mountTmpfs(options: string): (Disposable & { readonly dir: string }) | undefined {
  const dir = mkdtempSync(join(tmpdir(), "trainlog-mount-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir]);
  if (status !== 0) {
    rmSync(dir, { recursive: true });
    return undefined;
  }
  return {
    dir,
    [Symbol.dispose]: (): void => {
      spawnSync("umount", [dir]);
      rmSync(dir, { recursive: true });
    },
  };
}

describe("a run whose writer is killed", () => {
  it("holds every acknowledged batch exactly once, kill after kill", async () => {
    using folder = new TestFolder();
    for (let round = 0; round < 8; round++) {
      const acknowledged = await writeAndKill(folder.dir, 20 + round * 40);
      const steps = folder.steps();
      // The batch after the last acknowledged ones may be there too: it was killed between the write and the answer.
      expect(steps.length).toBeGreaterThan(acknowledged);
      expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i));
    }
    expect(folder.segments.length).toBeGreaterThan(1);
    using writer = RunLogWriter.open(folder.dir, IDENTITY);
    expect(writer.recovery.lockTakenFrom).toMatchObject({ pid: expect.any(Number) });
    expect(writer.recovery.notes.join()).toMatch(/taken over from process \d+/);
    expect(writer.recovery.damage).toEqual([]);
  });
});

describe("a full disk", () => {
  it("costs the batches that do not fit, by name, and the writer goes on when there is space again", (context) => {
    using mount = mountTmpfs("size=256k");
    if (mount === undefined) return context.skip("mounting a tmpfs is not permitted here");
    const ballast = join(mount.dir, "ballast");
    writeFileSync(ballast, new Uint8Array(128 * 1024));
    const dir = join(mount.dir, "r1");
    using folder = new TestFolder();
    using writer = RunLogWriter.open(dir, IDENTITY);
    const acknowledged: number[] = [];
    let refused = 0;
    for (let step = 0; refused < 20 && step < 10_000; step++) {
      try {
        writer.append(batchAt(step));
        acknowledged.push(step);
      } catch (error) {
        expect(error).toMatchObject({ code: "store/disk-full", status: 507 });
        refused++;
      }
    }
    expect(refused).toBe(20);
    rmSync(ballast);
    writer.append(batchAt(77_777));
    writer.sync();
    expect(Object.assign(folder, { dir }).steps()).toEqual([...acknowledged, 77_777]);
    return undefined;
  });

  it("refuses to begin a run, by name, and leaves no half-made file", (context) => {
    using mount = mountTmpfs("size=16k");
    if (mount === undefined) return context.skip("mounting a tmpfs is not permitted here");
    try {
      writeFileSync(join(mount.dir, "ballast"), new Uint8Array(64 * 1024));
    } catch {
      // It is full now, which was the purpose.
    }
    const dir = join(mount.dir, "r1");
    expect(() => RunLogWriter.open(dir, IDENTITY)).toThrow(expect.objectContaining({ code: "store/disk-full" }));
    expect(readdirSync(mount.dir).includes("r1") ? readdirSync(dir) : []).toEqual([]);
    return undefined;
  });
});

describe("a read-only folder", () => {
  it("is refused by name, with what to do", (context) => {
    using mount = mountTmpfs("size=1m");
    if (mount === undefined) return context.skip("mounting a tmpfs is not permitted here");
    const dir = join(mount.dir, "r1");
    RunLogWriter.open(dir, IDENTITY).close();
    spawnSync("mount", ["-o", "remount,ro", mount.dir]);
    expect(() => RunLogWriter.open(dir, IDENTITY)).toThrow(
      expect.objectContaining({
        code: "store/read-only",
        message: expect.stringMatching(/not allowed to write.*permissions/),
      }),
    );
    return undefined;
  });
});
