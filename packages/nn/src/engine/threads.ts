/**
 * @file Worker threads that help with big kernels.
 *
 * They are started by the first job that is worth it, wait inside of the kernels' module for parts of jobs (`kernels/threads.ts`) and never hold the
 * process. Until they are ready, and wherever they are not to be had (no shared memory, workers refused), everything runs on the calling thread, with the
 * same bits.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { findNodeModule } from "../node-modules.ts";
import type { Allocator } from "./allocator.ts";
import { CONTROL, MAX_THREADS, WORKSPACE_BYTES } from "./memory-map.ts";

/** Threads of one engine. */
export interface Threads {
  /** Most threads that work on one operation, the calling one included. */
  count(): number;
  /** Sets the number; workers that are too many sleep. */
  set(count: number, most?: number): void;
  /** Threads beyond which more only wait for each other: the cores, or what `TRAINLOG_THREADS` asks for. */
  readonly useful: number;
  /** Starts the workers that are wanted and were never started. */
  readonly start: () => void;
}

interface ThreadsOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly allocator: Allocator;
  /** Whether `memory` can be shared with workers. */
  readonly shared: boolean;
}

/** Rounds of looking for news before a thread sleeps: some 30 µs, about what waking it up takes, so the small operations between two big ones fit in. */
const SPINS = 20_000;

/** No worker runs before `start`. */
export function createThreads({ module, memory, allocator, shared }: ThreadsOptions): Threads {
  const control = (): Int32Array => new Int32Array(memory.buffer);
  let started = 1;
  let refused = !shared;
  const set = (count: number, most = MAX_THREADS): void => {
    const wanted = Math.min(checkCount(count), most);
    control()[CONTROL.WANTED / 4] = refused ? 1 : wanted;
  };
  const start = (): void => {
    const wanted = control()[CONTROL.WANTED / 4] ?? 1;
    try {
      for (; started < wanted; started += 1) {
        const workspace = allocator.alloc(WORKSPACE_BYTES);
        control()[CONTROL.WORKSPACES / 4 + started] = workspace;
        startWorker({ module, memory });
      }
    } catch {
      refused = true;
      set(1);
    }
  };
  const initial = defaultThreads();
  set(initial);
  control()[CONTROL.MAY_WAIT / 4] = mayWait() ? 1 : 0;
  control()[CONTROL.SPINS / 4] = SPINS;
  return {
    count: () => control()[CONTROL.WANTED / 4] ?? 1,
    set,
    start,
    useful: Math.max(initial, cores() ?? MAX_THREADS),
  };
}

function checkCount(count: number, what = "the number of threads"): number {
  if (Number.isSafeInteger(count) && count >= 1) return Math.min(count, MAX_THREADS);
  throw new TrainlogError(
    "engine/bad-threads",
    `${what} is ${describeValue(count)}; it must be a whole number of at least 1`,
  );
}

/** `TRAINLOG_THREADS` if it is set, otherwise one per core. */
function defaultThreads(): number {
  const wished = globalThis.process?.env?.["TRAINLOG_THREADS"];
  if (wished !== undefined && wished !== "") return checkCount(Number(wished), `TRAINLOG_THREADS=${wished}`);
  return cores() ?? 1;
}

/** Cores that this process may use; undefined where nobody says. */
function cores(): number | undefined {
  const count = globalThis.navigator?.hardwareConcurrency;
  return count === undefined ? undefined : Math.max(1, Math.min(count, MAX_THREADS));
}

/** A browser's main thread must not sleep; it spins instead. */
function mayWait(): boolean {
  return typeof globalThis.document === "undefined";
}

/** What a worker gets. */
interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** What a worker runs. A text, so that it needs no file of its own, which bundlers would have to know of. */
const WORKER_BODY = `new WebAssembly.Instance(data.module, {
  env: { memory: data.memory },
  host: { startThreads() {}, badIndex() {} },
  math: { sin: Math.sin, cos: Math.cos, pow: Math.pow },
}).exports.worker();`;

function startWorker(data: WorkerData): void {
  const node = findNodeModule("node:worker_threads");
  if (node !== undefined) {
    const source = `const data = require("node:worker_threads").workerData; ${WORKER_BODY}`;
    const worker = new node.Worker(source, { eval: true, workerData: data, execArgv: [] });
    // A worker that cannot start is one thread less, no more.
    worker.on("error", () => {});
    worker.unref();
    return;
  }
  const source = `onmessage = ({ data }) => { ${WORKER_BODY} };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("error", (event) => event.preventDefault());
  worker.postMessage(data);
}
