/**
 * @file How things are measured here: several runs, the median quoted, CPU time rather than wall time where a shared machine would make wall time noise,
 * and a slope over two sizes where start-up must not count.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** One line of a results table. */
export interface Figure {
  /** What was measured, with its size. */
  readonly what: string;
  /** What came out, with its unit. */
  readonly value: string;
  /** What was to be reached. */
  readonly target?: string;
  /** True when the target holds. */
  readonly reached?: boolean;
  readonly note?: string;
}

/** A section of `bench/RESULTS.md`. */
export interface Bench {
  readonly title: string;
  /** How it was measured, for someone who wants to check. */
  readonly method: string;
  readonly figures: readonly Figure[];
}

/** The middle value (of an even number, the upper of the two). */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs `work` `runs` times after one warm-up; gives each run's wall time in milliseconds. */
export async function timeMs(runs: number, work: () => unknown): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  return times;
}

/** CPU microseconds, user and system, that this process spends in `work` (all its threads). */
export async function cpuUs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Runs `work` in a folder of its own, which is deleted afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "trainlog-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command and parses the last line that it prints as JSON. */
export async function runJson(command: string, args: readonly string[], cwd: string): Promise<Record<string, number>> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const last = output.trim().split("\n").at(-1) ?? "";
  if (code !== 0 || !last.startsWith("{"))
    throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors.slice(-2000)}`);
  return JSON.parse(last) as Record<string, number>;
}

/** What the figures were measured on, in one line. */
export function machine(): string {
  const processors = cpus();
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0);
  return `${processors.length} × ${processors[0]?.model.trim() ?? "unknown CPU"}, ${memoryGib} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** A number with three significant digits. */
export function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}
