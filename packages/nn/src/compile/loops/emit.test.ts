import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocateBytes, view } from "../../engine/engine.ts";
import { fill, iota } from "../../primitives/index.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT, type DType } from "../../tensor/dtype.ts";
import { createPlanModule } from "../plan/test-run-loop.ts";
import { broadcastStrides } from "./axes.ts";
import type { Access, LoopProgram, ReductionKind } from "./program.ts";

const elements = (
  size: number,
  dtype: DType,
): { readonly ptr: number; read(): number[]; write(values: readonly number[]): void } => {
  const { ptr } = allocateBytes(Math.max(1, size) * BYTES_PER_ELEMENT[dtype]);
  const own = (): { set(values: readonly number[]): void; [Symbol.iterator](): Iterator<number> } =>
    view(dtype).subarray(ptr / BYTES_PER_ELEMENT[dtype], ptr / BYTES_PER_ELEMENT[dtype] + size);
  return { ptr, read: () => [...own()], write: (values) => own().set(values) };
};

const contiguous = (shape: Shape, ptr: number, dtype: DType): Access => ({
  ptr,
  strides: broadcastStrides(shape, shape),
  dtype,
});

/** Coordinates of every point of a space, in order. */
function pointsOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (points, length) => points.flatMap((point) => Array.from({ length }, (_, i) => [...point, i])),
    [[]],
  );
}

const offsetOf = (point: readonly number[], strides: readonly number[]): number =>
  point.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);

const space = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 8, 11), { maxLength: 4 });
const dtypes = fc.constantFrom<DType>("float", "f64", "int32");

describe("emitLoop", () => {
  it("reads operands along any strides and writes every element once", () => {
    fc.assert(
      fc.property(
        space,
        fc.array(fc.constantFrom(0, 1, 2, 7), { minLength: 4, maxLength: 4 }),
        dtypes,
        (shape, steps, dtype) => {
          const strides: number[] = shape.map((_, axis) => steps[axis] ?? 0);
          const reach = 1 + strides.reduce((sum, step, axis) => sum + step * ((shape[axis] ?? 1) - 1), 0);
          const x = elements(reach, dtype);
          const out = elements(sizeOf(shape) + 1, dtype);
          const input = Array.from({ length: reach }, (_, i) => i + 1);
          x.write(input);
          out.write(out.read().map((_, i) => (i === sizeOf(shape) ? -77 : 0)));
          createPlanModule({
            shape,
            values: [
              { kind: "load", access: { ptr: x.ptr, strides, dtype } },
              { kind: "compute", name: "add", inputs: [0, 0], dtype },
            ],
            stores: [{ value: 1, access: contiguous(shape, out.ptr, dtype) }],
            reductions: [],
          })();
          const wanted = pointsOf(shape).map((point) => 2 * (input[offsetOf(point, strides)] ?? 0));
          expect(out.read()).toEqual([...wanted, -77]);
        },
      ),
    );
  });

  it("reduces along any axes, empty ones included", () => {
    const withEmpty = fc.array(fc.constantFrom(0, 1, 2, 3, 5, 9), { minLength: 1, maxLength: 4 });
    const kinds = fc.constantFrom<ReductionKind>("sum", "max", "min");
    fc.assert(
      fc.property(
        withEmpty,
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        kinds,
        dtypes,
        (shape, reduced, kind, dtype) => {
          const kept = shape.map((length, axis) => (reduced[axis] === true ? 1 : length));
          const x = elements(sizeOf(shape), dtype);
          const out = elements(sizeOf(kept), dtype);
          const input = Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 19) - 9);
          x.write(input);
          const strides = broadcastStrides(kept, shape);
          const program: LoopProgram = {
            shape,
            values: [{ kind: "load", access: contiguous(shape, x.ptr, dtype) }],
            stores: [],
            reductions: [{ value: 0, kind, access: { ptr: out.ptr, strides, dtype } }],
          };
          createPlanModule(program)();
          const identity = {
            sum: 0,
            max: dtype === "int32" ? -(2 ** 31) : -Infinity,
            min: dtype === "int32" ? 2 ** 31 - 1 : Infinity,
          };
          const wanted = new Array<number>(sizeOf(kept)).fill(identity[kind]);
          const combine = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }[kind];
          pointsOf(shape).forEach((point, i) => {
            const at = offsetOf(point, strides);
            wanted[at] = combine(wanted[at] ?? 0, input[i] ?? 0);
          });
          expect(out.read()).toEqual(wanted);
        },
      ),
    );
  });

  it("finds operands and results by what their base holds", () => {
    const x = elements(6, "float");
    const out = elements(4, "float");
    const bases = elements(2, "int32");
    x.write([9, 1, 2, 3, 4, 5]);
    out.write([7, 7, 7, 7]);
    bases.write([x.ptr, out.ptr]);
    const base = { x: bases.ptr, out: bases.ptr + 4 };
    createPlanModule({
      shape: [2, 2],
      values: [
        { kind: "load", access: { ptr: 4, base: base.x, strides: [2, 1], dtype: "float" } },
        { kind: "load", access: { ptr: 0, base: base.x, strides: [0, 0], dtype: "float" } },
        { kind: "compute", name: "mul", inputs: [0, 1], dtype: "float" },
      ],
      stores: [],
      reductions: [{ value: 2, kind: "sum", access: { ptr: 4, base: base.out, strides: [0, 1], dtype: "float" } }],
    })();
    expect(out.read()).toEqual([7, 9 * (1 + 3), 9 * (2 + 4), 7]);
  });

  it("keeps the digits of long sums", () => {
    const size = 3_000_001;
    const x = fill([size], 0.1, "float");
    const out = elements(1, "float");
    createPlanModule({
      shape: [size],
      values: [{ kind: "load", access: contiguous([size], (x.value as { ptr: number }).ptr, "float") }],
      stores: [],
      reductions: [{ value: 0, kind: "sum", access: { ptr: out.ptr, strides: [0], dtype: "float" } }],
    })();
    // One running f32 sum would be off by several per cent here, one per lane by 3e-3.
    expect(Math.abs((out.read()[0] ?? 0) / (Math.fround(0.1) * size) - 1)).toBeLessThan(1e-5);
  });

  it("converts between element types within one loop", () => {
    const x = iota([7], 0, "float");
    const out = { f64: elements(7, "f64"), int32: elements(7, "int32"), float: elements(7, "float") };
    const shape = [7];
    createPlanModule({
      shape,
      values: [
        { kind: "load", access: contiguous(shape, (x.value as { ptr: number }).ptr, "float") },
        { kind: "constant", value: -2.5, dtype: "float" },
        { kind: "compute", name: "mul", inputs: [0, 1], dtype: "float" },
        { kind: "compute", name: "cast", inputs: [2], dtype: "f64" },
        { kind: "compute", name: "cast", inputs: [3], dtype: "int32" },
        { kind: "compute", name: "cast", inputs: [4], dtype: "float" },
        { kind: "compute", name: "where", inputs: [4, 3, 3], dtype: "f64" },
        { kind: "compute", name: "where", inputs: [3, 2, 5], dtype: "float" },
      ],
      stores: [
        { value: 6, access: contiguous(shape, out.f64.ptr, "f64") },
        { value: 4, access: contiguous(shape, out.int32.ptr, "int32") },
        { value: 7, access: contiguous(shape, out.float.ptr, "float") },
      ],
      reductions: [],
    })();
    const wanted = [0, 1, 2, 3, 4, 5, 6].map((i) => i * -2.5);
    expect(out.f64.read().map((v) => v + 0)).toEqual(wanted.map((v) => v + 0));
    expect(out.int32.read()).toEqual(wanted.map((v) => Math.trunc(v) + 0));
    expect(out.float.read().map((v) => v + 0)).toEqual(wanted.map((v) => v + 0));
  });
});
