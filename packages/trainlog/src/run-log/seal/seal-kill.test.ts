/** @file What happens to runs whose sealing is killed: on real processes, over and over. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rowsEvent, TestRun } from "../../../test/support/run-log/test-run.ts";
import { toEventJson } from "../codec/event-json.ts";
import { RunLogReader } from "../read/run-log-reader.ts";
import { RunDigest } from "./run-digest.ts";
import { sealRun } from "./seal-run.ts";

const here = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

/** Seals the runs that are named one after the other, and says when each is begun. */
const SEALER_SCRIPT = `
  import { writeSync } from "node:fs";
  import { sealRun } from ${here("./seal-run.ts")};
  for (const dir of process.argv.slice(1)) {
    writeSync(1, "+");
    sealRun(dir);
  }`;

const RUNS = 12;
const ROUNDS = 6;

/** A run of three segments that takes some milliseconds to seal. */
function sampleRun(): TestRun {
  const run = new TestRun();
  for (let segment = 0; segment < 3; segment++) {
    run.begin();
    for (let first = 0; first < 6000; first += 1000) {
      const rows = Array.from({ length: 1000 }, (_, i) => {
        const step = segment * 6000 + first + i;
        return { step, wallMs: 1e12 + step * 3.125, values: { loss: Math.sin(step * step), acc: step % 97 } };
      });
      run.append([
        rowsEvent(rows),
        { type: "alert", wallMs: first, title: `${segment}/${first}`, text: "", level: "info" },
      ]);
    }
  }
  return run;
}

function digestOf(dir: string): RunDigest {
  using reader = RunLogReader.open(dir);
  reader.refresh();
  expect(reader.damage).toEqual([]);
  const digest = new RunDigest();
  for (const event of reader.events()) {
    if (event.type === "rows") digest.addRows(event.rows);
    else digest.addEvent(new TextEncoder().encode(toEventJson(event)));
  }
  return digest;
}

/** The files of a run. What was left by a process that was killed while it took the lock is no part of it, and goes with age. */
function filesOf(dir: string): string[] {
  return readdirSync(dir).filter((name) => !name.startsWith("writer.lock."));
}

/** Starts sealing `dirs` and kills it `delayMs` after it has begun with run number `count`. */
async function sealAndKill(dirs: readonly string[], count: number, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", SEALER_SCRIPT, ...dirs], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let begun = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    begun += chunk.length;
    if (begun >= count) setTimeout(() => child.kill("SIGKILL"), delayMs);
  });
  await new Promise((resolve) => child.once("close", resolve));
}

describe("a sealing that is killed", () => {
  it("loses nothing, wherever it is killed, and the next one completes it", { timeout: 120_000 }, async () => {
    using sample = sampleRun();
    const expected = digestOf(sample.dir);
    let cutShort = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const parent = mkdtempSync(join(tmpdir(), "trainlog-seal-"));
      try {
        const dirs = Array.from({ length: RUNS }, (_, i) => join(parent, `run-${i}`));
        for (const dir of dirs) cpSync(sample.dir, dir, { recursive: true });
        await sealAndKill(dirs, 2 + round, round * 7);
        for (const dir of dirs) {
          expect(expected.difference(digestOf(dir))).toBeUndefined();
          if (filesOf(dir).includes("writer.lock")) cutShort++;
          sealRun(dir);
          expect(filesOf(dir)).toEqual(["000003.sealed"]);
          expect(expected.difference(digestOf(dir))).toBeUndefined();
        }
      } finally {
        rmSync(parent, { recursive: true });
      }
    }
    // Not all were killed between two runs.
    expect(cutShort).toBeGreaterThan(0);
  });
});
