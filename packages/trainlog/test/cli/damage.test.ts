import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { makeSampleStore } from "./sample-store.ts";
import { type CommandResult, trainlog } from "./trainlog-process.ts";

// Every test here starts processes, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const RUN_ID = "20260102-030405-aaaaaaaa";

let folder = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "trainlog-damage-"));
  await makeSampleStore(join(folder, "trainlog"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function inFolder(...args: string[]): Promise<CommandResult> {
  return trainlog(args, { cwd: folder });
}

/** Flips one bit in the middle of a run's log. */
function damageRun(): void {
  const dir = join(folder, "trainlog", "runs", RUN_ID);
  const log = join(dir, readdirSync(dir).find((name) => /^\d{6}\.(log|sealed)$/.test(name))!);
  const bytes = readFileSync(log);
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
  writeFileSync(log, bytes);
}

describe("trainlog verify and repair", () => {
  it("finds nothing wrong with a good store", async () => {
    expect(await inFolder("verify")).toEqual({ code: 0, stdout: "3 runs checked: all is well\n", stderr: "" });
  });

  it("names the damage, fails with 1, and repairs it without losing the original", async () => {
    damageRun();
    const verified = await inFolder("verify");
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain(`damaged  ${RUN_ID}\n  `);
    expect(verified.stdout).toContain(`trainlog repair ${RUN_ID}`);
    expect(JSON.parse((await inFolder("verify", RUN_ID, "--json")).stdout).ok).toBe(false);
    expect((await inFolder("verify", "wide")).code).toBe(0);

    expect((await inFolder("repair", RUN_ID, "--dry-run")).code).toBe(0);
    expect((await inFolder("verify", RUN_ID)).code).toBe(1);

    const repaired = await inFolder("repair", RUN_ID);
    expect({ code: repaired.code, stderr: repaired.stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(join(folder, "trainlog", "runs", RUN_ID, "damaged"))).toHaveLength(1);
    expect((await inFolder("verify")).code).toBe(0);
  });

  it("finds a stored file whose content changed", async () => {
    const store = await openStore(join(folder, "trainlog"), { mode: "serve", follow: false });
    const { sha256 } = await store.blobs.put(new TextEncoder().encode("weights"));
    await store.close();
    writeFileSync(join(folder, "trainlog", "blobs", sha256.slice(0, 2), sha256.slice(2)), "weighty");
    const { code, stdout } = await inFolder("verify");
    expect(code).toBe(1);
    expect(stdout).toContain(`stored file ${sha256} has other content`);
  });

  it("checks a run folder by its path, outside of any store", async () => {
    damageRun();
    const { code, stdout } = await trainlog(["verify", join("trainlog", "runs", RUN_ID), "--dir", "/nonexistent"], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stdout).toContain(RUN_ID);
  });
});

describe("trainlog seal", () => {
  it("compresses ended runs; what they answer stays the same", async () => {
    const before = (await inFolder("show", "baseline", "--json")).stdout;
    const { code, stdout } = await inFolder("seal");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^compressed 3 runs: \d.* → \d/);
    expect(readdirSync(join(folder, "trainlog", "runs", RUN_ID)).some((name) => name.endsWith(".sealed"))).toBe(true);
    const after = JSON.parse((await inFolder("show", "baseline", "--json")).stdout);
    expect(after.metrics).toEqual(JSON.parse(before).metrics);
    expect((await inFolder("verify")).code).toBe(0);
    expect((await inFolder("seal")).stdout).toBe("3 runs compressed already\n");
  });

  it("leaves a run alone of which a part waits to be sent, and says how to send it", async () => {
    const dir = join(folder, "trainlog", "runs", RUN_ID);
    const remote = { url: "http://127.0.0.1:1", runId: RUN_ID, position: { segment: 1, offset: 900, batches: 2 } };
    writeFileSync(join(dir, "remote.json"), JSON.stringify({ ...remote, refused: 0, complete: false }));
    const { code, stderr } = await inFolder("seal", RUN_ID);
    expect(code).toBe(1);
    expect(stderr).toContain(`trainlog sync ${RUN_ID} --dir ${join(folder, "trainlog")} --url http://127.0.0.1:1`);
    expect(readdirSync(dir).some((name) => name.endsWith(".sealed"))).toBe(false);
    writeFileSync(join(dir, "remote.json"), JSON.stringify({ ...remote, refused: 0, complete: true }));
    expect((await inFolder("seal", RUN_ID)).code).toBe(0);
  });

  it("leaves files whose damage is found too", async () => {
    expect((await inFolder("seal", "baseline")).code).toBe(0);
    damageRun();
    const { code, stdout } = await inFolder("verify", "baseline");
    expect(code).toBe(1);
    expect(stdout).toMatch(/\d{6}\.sealed, bytes \d+ to \d+/);
  });
});
