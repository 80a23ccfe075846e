/** @file Where the first NaN or infinity came from: the batch, a parameter, or a layer. */
import { scope } from "../../autograd/transforms.ts";
import type { Key, Params } from "../../nn/model.ts";
import { foldIn } from "../../primitives/index.ts";
import { showShape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { BoundModel } from "./bound-model.ts";
import type { TrainState } from "./train-state.ts";
import type { StepSetup } from "./train-step.ts";

/**
 * Says in words where a step's numbers stopped being finite: its forward pass runs once more, operation by operation, and every layer is looked at.
 *
 * @param state - From before the step.
 * @param examples - Numbers of the batch's examples in the data set, where that is known.
 * @returns Half a sentence for the error, and the names that programs want.
 */
export function findNonFinite(
  setup: StepSetup,
  state: TrainState,
  batch: readonly AnyTensor[],
  examples?: ArrayLike<number>,
): NonFinite {
  const inBatch = batch.map(firstNonFinite).findIndex((place) => place !== undefined);
  const given = batch[inBatch];
  if (given !== undefined) return { words: wordsOfBatch(inBatch, given, examples), inData: true };
  const parameters = Object.entries(state.params).flatMap(([name, tensor]) =>
    firstNonFinite(tensor) === undefined ? [] : [name],
  );
  if (parameters.length > 0) {
    const names =
      parameters.slice(0, 8).join(", ") + (parameters.length > 8 ? `, … (${parameters.length} in all)` : "");
    return { words: `the gradient of ${names} was not finite at the step before`, parameters };
  }
  const layer = scope(() => firstLayer(setup, state, batch));
  if (layer !== undefined) return { words: `the output of layer ${layer} is the first that is not finite`, layer };
  return { words: "every layer's output is finite, so the loss itself overflowed or divided by 0" };
}

/** What {@link findNonFinite} found. */
export interface NonFinite {
  readonly words: string;
  /** Whether the data hold it already. */
  readonly inData?: true;
  /** First layer whose output is not finite, as the model's summary names it. */
  readonly layer?: string;
  /** Parameters that are not finite. */
  readonly parameters?: readonly string[];
}

/** The parameters that are not finite, which their gradients made them at the step before; undefined when all are. */
export function brokenParameters(params: Params): NonFinite | undefined {
  const parameters = Object.entries(params).flatMap(([name, tensor]) =>
    firstNonFinite(tensor) === undefined ? [] : [name],
  );
  if (parameters.length === 0) return undefined;
  const names = parameters.slice(0, 8).join(", ") + (parameters.length > 8 ? `, … (${parameters.length} in all)` : "");
  return { words: `the gradient of ${names} was not finite at the step before`, parameters };
}

function firstLayer(
  setup: StepSetup,
  { params, model, random }: TrainState,
  batch: readonly AnyTensor[],
): string | undefined {
  let found: string | undefined;
  const observe = (layer: string, output: AnyTensor): void => {
    if (found === undefined && firstNonFinite(output) !== undefined) found = layer;
  };
  const key = random.key === undefined ? undefined : (foldIn(random.key, random.step) as Key);
  setup.objective(new BoundModel(setup.model, params, model, { key, train: true, observe }), batch);
  return found;
}

function firstNonFinite(tensor: AnyTensor): number | undefined {
  if (tensor.dtype === "int32") return undefined;
  const place = tensor.data().findIndex((value) => !Number.isFinite(value));
  return place < 0 ? undefined : place;
}

function wordsOfBatch(number: number, tensor: AnyTensor, examples: ArrayLike<number> | undefined): string {
  const place = firstNonFinite(tensor) ?? 0;
  const rowSize = tensor.size / (tensor.shape[0] ?? 1);
  const value = tensor.data()[place];
  const what = ["inputs", "targets"][number] ?? `tensor ${number}`;
  const row = Math.floor(place / rowSize);
  const known = examples?.[row] === undefined ? "" : ` (example ${examples[row]} of the data set)`;
  return `the batch's ${what} (${showShape(tensor.shape)}) hold ${value} in example ${row} of this batch${known}, element ${place % rowSize}`;
}
