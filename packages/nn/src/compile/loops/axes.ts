/** @file Fewer axes for a loop nest: those of length 1 go, and neighbours that all operands walk as one become one. */
import type { Shape } from "../../shape/shape.ts";
import { type Access, type LoopProgram, mapAccesses } from "./program.ts";

/** The same loop over as few axes as possible; at least one. */
export function collapseAxes(program: LoopProgram): LoopProgram {
  const accesses = allAccesses(program);
  const groups: number[][] = [];
  program.shape.forEach((length, axis) => {
    if (length === 1) return;
    const last = groups.at(-1);
    const outer = last?.at(-1);
    if (last !== undefined && outer !== undefined && walksAsOne(accesses, outer, axis, length)) last.push(axis);
    else groups.push([axis]);
  });
  const shape = groups.map((axes) => axes.reduce((size, axis) => size * (program.shape[axis] ?? 1), 1));
  const innermost = groups.map((axes) => axes.at(-1) ?? 0);
  return mapAccesses(program, shape.length === 0 ? [1] : shape, (access) => ({
    ...access,
    strides: shape.length === 0 ? [0] : innermost.map((axis) => access.strides[axis] ?? 0),
  }));
}

function walksAsOne(accesses: readonly Access[], outer: number, inner: number, innerLength: number): boolean {
  return accesses.every(({ strides }) => strides[outer] === (strides[inner] ?? 0) * innerLength);
}

function allAccesses({ values, stores, reductions }: LoopProgram): Access[] {
  const loads = values.flatMap((value) => (value.kind === "load" ? [value.access] : []));
  return [...loads, ...stores.map(({ access }) => access), ...reductions.map(({ access }) => access)];
}

/** Row-major strides of a shape that is broadcast to the iteration space by NumPy's rules: 0 along the axes that it lacks or has once. */
export function broadcastStrides(shape: Shape, space: Shape): number[] {
  const strides: number[] = new Array(space.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis] ?? 1;
    strides[axis + space.length - shape.length] = length === 1 ? 0 : stride;
    stride *= length;
  }
  return strides;
}
