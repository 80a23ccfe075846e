/** @file The limits of ONNX's Slice, counted from the front and within the tensor. */
import type { Shape } from "../../../shape/shape.ts";
import { frontAxis, type NodeContext } from "./context.ts";

/** What is cut from one axis: `start`, then every `step`-th, up to and without `end`. For a negative step `end` is −1 at least. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The cut of every axis of a tensor; from inputs, or from attributes as before operator set 10. */
export function cutsOf(node: NodeContext, shape: Shape): readonly Cut[] {
  const starts = node.intsFrom(1, "starts") ?? [];
  const ends = node.intsFrom(2, "ends") ?? [];
  const axes = node.intsFrom(3, "axes") ?? starts.map((_, index) => index);
  const steps = node.has(4) ? node.host(4).data : [];
  const cuts: Cut[] = shape.map((length) => ({ start: 0, end: length, step: 1 }));
  axes.forEach((axis, index) => {
    const front = frontAxis(axis, shape.length);
    cuts[front] = cut(shape[front] ?? 0, starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1);
  });
  return cuts;
}

/** As Python does it: negative limits count from the end, and limits beyond the ends are the ends. */
function cut(length: number, start: number, end: number, step: number): Cut {
  const front = (limit: number): number => (limit < 0 ? limit + length : limit);
  const clamp = (limit: number, low: number, high: number): number => Math.min(Math.max(limit, low), high);
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  return { start: clamp(front(start), low, high), end: clamp(front(end), low, high), step };
}
