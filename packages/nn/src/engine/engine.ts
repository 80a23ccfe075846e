/**
 * @file The engine: one memory, its allocator and its kernels.
 *
 * There is one engine per thread, made at the first tensor. It is the package's one piece of module-level state, like the heap of the language itself:
 * tensors of two memories could never meet in one operation, so passing an engine around would add an argument everywhere and a choice nowhere.
 */
import { TrainlogError } from "../error.ts";
import type { Shape } from "../shape/shape.ts";
import { sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT, type DType, type TypedArrayOf } from "../tensor/dtype.ts";
import { type Allocator, createAllocator } from "./allocator.ts";
import { Buffer, type Stretch } from "./buffer.ts";
import { type KernelSet, scratchOf } from "./kernel-set.ts";
import { compileKernels, instantiateKernels } from "./kernels/load-kernels.ts";
import { CONTROL, FIRST_WORKSPACE, HEAP_BASE } from "./memory-map.ts";
import { createThreads, type Threads } from "./threads.ts";

/** What tensors live in and run on. */
export interface Engine {
  readonly memory: WebAssembly.Memory;
  readonly allocator: Allocator;
  /** The kernels, and working memory for them. */
  readonly kernels: KernelSet;
  readonly threads: Threads;
  /** Scalars that stay, by element type and value: see `./scalar-constants.ts`. */
  readonly constants: Readonly<Record<DType, Map<number, Buffer>>>;
}

let current: Engine | undefined;
/**
 * Buffers made in the open scopes, those of the innermost one last. One list for all: a list per scope would be old memory by the time it is full, and what
 * old memory names survives many rounds of the garbage collector.
 */
const scopeBuffers: Buffer[] = [];
/** Number of open scopes. */
let scopeDepth = 0;
/** Size of the memory that the views below are of. */
let viewedBytes = 0;
let f32: Float32Array = new Float32Array(0);
let f64: Float64Array = new Float64Array(0);
let i32: Int32Array = new Int32Array(0);

const collected = new FinalizationRegistry<Stretch>(({ ptr, sizeBytes }) => current?.allocator.free(ptr, sizeBytes));

/**
 * Buffers outside of all scopes that the garbage collector has not been told of yet. Most are disposed of soon, and telling it costs more than a small
 * operation, so it is told of many at once, of those that still live.
 */
const unregistered: Buffer[] = [];
let unregisteredBytes = 0;
const MAX_UNREGISTERED = 512;
const MAX_UNREGISTERED_BYTES = 2 ** 22;

/**
 * Without weight, gigabytes of dead tensors would not make the collector run. An eighth of the truth makes it run every few hundred megabytes, which costs
 * little.
 */
const BALLAST_PART = 8;
const MIN_WEIGHED_BYTES = 2 ** 16;

/** Leaves a buffer to the garbage collector. */
function leaveToCollector(buffer: Buffer): void {
  if (buffer.sizeBytes < 0 || buffer.registered !== undefined) return;
  unregistered.push(buffer);
  unregisteredBytes += buffer.sizeBytes;
  if (unregistered.length >= MAX_UNREGISTERED || unregisteredBytes >= MAX_UNREGISTERED_BYTES) registerAll();
}

function registerAll(): void {
  for (const buffer of unregistered) {
    if (buffer.ptr < 0 || buffer.registered !== undefined) continue;
    buffer.registered = { ptr: buffer.ptr, sizeBytes: buffer.sizeBytes };
    if (buffer.sizeBytes >= MIN_WEIGHED_BYTES) buffer.held = new ArrayBuffer(buffer.sizeBytes / BALLAST_PART);
    collected.register(buffer, buffer.registered, buffer);
  }
  unregistered.length = 0;
  unregisteredBytes = 0;
}

/** @internal This thread's engine; made at the first call. */
export function engine(): Engine {
  current ??= createEngine();
  return current;
}

function createEngine(): Engine {
  const memory = createMemory();
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const allocator = createAllocator(memory, HEAP_BASE);
  const module = compileKernels(shared);
  const threads = createThreads({ module, memory, allocator, shared });
  new DataView(memory.buffer).setInt32(CONTROL.WORKSPACES, FIRST_WORKSPACE, true);
  const exports = instantiateKernels(module, memory, { startThreads: threads.start });
  const kernels = { ...exports, scratch: scratchOf(allocator) };
  const constants = { float: new Map(), f64: new Map(), int32: new Map() };
  return { memory, allocator, kernels, threads, constants };
}

const INITIAL_PAGES = 256;

/**
 * Shared memory where it exists (browsers: on isolated pages), so that threads can help. What may be reserved at most differs between engines: some phones
 * refuse 4 GiB.
 */
function createMemory(): WebAssembly.Memory {
  const kinds = typeof SharedArrayBuffer === "undefined" ? [false] : [true, false];
  for (const shared of kinds) {
    for (const maximum of [65_536, 32_768, 16_384, 4096]) {
      try {
        return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
      } catch {
        // The next one is smaller.
      }
    }
  }
  throw new TrainlogError("engine/out-of-memory", "this process cannot reserve 256 MiB of memory for tensors");
}

/** Typed arrays over the whole memory. Growing replaces the buffer, so they are made anew when it has grown (asking the memory itself is slow). */
function refreshViews({ memory: { buffer }, allocator }: Engine): void {
  viewedBytes = allocator.memoryBytes();
  f32 = new Float32Array(buffer);
  f64 = new Float64Array(buffer);
  i32 = new Int32Array(buffer);
}

/** @internal The whole memory as elements of `dtype`; index = byte offset / bytes per element. Valid until the next allocation. */
export function view<D extends DType>(dtype: D): TypedArrayOf<D> {
  const here = current ?? engine();
  if (here.allocator.memoryBytes() !== viewedBytes) refreshViews(here);
  // One of three views, chosen by the same key that the type is computed from.
  return (dtype === "float" ? f32 : dtype === "f64" ? f64 : i32) as TypedArrayOf<D>;
}

/** @internal The elements of one buffer, without copying. Valid until the next allocation. */
export function viewOf<D extends DType>(buffer: Buffer, size: number, dtype: D): TypedArrayOf<D> {
  const start = checkAlive(buffer).ptr / BYTES_PER_ELEMENT[dtype];
  return view(dtype).subarray(start, start + size) as TypedArrayOf<D>;
}

/** @internal Memory for a tensor of this shape; elements are not cleared. Belongs to the innermost scope, or to the garbage collector. */
export function allocate(shape: Shape, dtype: DType): Buffer {
  return allocateBytes(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]);
}

/** @internal As {@link allocate}, by size. */
export function allocateBytes(sizeBytes: number): Buffer {
  const { allocator } = current ?? engine();
  const buffer = new Buffer(allocator.alloc(sizeBytes), sizeBytes);
  if (scopeDepth === 0) leaveToCollector(buffer);
  else scopeBuffers.push(buffer);
  return buffer;
}

/** @internal A copy of a buffer's elements. */
export function readBuffer<D extends DType>(buffer: Buffer, size: number, dtype: D): TypedArrayOf<D> {
  return viewOf(buffer, size, dtype).slice() as TypedArrayOf<D>;
}

/** @internal Frees a buffer now. Memory that is somebody else's stays as it is. */
export function disposeBuffer(buffer: Buffer): void {
  if (buffer.ptr < 0 || buffer.sizeBytes < 0) return;
  if (buffer.registered !== undefined) collected.unregister(buffer);
  engine().allocator.free(buffer.ptr, buffer.sizeBytes);
  buffer.ptr = -1;
}

/** @internal Two buffers of equal size exchange their memory, and with it what their tensors hold. */
export function exchangeMemory(a: Buffer, b: Buffer): void {
  const { ptr } = checkAlive(a);
  a.ptr = checkAlive(b).ptr;
  b.ptr = ptr;
  if (a.registered !== undefined) a.registered.ptr = a.ptr;
  if (b.registered !== undefined) b.registered.ptr = b.ptr;
}

/** @internal Refuses memory that was freed. */
export function checkAlive(buffer: Buffer): Buffer {
  if (buffer.ptr >= 0) return buffer;
  throw new TrainlogError(
    "tensor/disposed",
    "this tensor was freed: by dispose(), or at the end of the grad, training step or scope that made it. " +
      "Return it from there (valueGradAux returns more than the scalar), or read it with data() or item() before the end",
  );
}

/**
 * @internal Runs `fn`; afterwards frees what it allocated, except the buffers that `survivors` lists: these go to the enclosing scope, or to the garbage
 * collector. Also when `fn` throws (nothing survives then).
 */
export function withScope<T>(fn: () => T, survivors: (result: T) => Iterable<Buffer>): T {
  const start = scopeBuffers.length;
  scopeDepth += 1;
  const marked: Buffer[] = [];
  try {
    const result = fn();
    for (const buffer of survivors(result)) {
      if (buffer.kept) continue;
      buffer.kept = true;
      marked.push(buffer);
    }
    return result;
  } finally {
    scopeDepth -= 1;
    closeScope(start);
    for (const buffer of marked) buffer.kept = false;
  }
}

/** Frees what a scope made, from `start` on; what is kept goes to the scope around it. */
function closeScope(start: number): void {
  let survivors: Buffer[] | undefined;
  // One by one: setting the length makes the list small, and the next scope has to grow it again.
  while (scopeBuffers.length > start) {
    const buffer = scopeBuffers.pop() as Buffer; // there are more than `start`
    if (!buffer.kept) disposeBuffer(buffer);
    else if (scopeDepth === 0) leaveToCollector(buffer);
    else {
      survivors ??= [];
      survivors.push(buffer);
    }
  }
  if (survivors !== undefined) for (const buffer of survivors) scopeBuffers.push(buffer);
}
