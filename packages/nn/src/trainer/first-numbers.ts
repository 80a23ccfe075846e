/** @file The numbers that training begins with: those of the seed, or given ones. */
import { loadStateDict, type ModelTensors, stateDict } from "../interop/state-dict/state-dict.ts";
import { build, type M } from "../nn/index.ts";
import type { LayerType } from "../nn/layer-type.ts";
import type { Model, Params, State } from "../nn/model.ts";
import { type Check, must } from "../options/check-options.ts";
import type { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";

/** What says which numbers a model begins with. */
export interface Numbers {
  readonly mkModel: M<LayerType>;
  readonly seed: number;
  /** Instead of the seed's. */
  readonly initial?: ModelTensors | undefined;
}

/**
 * A model and its first numbers, in the element type that is asked for.
 *
 * @throws TrainlogError `state-dict/mismatch` when `initial` is not of this model, naming every tensor that differs.
 */
export function firstNumbers(
  { mkModel, seed, initial }: Numbers,
  dtype: FloatDType,
): { readonly model: Model<Shape, Shape>; readonly params: Params; readonly state: State } {
  const built = build(mkModel, { seed, dtype });
  return initial === undefined ? built : { ...built, ...loadStateDict(built, stateDict(initial)) };
}

/** @internal For the option `initial`. */
export const checkInitial: Check = must(
  "{ params, state }, such as a trained model or what loadStateDict gives",
  (value) => hasRecord(value, "params") && hasRecord(value, "state"),
);

function hasRecord(value: unknown, name: string): boolean {
  const record: unknown = Object.entries(Object(value)).find(([key]) => key === name)?.[1];
  return typeof record === "object" && record !== null;
}
