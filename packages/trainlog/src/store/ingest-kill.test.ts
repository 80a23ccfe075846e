import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "./index.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trainlog-kill-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ROUNDS = 4;
const ROWS = 3;
const child = fileURLToPath(new URL("./ingest-child.ts", import.meta.url));

/** Runs the feeding process for a while, kills it, and returns what it said. */
async function feedAndKill(first: number, afterMs: number): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, dir, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  process_.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (said === "") setTimeout(() => process_.kill("SIGKILL"), afterMs);
    said += text;
  });
  await new Promise((resolve) => process_.once("close", resolve));
  // The last line may have been cut by the kill; it counts only when it is whole.
  return said.split("\n").slice(0, -1);
}

describe("kill -9 while batches are taken in", () => {
  it("keeps every acknowledged batch exactly once, and others whole or not at all", async () => {
    const acknowledged = new Set<string>();
    let next = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const line of await feedAndKill(next, 30 + round * 67)) if (line !== "ready") acknowledged.add(line);
      const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
      try {
        for (const runId of ["a", "b"]) {
          for (const writer of ["w0", "w1", "w2"]) {
            const points = await store.points(runId, writer, { limit: 1e9 });
            const steps = [...(points?.steps ?? [])];
            expect(new Set(steps).size).toBe(steps.length);
            const batches = new Set(steps.map((step) => Math.floor(step / ROWS)));
            expect(steps).toHaveLength(batches.size * ROWS);
            for (const line of acknowledged) {
              const [run, from, seq] = line.split(" ");
              if (run === runId && from === writer) expect(batches.has(Number(seq))).toBe(true);
            }
            next = Math.max(next, ...batches, 0) + 1;
          }
        }
        expect(store.notes.join()).not.toMatch(/damaged|set aside/);
      } finally {
        await store.close();
      }
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS);
  });
});
