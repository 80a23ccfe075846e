/** @file Facts about the machine and the process. */
import { arch, cpus, hostname, platform, release, totalmem } from "node:os";
import { isMainThread } from "node:worker_threads";
import type { JsonObject } from "../../run/json.ts";
import { maskSecrets } from "./command-line.ts";

/** Facts about the machine and the process: names, sizes and versions, nothing that identifies a person. */
export function hostFacts(): JsonObject {
  const processors = cpus();
  return {
    hostname: hostname(),
    os: `${platform()} ${release()}`,
    arch: arch(),
    cpu: processors[0]?.model.trim() ?? "unknown",
    cpuCount: processors.length,
    memoryBytes: totalmem(),
    node: process.version,
    pid: process.pid,
    cwd: process.cwd(),
    command: maskSecrets(process.argv).join(" "),
    ...(isMainThread ? {} : { workerThread: true }),
  };
}
