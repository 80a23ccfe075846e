/**
 * @file The store's lock: one process serves a folder, because two write-ahead logs over the same run folders would undo each other.
 *
 * The lock is the one that run folders have, under another name. Where the server listens stands in `server.json` beside it, so that a second server, or a
 * command that wants to change something, can say where the first one is.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { Lock, readLock } from "../run-log/write/lock.ts";

const LOCK_FILE = "server.lock";
const ADDRESS_FILE = "server.json";
const HEARTBEAT_MS = 5_000;
/** As for a run's lock: the heartbeat decides when the owner is on another host. */
const HEARTBEAT_LIMIT_MS = 120_000;

/** The lock of a serving store. */
export class ServerLock {
  readonly #storeDir: string;
  readonly #lock: Lock;
  readonly #timer: NodeJS.Timeout;

  private constructor(storeDir: string, lock: Lock) {
    this.#storeDir = storeDir;
    this.#lock = lock;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Takes the lock; that of a dead server is taken over.
   *
   * @throws TrainlogError `store/locked` (409) naming the other server.
   */
  static acquire(storeDir: string): ServerLock {
    try {
      return new ServerLock(storeDir, Lock.acquire(storeDir, { name: LOCK_FILE }));
    } catch (error) {
      throw isTrainlogError(error, "run/locked") ? lockedError(storeDir, error) : error;
    }
  }

  /** What taking over from a server that died is worth saying; empty otherwise. */
  get notes(): readonly string[] {
    const { takenFrom } = this.#lock;
    if (takenFrom === undefined) return [];
    const who = takenFrom === "unreadable" ? "a process that left no name" : `process ${takenFrom.pid}`;
    return [`the former server (${who}) ended without closing the store; what it acknowledged was recovered`];
  }

  /** Says where the server listens. */
  announce(address: string): void {
    const { pid } = this.#lock.owner;
    writeFileSync(join(this.#storeDir, ADDRESS_FILE), `${JSON.stringify({ address, pid })}\n`);
  }

  /** Gives the lock back. */
  release(): void {
    clearInterval(this.#timer);
    rmSync(join(this.#storeDir, ADDRESS_FILE), { force: true });
    this.#lock.release();
  }

  #beat(): void {
    try {
      this.#lock.heartbeat(Date.now());
    } catch {
      // A heartbeat that fails is a disk in trouble, which the next append reports.
    }
  }
}

/** The process that serves a folder now, if one does. */
export function servingProcess(
  storeDir: string,
): { readonly pid: number; readonly address: string | undefined } | undefined {
  const state = readLock(storeDir, { name: LOCK_FILE });
  if (!state.held || state.alive === false || state.owner === undefined) return undefined;
  if (state.alive === "unknown" && Date.now() - state.heartbeatMs > HEARTBEAT_LIMIT_MS) return undefined;
  return { pid: state.owner.pid, address: addressOf(storeDir, state.owner.pid) };
}

function addressOf(storeDir: string, pid: number): string | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(join(storeDir, ADDRESS_FILE), "utf8"));
    if (json === null || typeof json !== "object" || !("pid" in json) || json.pid !== pid || !("address" in json))
      return undefined;
    return typeof json.address === "string" ? json.address : undefined;
  } catch {
    return undefined;
  }
}

function lockedError(storeDir: string, cause: TrainlogError): TrainlogError {
  const server = servingProcess(storeDir);
  const who =
    server === undefined ? "another process" : `process ${server.pid}${server.address ? ` at ${server.address}` : ""}`;
  const message = `${storeDir} is being served by ${who}; use that server, stop it first, or choose another folder`;
  return new TrainlogError("store/locked", message, { cause, status: 409 });
}
