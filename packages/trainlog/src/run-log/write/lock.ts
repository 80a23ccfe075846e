/**
 * @file The writer's lock: one process writes a run's folder, and a dead one does not keep it.
 *
 * `writer.lock` is made complete (a temporary file gets its second name by link(2), which fails when the name is taken). Its owner is known by host, boot,
 * process number and process start. The lock of a dead owner is replaced under a *claim*, a file named after the dead lock's token that again only one
 * process can make: whoever holds the claim and still finds the dead lock is the only one who may replace it, so of two that race exactly one wins.
 * flock(2) would be simpler, but Node has none, and over NFS it means little.
 */
import { join } from "node:path";
import { describeValue, TrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { isPlainObject } from "../../run/json.ts";
import { diskError, systemCode } from "../disk-error.ts";
import { nodeFs, type RunLogFs, removeQuietly, writeNewFile } from "../file-system.ts";
import { nodeProcesses, type ProcessIdentity, type ProcessTable } from "./process-table.ts";

/** Name of the lock of a run's writer. */
export const WRITER_LOCK = "writer.lock";

/** Age from which the heartbeat of an owner that cannot be looked at (another host) says that it is dead. A heartbeat comes every 5 s. */
export const HEARTBEAT_LIMIT_MS = 120_000;

/** The same for a lock that cannot be read: complete ones are made in one step, so a power loss took its content, or it is being made right now. */
const UNREADABLE_LIMIT_MS = 10_000;

/** Age from which a temporary file or a claim is a leftover of a process that was killed: taking a lock is a matter of milliseconds. */
const LEFTOVER_MS = 600_000;

/** Attempts to get a lock that changes hands meanwhile, before giving up; and the time between them. */
const MAX_ATTEMPTS = 50;
const ATTEMPT_MS = 2;

/** Who holds a lock. */
export interface LockOwner extends ProcessIdentity {
  /** Random, made for this lock alone. */
  readonly token: string;
  /** When the lock was taken, milliseconds since 1970. */
  readonly openedMs: number;
}

/** What is known of a lock. */
export type LockState =
  | { readonly held: false }
  | {
      readonly held: true;
      /** Undefined when the file says nothing that can be read. */
      readonly owner: LockOwner | undefined;
      /** `"unknown"`: the owner is on another host (or unreadable); then the heartbeat decides. */
      readonly alive: boolean | "unknown";
      /** When the owner last said that it lives, milliseconds since 1970. */
      readonly heartbeatMs: number;
    };

/** Where a lock looks. */
export interface LockOptions {
  readonly fs?: RunLogFs;
  readonly processes?: ProcessTable;
  /** File name; {@link WRITER_LOCK} when absent. */
  readonly name?: string;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Reads the lock of a run's folder.
 *
 * @throws TrainlogError `store/io` when the file is there and cannot be read.
 */
export function readLock(dir: string, options: LockOptions = {}): LockState {
  const fs = options.fs ?? nodeFs;
  const path = join(dir, options.name ?? WRITER_LOCK);
  try {
    const owner = parseOwner(fs.readFile(path));
    const heartbeatMs = fs.facts(path).modifiedMs;
    return { held: true, owner, alive: ownerAlive(owner, options.processes ?? nodeProcesses), heartbeatMs };
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return { held: false };
    throw diskError(error, `read ${path}`);
  }
}

/** Says whether somebody is writing the run: by the process where it can be looked at, else by the heartbeat. */
export function runLiveness(dir: string, options: { readonly nowMs: number }): "alive" | "dead" {
  return isHeld(readLock(dir), options.nowMs) ? "alive" : "dead";
}

/** Says whether a lock keeps others out. */
function isHeld(state: LockState, nowMs: number): state is LockState & { held: true } {
  if (!state.held) return false;
  if (state.alive !== "unknown") return state.alive;
  return nowMs - state.heartbeatMs < (state.owner === undefined ? UNREADABLE_LIMIT_MS : HEARTBEAT_LIMIT_MS);
}

function parseOwner(bytes: Uint8Array): LockOwner | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (!isPlainObject(json)) return undefined;
  const { token, pid, hostname, bootId, processStart, openedMs } = json;
  if (typeof token !== "string" || typeof pid !== "number" || typeof hostname !== "string") return undefined;
  return {
    token,
    pid,
    hostname,
    bootId: typeof bootId === "string" ? bootId : null,
    processStart: typeof processStart === "string" ? processStart : null,
    openedMs: typeof openedMs === "number" ? openedMs : 0,
  };
}

function ownerAlive(owner: LockOwner | undefined, processes: ProcessTable): boolean | "unknown" {
  if (owner === undefined) return "unknown";
  const self = processes.self();
  if (owner.hostname !== self.hostname) return "unknown";
  if (owner.bootId !== self.bootId) return false;
  return processes.isAlive(owner);
}

/** A lock that is held. */
export class Lock {
  readonly owner: LockOwner;
  /** The dead owner from whom the lock was taken over. */
  readonly takenFrom: LockOwner | "unreadable" | undefined;
  readonly #path: string;
  readonly #fs: RunLogFs;

  private constructor(path: string, fs: RunLogFs, owner: LockOwner, takenFrom: LockOwner | "unreadable" | undefined) {
    this.#path = path;
    this.#fs = fs;
    this.owner = owner;
    this.takenFrom = takenFrom;
  }

  /**
   * Takes the lock of a run's folder.
   *
   * @throws TrainlogError `run/locked` (409) when a living process holds it; `store/read-only`, `store/disk-full`, `store/io`.
   */
  static acquire(dir: string, options: LockOptions = {}): Lock {
    const fs = options.fs ?? nodeFs;
    const now = options.now ?? Date.now;
    const name = options.name ?? WRITER_LOCK;
    const path = join(dir, name);
    const owner: LockOwner = { token: randomText(16), ...(options.processes ?? nodeProcesses).self(), openedMs: now() };
    const own = `${path}.${owner.token}`;
    try {
      // Not synced: a power loss ends the owner too.
      writeNewFile(fs, own, new TextEncoder().encode(`${JSON.stringify(owner)}\n`), false);
      try {
        for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
          const state = linkIfFree(fs, own, path) ? undefined : readLock(dir, options);
          if (state !== undefined && isHeld(state, now())) throw lockedError(dir, state);
          if (state === undefined || (state.held && takeOver(dir, own, state, { ...options, fs, now }))) {
            removeLeftovers(fs, dir, name, now());
            return new Lock(path, fs, owner, state?.held === true ? (state.owner ?? "unreadable") : undefined);
          }
          pause(ATTEMPT_MS);
        }
      } finally {
        removeQuietly(fs, own);
      }
    } catch (error) {
      throw diskError(error, `lock ${path}`);
    }
    throw new TrainlogError("run/locked", `${path}: the lock keeps changing hands; try again`, { status: 409 });
  }

  /** Says that the owner lives, and whether the lock is still its own: a host that slept for minutes may have been taken for dead. */
  heartbeat(nowMs: number): boolean {
    try {
      if (parseOwner(this.#fs.readFile(this.#path))?.token !== this.owner.token) return false;
      this.#fs.touch(this.#path, nowMs);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw diskError(error, `touch ${this.#path}`);
    }
  }

  /** Gives the lock back, unless it is somebody else's by now. */
  release(): void {
    try {
      if (parseOwner(this.#fs.readFile(this.#path))?.token === this.owner.token) this.#fs.remove(this.#path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw diskError(error, `release ${this.#path}`);
    }
  }
}

/** What file systems without second names (FAT, some network mounts) answer to link(2). */
const NO_LINKS: readonly (string | undefined)[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** Gives `own` the name `path`; false when that is taken. */
function linkIfFree(fs: RunLogFs, own: string, path: string): boolean {
  try {
    fs.link(own, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!NO_LINKS.includes(systemCode(error))) throw error;
  }
  return copyIfFree(fs, own, path);
}

/** As {@link linkIfFree} where there are no links: exclusive too, but for an instant the lock is there without its content. */
function copyIfFree(fs: RunLogFs, own: string, path: string): boolean {
  try {
    writeNewFile(fs, path, fs.readFile(own));
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Waits without giving the event loop a turn: opening a run is synchronous, and who holds a claim needs a fraction of a millisecond. */
function pause(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

/** Replaces a dead owner's lock by `own`. False when somebody else is doing it. */
function takeOver(
  dir: string,
  own: string,
  dead: LockState & { held: true },
  options: LockOptions & { readonly fs: RunLogFs; readonly now: () => number },
): boolean {
  const { fs, now, name = WRITER_LOCK } = options;
  const path = join(dir, name);
  const claimName = `${name}.claim-${dead.owner?.token ?? "unreadable"}`;
  const claim = join(dir, claimName);
  if (!linkIfFree(fs, own, claim)) {
    const claimed = readLock(dir, { ...options, name: claimName });
    if (isHeld(claimed, now())) return false;
    // Whoever made the claim died with it in hand. Its claim is claimed like the lock itself, under the name of its token.
    if (claimed.held && takeOver(dir, own, claimed, { ...options, name: claimName })) removeQuietly(fs, claim);
    return false;
  }
  try {
    const current = readLock(dir, { ...options, name });
    if (!current.held || current.owner?.token !== dead.owner?.token) return false;
    const second = `${own}-lock`;
    linkIfFree(fs, own, second);
    fs.rename(second, path);
    return true;
  } finally {
    removeQuietly(fs, claim);
  }
}

/** Removes what processes left that were killed while they took this lock. Only the lock's holder does it, and trouble with it is nobody's. */
function removeLeftovers(fs: RunLogFs, dir: string, name: string, nowMs: number): void {
  try {
    for (const file of fs.list(dir)) {
      const path = join(dir, file);
      if (file.startsWith(`${name}.`) && nowMs - fs.facts(path).modifiedMs > LEFTOVER_MS) removeQuietly(fs, path);
    }
  } catch {
    // The next one who takes the lock tries again.
  }
}

function lockedError(dir: string, state: LockState & { held: true }): TrainlogError {
  const { owner, heartbeatMs } = state;
  const seconds = Math.ceil(UNREADABLE_LIMIT_MS / 1000);
  if (owner === undefined) {
    const message = `${dir}: another process is starting to write this run (its lock cannot be read); wait ${seconds} s, or delete ${WRITER_LOCK} if no process writes the run`;
    return new TrainlogError("run/locked", message, { status: 409 });
  }
  const who = owner.pid === process.pid ? `this process (${owner.pid})` : `process ${owner.pid}`;
  const message =
    `${dir}: the run is being written by ${who} on host ${describeValue(owner.hostname)} since ${isoTime(owner.openedMs)}` +
    ` (last heard of at ${isoTime(heartbeatMs)}); finish that run first, stop that process, or start a run with another id`;
  return new TrainlogError("run/locked", message, { status: 409 });
}

/** The time as text. A lock from disk may hold any number. */
function isoTime(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? "an unknown time" : time.toISOString();
}
