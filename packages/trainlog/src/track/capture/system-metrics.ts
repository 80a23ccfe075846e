/**
 * @file How busy the machine and the process are, every few seconds, as metrics `system/…`.
 *
 * Their step is the second since the run began, so that a resumed run goes on where it was. What a platform does not tell is left out.
 */
import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, loadavg, totalmem } from "node:os";
import type { RowsEvent } from "../../run/event.ts";
import { gpuProbe } from "./gpu.ts";

/** Time between two samples. */
export const SAMPLE_EVERY_MS = 10_000;

/** Named values of one sample. */
export type SystemSample = Map<string, number>;

/** What the differences of a sample are taken from. */
interface Counters {
  readonly atMs: number;
  readonly cpuBusy: number;
  readonly cpuTotal: number;
  readonly processCpuMs: number;
  readonly networkInBytes: number | undefined;
  readonly networkOutBytes: number | undefined;
}

/** Options of {@link sampleSystem}. */
export interface SystemMetricsOptions {
  /** Folder whose disk is measured. */
  readonly dir: string;
  /** When the run began, milliseconds since 1970. */
  readonly createdMs: number;
  readonly everyMs?: number;
}

/**
 * Samples until stopped and hands each sample over as one row. Never throws and keeps no process alive.
 *
 * @returns Stops sampling.
 */
export function sampleSystem(options: SystemMetricsOptions, onSample: (event: RowsEvent) => void): () => void {
  let stopped = false;
  let before: Counters | undefined;
  let sampling = false;
  const probeGpus = gpuProbe();
  const sample = async (): Promise<void> => {
    if (sampling) return; // a sample that takes longer than the pause is not piled up
    sampling = true;
    try {
      const now = await readCounters();
      const values = before === undefined ? undefined : await takeSample(before, now, options.dir, probeGpus);
      before = now;
      if (values !== undefined && !stopped) onSample(asRow(values, options.createdMs));
    } catch {
      // Facts are a courtesy: the next sample may work.
    } finally {
      sampling = false;
    }
  };
  void sample();
  const timer = setInterval(() => void sample(), options.everyMs ?? SAMPLE_EVERY_MS).unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

function asRow(values: SystemSample, createdMs: number): RowsEvent {
  const wallMs = Date.now();
  const columns = [...values].map(([key, value]) => ({
    kind: "number" as const,
    key: `system/${key}`,
    values: Float64Array.of(value),
  }));
  const second = Math.max(0, Math.round((wallMs - createdMs) / 1000));
  return { type: "rows", rows: { steps: Float64Array.of(second), wallMs: Float64Array.of(wallMs), columns } };
}

async function takeSample(
  before: Counters,
  now: Counters,
  dir: string,
  probeGpus: () => Promise<SystemSample>,
): Promise<SystemSample> {
  const sample: SystemSample = new Map();
  const seconds = Math.max((now.atMs - before.atMs) / 1000, 1e-3);
  const cpuTotal = now.cpuTotal - before.cpuTotal;
  if (cpuTotal > 0) sample.set("cpu_percent", (100 * (now.cpuBusy - before.cpuBusy)) / cpuTotal);
  sample.set("process_cpu_percent", (now.processCpuMs - before.processCpuMs) / (10 * seconds));
  addRate(sample, "network_in_bytes_per_s", before.networkInBytes, now.networkInBytes, seconds);
  addRate(sample, "network_out_bytes_per_s", before.networkOutBytes, now.networkOutBytes, seconds);
  await addMemory(sample);
  await addDisk(sample, dir);
  for (const [key, value] of await probeGpus()) sample.set(key, value);
  return sample;
}

function addRate(
  sample: SystemSample,
  key: string,
  before: number | undefined,
  now: number | undefined,
  seconds: number,
): void {
  if (before !== undefined && now !== undefined && now >= before) sample.set(key, (now - before) / seconds);
}

async function addMemory(sample: SystemSample): Promise<void> {
  const { rss, heapUsed } = process.memoryUsage();
  const available = await availableMemory();
  sample.set("memory_percent", 100 * (1 - available / totalmem()));
  sample.set("memory_available_bytes", available);
  sample.set("process_memory_bytes", rss);
  sample.set("process_heap_bytes", heapUsed);
  const load = loadavg()[0];
  if (load !== undefined && process.platform !== "win32") sample.set("load_1min", load);
}

/** Linux's estimate that counts the page cache as free; `os.freemem` does not on old Nodes. */
async function availableMemory(): Promise<number> {
  const text = await readText("/proc/meminfo");
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

async function addDisk(sample: SystemSample, dir: string): Promise<void> {
  const { bsize, blocks, bavail } = await statfs(dir);
  if (blocks > 0) sample.set("disk_percent", 100 * (1 - bavail / blocks));
  sample.set("disk_free_bytes", bavail * bsize);
}

async function readCounters(): Promise<Counters> {
  const { user, system } = process.cpuUsage();
  const network = parseNetwork(await readText("/proc/net/dev"));
  return {
    atMs: performance.now(),
    ...cpuTimes(),
    processCpuMs: (user + system) / 1000,
    networkInBytes: network?.inBytes,
    networkOutBytes: network?.outBytes,
  };
}

function cpuTimes(): { cpuBusy: number; cpuTotal: number } {
  let [cpuBusy, cpuTotal] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    cpuBusy += busy;
    cpuTotal += busy + times.idle;
  }
  return { cpuBusy, cpuTotal };
}

/** Sums `/proc/net/dev` over all interfaces but loopback. */
export function parseNetwork(text: string): { inBytes: number; outBytes: number } | undefined {
  if (text === "") return undefined;
  let [inBytes, outBytes] = [0, 0];
  for (const line of text.split("\n").slice(2)) {
    const [name, numbers] = line.split(":");
    if (name === undefined || numbers === undefined || name.trim() === "lo") continue;
    const fields = numbers.trim().split(/\s+/).map(Number);
    inBytes += fields[0] ?? 0;
    outBytes += fields[8] ?? 0;
  }
  return { inBytes, outBytes };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return ""; // not Linux
  }
}
