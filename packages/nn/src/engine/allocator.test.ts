import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAllocator } from "./allocator.ts";

const PAGE_BYTES = 65_536;

function allocatorOf(pages: number, maximum: number) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum });
  return { memory, allocator: createAllocator(memory, 100) };
}

describe("createAllocator", () => {
  it("gives 64-byte aligned stretches that do not overlap, through any order of alloc and free", () => {
    const anyCommands = fc.array(fc.oneof(fc.nat({ max: 5000 }), fc.constantFrom("free", "free first")), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const { memory, allocator } = allocatorOf(1, 1000);
        const held: { ptr: number; sizeBytes: number }[] = [];
        for (const command of commands) {
          if (typeof command === "number") {
            const ptr = allocator.alloc(command);
            expect(ptr % 64).toBe(0);
            expect(ptr).toBeGreaterThanOrEqual(100);
            expect(ptr + command).toBeLessThanOrEqual(memory.buffer.byteLength);
            for (const other of held) {
              expect(ptr + command <= other.ptr || other.ptr + other.sizeBytes <= ptr).toBe(true);
            }
            held.push({ ptr, sizeBytes: command });
          } else {
            const freed = command === "free" ? held.pop() : held.shift();
            if (freed !== undefined) allocator.free(freed.ptr, freed.sizeBytes);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("hands the same place out again for a size of the same class", () => {
    const { allocator } = allocatorOf(4, 4);
    const first = allocator.alloc(1000);
    allocator.free(first, 1000);
    expect(allocator.alloc(1024)).toBe(first);
    expect(allocator.alloc(1024)).not.toBe(first);
  });

  it("wastes at most a quarter of a big stretch", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2 ** 31 }), (sizeBytes) => {
        const { allocator } = allocatorOf(1, 1);
        allocator.free(0, sizeBytes);
        const classBytes = -allocator.usedBytes();
        expect(classBytes).toBeGreaterThanOrEqual(sizeBytes);
        expect(classBytes).toBeLessThanOrEqual(sizeBytes * 1.25);
      }),
    );
  });

  it("counts what is in use", () => {
    const { allocator } = allocatorOf(4, 4);
    const a = allocator.alloc(64);
    const b = allocator.alloc(65);
    expect(allocator.usedBytes()).toBe(64 + 128);
    allocator.free(a, 64);
    allocator.free(b, 65);
    expect(allocator.usedBytes()).toBe(0);
  });

  it("grows the memory, and leaves room behind the last stretch for kernels that read whole vectors", () => {
    const { memory, allocator } = allocatorOf(1, 1000);
    const ptr = allocator.alloc(10 * PAGE_BYTES);
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(ptr + 10 * PAGE_BYTES + 16);
  });

  it("says how much is missing when there is no more memory, and goes on with smaller sizes", () => {
    const { allocator } = allocatorOf(1, 4);
    expect(() => allocator.alloc(100 * PAGE_BYTES)).toThrowError(
      expect.objectContaining({
        code: "engine/out-of-memory",
        message: expect.stringMatching(/tensors need 7 MiB, .*0 MiB in use.*use a smaller batch/),
      }),
    );
    expect(allocator.alloc(1000)).toBeGreaterThan(0);
  });

  it.each([2 ** 33, 8e18, Number.NaN])("refuses %d bytes, and goes on as if nobody had asked", (sizeBytes) => {
    const { allocator } = allocatorOf(1, 4);
    const before = allocator.usedBytes();
    expect(() => allocator.alloc(sizeBytes)).toThrow(/tensors need .* MiB, more than this process can give/);
    expect(() => allocator.alloc(1e6)).toThrow(/tensors need 1 MiB/);
    expect(allocator.usedBytes()).toBe(before);
    expect(allocator.alloc(64)).toBe(128);
  });
});
