/** @file What a kernel is, and the pieces that all of them are written with. */
import { type Shape, sizeOf } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";

/** Elements of one operand: where they begin in the memory, counted in words of four bytes. */
export interface GpuView {
  readonly at: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A kernel without the prelude, and how many workgroups run it. */
export interface GpuKernel {
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
}

/** Threads of a workgroup. */
export const GROUP = 64;

/** Most workgroups along one axis; WebGPU promises as many. */
export const MAX_GROUPS = 65_535;

/** WGSL's name of an element type. */
export function typeOf(dtype: DType): "f32" | "i32" {
  return dtype === "int32" ? "i32" : "f32";
}

/** A number of an element type. Made of its bits at run time: constant expressions of WGSL know neither NaN nor infinities. */
export function literal(value: number, dtype: DType): string {
  if (dtype === "int32") return `n(${value >>> 0}u)`;
  const [bits = 0] = new Uint32Array(new Float32Array([value]).buffer);
  return `f(${bits}u)`;
}

/** The element of a view at an index (an i32 expression). */
export function load({ at, dtype }: GpuView, index: string): string {
  return `bitcast<${typeOf(dtype)}>(m[${at} + ${index}])`;
}

/** The statement that writes an element. */
export function store({ at }: GpuView, index: string, value: string): string {
  return `m[${at} + ${index}] = bitcast<u32>(${value});`;
}

/** Index of an element whose number in `shape` is `linear`, when each step along an axis of `shape` is so many elements. */
export function strided(shape: Shape, strides: readonly number[], linear: string, start = 0): string {
  const terms: string[] = start === 0 ? [] : [String(start)];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis] ?? 1;
    const stride = strides[axis] ?? 0;
    if (length > 1 && stride !== 0) {
      const outermost = inner * length >= sizeOf(shape);
      const divided = inner === 1 ? linear : `${linear} / ${inner}`;
      terms.push(`(${divided})${outermost ? "" : ` % ${length}`} * (${stride})`);
    }
    inner *= length;
  }
  return terms.length === 0 ? "0" : `(${terms.join(" + ")})`;
}

/** Workgroups for so many of them, folded into two axes. */
function folded(count: number): readonly [number, number, number] {
  return [Math.min(count, MAX_GROUPS), Math.ceil(count / MAX_GROUPS), 1];
}

/** A kernel of one thread per element: `body` knows the element's number as `i`. */
export function eachElement(count: number, body: string): GpuKernel {
  const code = `@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let i = i32((group.x + group.y * ${MAX_GROUPS}u) * ${GROUP}u + thread.x);
  if (i >= ${count}) { return; }
${body}
}`;
  return { code, workgroups: folded(Math.ceil(count / GROUP)) };
}

/** Ways to combine the threads' numbers: `add`, `largest`, `smallest`. */
const COMBINE = {
  add: (_: DType, a: string, b: string): string => `${a} + ${b}`,
  largest: (dtype: DType, a: string, b: string): string => `${dtype === "int32" ? "max" : "max_f"}(${a}, ${b})`,
  smallest: (dtype: DType, a: string, b: string): string => `${dtype === "int32" ? "min" : "min_f"}(${a}, ${b})`,
};

/** One of the ways to combine numbers. */
export type Combination = keyof typeof COMBINE;

/** WGSL for the combination of two numbers. */
export function combined(kind: Combination, dtype: DType, a: string, b: string): string {
  return COMBINE[kind](dtype, a, b);
}

/**
 * A kernel of one workgroup per row: `body` knows the row's number as `row` and the thread's as `t`, and the functions `add`, `largest` and `smallest`,
 * which combine one number of each thread and give the result to all. Always in the same order, so the bits are always the same.
 */
export function eachRow(count: number, dtype: DType, body: string): GpuKernel {
  const type = typeOf(dtype);
  const functions = (Object.keys(COMBINE) as Combination[])
    .filter((kind) => body.includes(`${kind}(`))
    .map(
      (kind) => `fn ${kind}(t: i32, x: ${type}) -> ${type} {
  shared_numbers[t] = x;
  workgroupBarrier();
  for (var half = ${GROUP / 2}; half > 0; half = half / 2) {
    if (t < half) { shared_numbers[t] = ${combined(kind, dtype, "shared_numbers[t]", "shared_numbers[t + half]")}; }
    workgroupBarrier();
  }
  let result = shared_numbers[0];
  workgroupBarrier();
  return result;
}`,
    );
  const code = `var<workgroup> shared_numbers: array<${type}, ${GROUP}>;
${functions.join("\n")}
@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let row = i32(group.x + group.y * ${MAX_GROUPS}u);
  let t = i32(thread.x);
  if (row >= ${count}) { return; }
${body}
}`;
  return { code, workgroups: folded(count) };
}
