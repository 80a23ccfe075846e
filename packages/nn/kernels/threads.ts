/**
 * @file Jobs: a kernel's work in parts, one per thread.
 *
 * The caller writes a job and its arguments into shared memory, wakes the workers, does part 0 and waits for the rest. Threads share no data but the
 * inputs, and how work is cut never changes the order of a sum, so the result has the same bits for every number of threads.
 */
import { ARGUMENTS, EPOCH, JOB, MAY_WAIT, PENDING, READY, SPINS, WANTED, WORKSPACES } from "./memory-map";
import { runPart } from "./jobs";

/** Starts the workers that are wanted and do not exist yet; the host does it once. */
@external("host", "startThreads")
declare function startThreads(): void;

/**
 * Floating-point operations (of what is bound by memory: four per element) below which one thread is as fast. In a training step the other threads still
 * look for work, and find it within a microsecond or two; from sleep it is some 20.
 */
const PARALLEL_WORK: f64 = 500_000;

/** Says whether `work` operations are worth more than one thread. */
export function isBig(work: f64): bool {
  return work >= PARALLEL_WORK && load<i32>(WANTED) > 1;
}

export function setArgument(index: i32, value: usize): void {
  store<usize>(ARGUMENTS + (<usize>index << 2), value);
}

export function argument(index: i32): i32 {
  return load<i32>(ARGUMENTS + (<usize>index << 2));
}

/** An argument that is a place in memory. */
export function pointer(index: i32): usize {
  return load<usize>(ARGUMENTS + (<usize>index << 2));
}

export function floatArgument(index: i32): f32 {
  return load<f32>(ARGUMENTS + (<usize>index << 2));
}

/** Working memory of one thread. */
export function workspace(thread: i32): usize {
  return load<usize>(WORKSPACES + (<usize>thread << 2));
}

/** First of `units` that part `part` of `parts` does; its last is the first of the next part. */
export function partStart(units: i32, part: i32, parts: i32): i32 {
  return <i32>((<i64>units * part) / parts);
}

/** Runs a job whose arguments are set on this thread alone. */
export function runAlone(job: i32): void {
  runPart(job, 0, 1);
}

/** Runs a job whose arguments are set on all threads that are ready, and returns when it is done. */
export function run(job: i32): void {
  const wanted = load<i32>(WANTED);
  let workers = atomic.load<i32>(READY);
  if (workers < wanted - 1) startThreads();
  workers = min(workers, wanted - 1);
  if (workers == 0) {
    runPart(job, 0, 1);
    return;
  }
  store<i32>(JOB, job);
  atomic.store<i32>(PENDING, workers);
  atomic.store<i32>(EPOCH, (((atomic.load<i32>(EPOCH) >> 8) + 1) << 8) | (workers + 1));
  atomic.notify(EPOCH, -1);
  runPart(job, 0, workers + 1);
  waitUntilDone();
}

function waitUntilDone(): void {
  const mayWait = load<i32>(MAY_WAIT) != 0;
  let spins = load<i32>(SPINS);
  for (;;) {
    const pending = atomic.load<i32>(PENDING);
    if (pending == 0) return;
    if (spins > 0 || !mayWait) spins--;
    else atomic.wait<i32>(PENDING, pending, -1);
  }
}

/**
 * What a worker runs for all its life.
 *
 * It looks at EPOCH before it counts itself ready: a job posted between the two has no part for it, and is passed over.
 */
export function worker(): void {
  let seen = atomic.load<i32>(EPOCH);
  const thread = atomic.add<i32>(READY, 1) + 1;
  for (;;) {
    seen = nextEpoch(seen);
    const threads = seen & 255;
    if (thread >= threads) continue;
    runPart(load<i32>(JOB), thread, threads);
    if (atomic.sub<i32>(PENDING, 1) == 1) atomic.notify(PENDING, -1);
  }
}

/** Waits until EPOCH is no longer `seen`. */
function nextEpoch(seen: i32): i32 {
  let spins = load<i32>(SPINS);
  let now = atomic.load<i32>(EPOCH);
  while (now == seen) {
    if (spins > 0) spins--;
    else atomic.wait<i32>(EPOCH, seen, -1);
    now = atomic.load<i32>(EPOCH);
  }
  return now;
}
