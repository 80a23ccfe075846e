import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { failingFs } from "../../../test/support/run-log/failing-fs.ts";
import { nodeFs } from "../file-system.ts";
import { HEARTBEAT_LIMIT_MS, Lock, type LockOwner, readLock, runLiveness, WRITER_LOCK } from "./lock.ts";
import { nodeProcesses } from "./process-table.ts";

class LockFolder implements Disposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), "trainlog-lock-"));
  readonly lockPath: string = join(this.dir, WRITER_LOCK);

  /** Writes the lock of another owner: this process's identity with changes. */
  writeOwner(change: Partial<LockOwner>, ageMs = 0): void {
    const owner = { token: "another", ...nodeProcesses.self(), openedMs: 1_790_000_000_000, ...change };
    writeFileSync(this.lockPath, JSON.stringify(owner));
    nodeFs.touch(this.lockPath, Date.now() - ageMs);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true });
  }
}

/** Number of a process that has just ended. */
function deadPid(): number {
  return spawnSync("true").pid;
}

describe("Lock", () => {
  it("is held by one, names who holds it and what to do, and leaves nothing behind", () => {
    using folder = new LockFolder();
    const lock = Lock.acquire(folder.dir);
    expect(readLock(folder.dir)).toMatchObject({
      held: true,
      alive: true,
      owner: { pid: process.pid, hostname: hostname() },
    });
    expect(() => Lock.acquire(folder.dir)).toThrow(
      expect.objectContaining({
        code: "run/locked",
        status: 409,
        message: expect.stringMatching(
          new RegExp(`this process \\(${process.pid}\\) on host .* since 20.*; finish that run first`),
        ),
      }),
    );
    expect(readdirSync(folder.dir)).toEqual([WRITER_LOCK]);
    lock.release();
    expect(readdirSync(folder.dir)).toEqual([]);
    expect(readLock(folder.dir)).toEqual({ held: false });
  });

  it.each<[string, () => Partial<LockOwner>]>([
    ["a process that is gone", () => ({ pid: deadPid() })],
    ["a process whose number another one has now", () => ({ processStart: "1" })],
    ["a process of an earlier boot", () => ({ bootId: "00000000-0000-0000-0000-000000000000" })],
  ])("is taken over from %s, and says from whom", (_name, change) => {
    using folder = new LockFolder();
    folder.writeOwner(change());
    expect(runLiveness(folder.dir, { nowMs: Date.now() })).toBe("dead");
    const lock = Lock.acquire(folder.dir);
    expect(lock.takenFrom).toMatchObject({ token: "another" });
    expect(readLock(folder.dir)).toMatchObject({ owner: { token: lock.owner.token } });
    expect(readdirSync(folder.dir)).toEqual([WRITER_LOCK]);
  });

  it("of another host is judged by its heartbeat", () => {
    using folder = new LockFolder();
    folder.writeOwner({ hostname: "elsewhere", pid: 1 }, HEARTBEAT_LIMIT_MS - 10_000);
    expect(readLock(folder.dir)).toMatchObject({ alive: "unknown" });
    expect(runLiveness(folder.dir, { nowMs: Date.now() })).toBe("alive");
    expect(() => Lock.acquire(folder.dir)).toThrow(/host "elsewhere"/);
    expect(runLiveness(folder.dir, { nowMs: Date.now() + 20_000 })).toBe("dead");
    folder.writeOwner({ hostname: "elsewhere", pid: 1 }, HEARTBEAT_LIMIT_MS + 1000);
    expect(Lock.acquire(folder.dir).takenFrom).toMatchObject({ hostname: "elsewhere" });
  });

  it("without readable content keeps others out for seconds only", () => {
    using folder = new LockFolder();
    writeFileSync(folder.lockPath, "\0\0\0");
    expect(() => Lock.acquire(folder.dir)).toThrow(/cannot be read/);
    nodeFs.touch(folder.lockPath, Date.now() - 60_000);
    expect(Lock.acquire(folder.dir).takenFrom).toBe("unreadable");
  });

  it("of a process that died while it took a lock over is taken over all the same", () => {
    using folder = new LockFolder();
    folder.writeOwner({ pid: deadPid() });
    const claimer = { token: "claimer", ...nodeProcesses.self(), pid: deadPid(), openedMs: 0 };
    writeFileSync(`${folder.lockPath}.claim-another`, JSON.stringify(claimer));
    expect(Lock.acquire(folder.dir).takenFrom).toMatchObject({ token: "another" });
    expect(readdirSync(folder.dir)).toEqual([WRITER_LOCK]);
  });

  it("notices that another process took it over meanwhile, and does not release that one's", () => {
    using folder = new LockFolder();
    const lock = Lock.acquire(folder.dir);
    expect(lock.heartbeat(Date.now() + 60_000)).toBe(true);
    expect(readLock(folder.dir)).toMatchObject({ heartbeatMs: expect.closeTo(Date.now() + 60_000, -4) });
    folder.writeOwner({ hostname: "elsewhere" });
    expect(lock.heartbeat(Date.now())).toBe(false);
    lock.release();
    expect(readLock(folder.dir)).toMatchObject({ owner: { token: "another" } });
  });

  it("works where files cannot have two names", () => {
    using folder = new LockFolder();
    const fs = failingFs(nodeFs, { fails: (name) => (name === "link" ? "ENOTSUP" : undefined) });
    const lock = Lock.acquire(folder.dir, { fs });
    expect(() => Lock.acquire(folder.dir, { fs })).toThrow(expect.objectContaining({ code: "run/locked" }));
    lock.release();
    expect(readdirSync(folder.dir)).toEqual([]);
    folder.writeOwner({ pid: deadPid() });
    expect(Lock.acquire(folder.dir, { fs }).takenFrom).toMatchObject({ token: "another" });
    expect(readdirSync(folder.dir)).toEqual([WRITER_LOCK]);
  });

  it("clears away what a process left that was killed while it took the lock, and nothing that is younger or another's", () => {
    using folder = new LockFolder();
    const leave = (name: string, ageMs: number): void => {
      writeFileSync(join(folder.dir, name), "{}");
      nodeFs.touch(join(folder.dir, name), Date.now() - ageMs);
    };
    const hourMs = 3_600_000;
    for (const end of ["token", "token-lock", "claim-other", "claim-other.claim-third"]) {
      leave(`${WRITER_LOCK}.${end}`, hourMs);
    }
    leave(`${WRITER_LOCK}.young`, 1_000);
    leave("edits.lock.token", hourMs);
    leave("000001.log", hourMs);
    let lists = 0;
    const fs = failingFs(nodeFs, { fails: (name) => (name === "list" && lists++ === 0 ? "EIO" : undefined) });
    Lock.acquire(folder.dir, { fs }).release();
    expect(readdirSync(folder.dir)).toHaveLength(7);
    Lock.acquire(folder.dir, { fs }).release();
    expect(readdirSync(folder.dir).sort()).toEqual(["000001.log", "edits.lock.token", `${WRITER_LOCK}.young`]);
  });

  it("goes to exactly one of several processes that race for a dead one's", async () => {
    const script = `
      import { Lock } from ${JSON.stringify(fileURLToPath(new URL("./lock.ts", import.meta.url)))};
      process.stdin.once("data", () => {
        try { Lock.acquire(process.argv[1]); process.stdout.write("won"); } catch (error) { process.stdout.write(error.code); }
        process.stdin.once("data", () => process.exit(0));
      });
      process.stdout.write("ready ");`;
    for (let round = 0; round < 3; round++) {
      using folder = new LockFolder();
      folder.writeOwner({ pid: deadPid() });
      const children = Array.from({ length: 4 }, () =>
        spawn(process.execPath, ["--input-type=module", "-e", script, folder.dir], {
          stdio: ["pipe", "pipe", "inherit"],
        }),
      );
      const answers = children.map((child) => {
        let text = "";
        return new Promise<string>((resolve) => {
          child.stdout.on("data", (chunk: Buffer) => {
            text += chunk.toString();
            if (/ ./.test(text)) resolve(text.slice("ready ".length));
          });
        });
      });
      await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once("data", resolve))));
      for (const child of children) child.stdin.write("go");
      // The winner lives until all have answered, so that nobody finds its lock dead.
      expect((await Promise.all(answers)).sort()).toEqual(["run/locked", "run/locked", "run/locked", "won"]);
      const ends = children.map((child) => new Promise((resolve) => child.once("close", resolve)));
      for (const child of children) child.stdin.write("end");
      await Promise.all(ends);
      expect(readdirSync(folder.dir)).toEqual([WRITER_LOCK]);
      expect(JSON.parse(readFileSync(folder.lockPath, "utf8"))).toMatchObject({ hostname: hostname() });
    }
  });
});
