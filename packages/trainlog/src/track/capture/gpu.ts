/** @file NVIDIA GPUs by `nvidia-smi`, where it is there. */
import { runCommand } from "./run-command.ts";

const FIELDS = [
  ["utilization.gpu", "utilization_percent"],
  ["memory.used", "memory_used_mib"],
  ["memory.total", "memory_total_mib"],
  ["temperature.gpu", "temperature_celsius"],
  ["power.draw", "power_watts"],
] as const;

/** Longest time for a sample: a hung driver makes nvidia-smi hang. */
const TIMEOUT_MS = 3_000;

/**
 * Makes a probe that takes one sample of every GPU: `gpu.0.utilization_percent`, …; empty without one.
 *
 * When there is no `nvidia-smi` it is looked for once.
 */
export function gpuProbe(): () => Promise<Map<string, number>> {
  const query = `--query-gpu=index,${FIELDS.map(([field]) => field).join(",")}`;
  let isMissing = false;
  return async () => {
    if (isMissing) return new Map();
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: 65_536 };
    const output = await runCommand("nvidia-smi", [query, "--format=csv,noheader,nounits"], limits);
    isMissing = output.missing;
    return output.ok ? parseGpus(output.stdout) : new Map();
  };
}

/** Reads nvidia-smi's CSV; a field that a GPU does not report (`[N/A]`) is left out. */
export function parseGpus(csv: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of csv.split("\n")) {
    const [index, ...fields] = line.split(",").map((part) => part.trim());
    if (index === undefined || !/^\d+$/.test(index)) continue;
    FIELDS.forEach(([, name], i) => {
      const value = Number(fields[i] === "" ? Number.NaN : fields[i]);
      if (Number.isFinite(value)) values.set(`gpu.${index}.${name}`, value);
    });
  }
  return values;
}
