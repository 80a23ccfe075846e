/**
 * @file Memory for tensors inside one `WebAssembly.Memory`: free lists by size class over a bump pointer.
 *
 * A training loop asks for the same sizes again and again, so a freed stretch of the same class is nearly always there. Classes are multiples of 64
 * bytes up to 1 KiB and then four per power of two, so at most a quarter of a stretch is wasted.
 */
import { TrainlogError } from "../error.ts";

const PAGE_BYTES = 65_536;
/** The most that 32-bit pointers reach. */
const MAX_PAGES = 65_536;
const MAX_BYTES = MAX_PAGES * PAGE_BYTES;
const ALIGN_SHIFT = 6;
const ALIGN_BYTES = 1 << ALIGN_SHIFT;
/** Kernels read whole vectors, so up to 12 bytes behind a tensor; the last one must not end where the memory does. */
const GUARD_BYTES = 64;

/** Hands out and takes back stretches of one memory. */
export interface Allocator {
  /** Offset of a stretch of at least `sizeBytes`, 64-byte aligned. Elements are not cleared. */
  alloc(sizeBytes: number): number;
  /** Takes a stretch back; `sizeBytes` as it was asked for. */
  free(ptr: number, sizeBytes: number): void;
  /** Bytes handed out and not taken back, rounded up to their classes. */
  usedBytes(): number;
  /** Size of the whole memory. Grows only here. */
  memoryBytes(): number;
}

/** Number of the smallest class that holds `sizeBytes`. */
function classOf(sizeBytes: number): number {
  // In whole numbers: this runs twice for every operation.
  if (sizeBytes <= 1024) return sizeBytes === 0 ? 1 : (sizeBytes + ALIGN_BYTES - 1) >> ALIGN_SHIFT;
  const exponent = 31 - Math.clz32(sizeBytes - 1);
  const quarter = 2 ** (exponent - 2);
  return 16 + (exponent - 10) * 4 + (Math.ceil(sizeBytes / quarter) - 4);
}

/** Bytes of a stretch of this class. */
function classBytes(sizeClass: number): number {
  if (sizeClass <= 16) return sizeClass * ALIGN_BYTES;
  const exponent = 10 + Math.floor((sizeClass - 17) / 4);
  return 2 ** (exponent - 2) * (5 + ((sizeClass - 17) % 4));
}

function outOfMemory(neededBytes: number, haveBytes: number): TrainlogError {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  return new TrainlogError(
    "engine/out-of-memory",
    `tensors need ${mebibytes(neededBytes)} MiB, more than this process can give (${mebibytes(haveBytes)} MiB in use, ` +
      "4096 MiB at most); use a smaller batch, checkpointing, or gradient accumulation; in a loop of your own, scope(() => …) or dispose() frees " +
      "what is not needed any more at once",
  );
}

/** An allocator over `memory`, starting at `basePtr` (what lies below belongs to the kernels). */
export function createAllocator(memory: WebAssembly.Memory, basePtr: number): Allocator {
  const freeLists: number[][] = [];
  let top = Math.ceil(basePtr / ALIGN_BYTES) * ALIGN_BYTES;
  let limitBytes = memory.buffer.byteLength;
  let used = 0;

  const grow = (neededBytes: number): void => {
    const missing = Math.ceil((neededBytes - limitBytes) / PAGE_BYTES);
    const have = limitBytes / PAGE_BYTES;
    // Growing by at least an eighth keeps the number of grows (each moves or re-views the memory) logarithmic.
    for (const pages of [Math.max(missing, Math.ceil(have / 8)), missing]) {
      if (have + pages > MAX_PAGES) continue;
      try {
        memory.grow(pages);
        limitBytes = memory.buffer.byteLength;
        return;
      } catch {
        // A smaller step may still fit.
      }
    }
    throw outOfMemory(neededBytes, limitBytes);
  };

  return {
    alloc(sizeBytes) {
      // Classes are computed with 32 bits, so what no memory holds is refused first; also what is no number.
      if (!(sizeBytes <= MAX_BYTES)) throw outOfMemory(sizeBytes, limitBytes);
      const sizeClass = classOf(sizeBytes);
      const bytes = classBytes(sizeClass);
      const ptr = freeLists[sizeClass]?.pop();
      if (ptr === undefined && top + bytes + GUARD_BYTES > limitBytes) grow(top + bytes + GUARD_BYTES);
      used += bytes;
      if (ptr !== undefined) return ptr;
      const fresh = top;
      top += bytes;
      return fresh;
    },
    free(ptr, sizeBytes) {
      const sizeClass = classOf(sizeBytes);
      used -= classBytes(sizeClass);
      const list = freeLists[sizeClass];
      if (list === undefined) freeLists[sizeClass] = [ptr];
      else list.push(ptr);
    },
    usedBytes: () => used,
    memoryBytes: () => limitBytes,
  };
}
