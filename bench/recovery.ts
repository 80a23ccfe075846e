/** @file What a restart costs with 10 M points on disk: recovery after kill -9, first healthy answer, idle memory. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "trainlog/store";
import { type Bench, digits, inFolder, median } from "./measure.ts";

const BIN = fileURLToPath(new URL("../packages/trainlog/bin/trainlog.js", import.meta.url));
const FILLER = fileURLToPath(new URL("ours/fill-and-wait.ts", import.meta.url));

/** Fills `dir` in a child process and kills it with SIGKILL once everything is acknowledged. */
async function fillAndKill(dir: string): Promise<void> {
  const child = spawn(process.execPath, [FILLER, dir], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the filling process ended with ${code}`)));
  });
  child.removeAllListeners("exit");
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("close", resolve));
}

async function openMs(dir: string): Promise<number> {
  const startMs = performance.now();
  const store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  await store.listRuns({ limit: 100 });
  const ms = performance.now() - startMs;
  await store.close();
  return ms;
}

/** Starts the server as a user does; gives the time to the first healthy and ready answers and the resident memory 10 s later. */
async function serve(dir: string): Promise<{ healthyMs: number; readyMs: number; idleMb: number }> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [BIN, "serve", "--dir", dir, "--port", "5099"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const answered = async (path: string): Promise<number> => {
    for (;;) {
      const ok = await fetch(`http://127.0.0.1:5099/api/v1/${path}`).then(
        (answer) => answer.ok,
        () => false,
      );
      const passedMs = performance.now() - startMs;
      if (ok) return passedMs;
      if (passedMs > 20_000) throw new Error(`no healthy answer from /${path} within 20 s`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  try {
    const healthyMs = await answered("health");
    const readyMs = await answered("ready");
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return { healthyMs, readyMs, idleMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000 };
  } finally {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
  }
}

export async function recovery(): Promise<Bench> {
  return inFolder(async (folder) => {
    const killed = join(folder, "killed");
    await fillAndKill(killed);
    const recoveries: number[] = [];
    const starts: Awaited<ReturnType<typeof serve>>[] = [];
    for (let i = 0; i < 5; i++) {
      const copy = join(folder, `copy-${i}`);
      cpSync(killed, copy, { recursive: true });
      recoveries.push(await openMs(copy));
      starts.push(await serve(copy));
    }
    const recoveryMs = median(recoveries);
    const healthyMs = median(starts.map((start) => start.healthyMs));
    const readyMs = median(starts.map((start) => start.readyMs));
    const empty = await serve(join(folder, "empty"));
    const idleMb = median(starts.map((start) => start.idleMb));
    return {
      title: "Restart with 10 M points on disk",
      method:
        "100 runs × 10 metrics × 10,000 steps, every batch acknowledged, then `kill -9`. Recovery: opening a copy of that folder and listing its runs. Server: `trainlog serve` as a process, from spawn to the first 200 of `/health` and `/ready`; resident memory 10 s later. Median of 5.",
      figures: [
        {
          what: "recovery after kill -9",
          value: `${digits(recoveryMs)} ms`,
          target: "≤ 500 ms",
          reached: recoveryMs <= 500,
        },
        {
          what: "start to first healthy answer",
          value: `${digits(healthyMs)} ms`,
          target: "≤ 500 ms",
          reached: healthyMs <= 500,
          note: `ready for queries: ${digits(readyMs)} ms`,
        },
        {
          what: "idle resident memory",
          value: `${digits(idleMb)} MB`,
          target: "≤ 120 MB",
          reached: idleMb <= 120,
          note: `with an empty folder: ${digits(empty.idleMb)} MB`,
        },
      ],
    };
  });
}
