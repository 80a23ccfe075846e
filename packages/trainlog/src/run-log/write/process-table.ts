/**
 * @file Which process is which: what a lock needs to tell its owner from another process that got the same number later.
 *
 * On Linux a process is known by (boot, pid, start time in clock ticks since boot): see proc_pid_stat(5), field 22. Elsewhere only the pid is known.
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as a lock names it. */
export interface ProcessIdentity {
  readonly hostname: string;
  /** Changes at each boot; null where the system does not say. */
  readonly bootId: string | null;
  readonly pid: number;
  /** When the process started, in units of the system; null where it does not say. */
  readonly processStart: string | null;
}

/** What can be asked about processes. */
export interface ProcessTable {
  readonly self: () => ProcessIdentity;
  /** Says whether a process of this host and boot lives; `"unknown"` when a process of that number does and nothing tells whether it is that one. */
  readonly isAlive: (identity: ProcessIdentity) => boolean | "unknown";
}

/** The processes of this machine. */
export const nodeProcesses: ProcessTable = {
  self: () => ({
    hostname: hostname(),
    bootId: readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null,
    pid: process.pid,
    processStart: processStat(process.pid)?.start ?? null,
  }),
  isAlive: ({ pid, processStart }) => {
    if (!hasProcess(pid)) return false;
    const stat = processStat(pid);
    if (stat === undefined || processStart === null) return "unknown";
    // A zombie keeps its number until its parent looks, but writes nothing any more.
    return stat.start === processStart && stat.state !== "Z" && stat.state !== "X";
  },
};

/** Says whether there is a process of that number. A signal 0 is checked and not sent. */
function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function processStat(pid: number): { state: string; start: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // Field 2 is the program's name in parentheses and may hold any character, so the fields are counted from the last parenthesis.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const start = fields[19];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
