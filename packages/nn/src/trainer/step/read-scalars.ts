/** @file Scalars as numbers, without a copy in between: it is done at every step. */
import { view } from "../../engine/engine.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { type AnyTensor, concrete } from "../../tensor/tensor.ts";
import type { Metrics } from "../task/task.ts";
import type { Observation } from "./runner.ts";
import type { StepOutput } from "./train-step.ts";

/** The first element of a concrete tensor. */
export function readScalar(tensor: AnyTensor): number {
  const { ptr } = concrete(tensor, "reading a result");
  return view(tensor.dtype)[ptr / BYTES_PER_ELEMENT[tensor.dtype]] ?? Number.NaN;
}

/** A record of scalars as numbers. */
export function readScalars(scalars: Metrics): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, tensor]) => [name, readScalar(tensor)]));
}

/** What a step showed, as numbers. */
export function readObservation({ loss, seen }: StepOutput): Observation {
  if (seen.gradientNorm === undefined) throw new RangeError("a step that nobody looks at shows nothing but its loss");
  return {
    loss: readScalar(loss),
    gradientNorm: readScalar(seen.gradientNorm),
    metrics: readScalars(seen.metrics),
    gradientNorms: readScalars(seen.gradientNorms),
  };
}
