/**
 * @file A model's parameters and state as one flat dictionary, as PyTorch's `state_dict()` and `load_state_dict()` have it.
 *
 * Layers name and lay out their tensors as PyTorch does, so the usual case is to pass the dictionary through. Loading is strict unless told otherwise:
 * a name that is missing, a name too many and a shape that differs are gathered and told in one error.
 */

import { describeValue, TrainlogError } from "../../error.ts";
import type { Params, State } from "../../nn/model.ts";
import { checkOptionNames } from "../../options/check-options.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { tensorFromData } from "../../tensor/from-data.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { fileName, isTransposed, type StateDict, type StateDictOptions } from "./names.ts";
import { transposeMatrix } from "./transpose.ts";

/** The two records that hold a model's tensors; `nn.build` gives such an object. */
export interface ModelTensors {
  readonly params: Params;
  readonly state: State;
}

/** How a dictionary is loaded. */
export interface LoadStateDictOptions extends StateDictOptions {
  /** `false` keeps the model's own tensor where the dictionary has none and passes over names too many; shapes must fit all the same. Default true. */
  readonly strict?: boolean;
}

const NAME_OPTIONS = ["prefix", "rename", "transposed"] satisfies readonly (keyof StateDictOptions)[];

/** Names listed per kind of fault; the rest is counted. */
const LISTED = 20;

/**
 * A model's parameters and state under the names that a file is to have.
 *
 * @throws TrainlogError `state-dict/no-numbers`, `state-dict/duplicate-name` when two tensors would get one name, `state-dict/not-a-matrix`.
 *
 * @example
 * await saveSafetensors("model.safetensors", stateDict(built)); // torch: model.load_state_dict(load_file("model.safetensors"))
 */
export function stateDict(model: ModelTensors, options: StateDictOptions = {}): StateDict {
  checkNumbers("stateDict", model);
  const { params, state } = model;
  checkOptionNames("stateDict", options, NAME_OPTIONS, { area: "interop" });
  const dict = new Map<string, AnyTensor>();
  for (const [name, tensor] of [...Object.entries(params), ...Object.entries(state)]) {
    const outside = fileName(name, options);
    if (dict.has(outside)) {
      throw new TrainlogError(
        "state-dict/duplicate-name",
        `two tensors of the model get the name "${outside}" (the second is "${name}"); make rename give each its own`,
      );
    }
    dict.set(outside, isTransposed(name, options) ? transposeMatrix(tensor, name) : tensor);
  }
  return Object.fromEntries(dict);
}

/**
 * @internal Refuses a description, which has no numbers.
 *
 * @throws TrainlogError `state-dict/no-numbers`.
 */
export function checkNumbers(call: string, given: unknown): void {
  if (typeof given === "object" && given !== null && "params" in given && "state" in given) return;
  const isDescription = typeof given === "object" && given !== null && "forward" in given;
  throw new TrainlogError(
    "state-dict/no-numbers",
    `${call} takes a model with numbers, such as nn.build(mkModel, { seed: 0 }) or a trained model, got ${isDescription ? "a description without numbers" : describeValue(given)}`,
  );
}

/**
 * A model's parameters and state from a dictionary: same names, shapes and element types as the model's own, in its order.
 *
 * `float` and `f64` convert into each other as the model has it; whole numbers become floats, never the other way round.
 *
 * @param model - The tensors that `nn.build` made; they say what is expected and are not changed.
 * @throws TrainlogError `state-dict/mismatch` with every missing, unexpected and misshapen name.
 *
 * @example
 * const { tensors } = await loadSafetensors("from-torch.safetensors");
 * const { params, state } = loadStateDict(built, tensors, { prefix: "module." });
 */
export function loadStateDict<M extends ModelTensors>(
  model: M,
  dict: StateDict,
  options: LoadStateDictOptions = {},
): Pick<M, "params" | "state"> {
  checkNumbers("loadStateDict", model);
  checkOptionNames("loadStateDict", options, [...NAME_OPTIONS, "strict"], { area: "interop" });
  const faults: Faults = { missing: [], unexpected: [], misfits: [] };
  const used = new Set<string>();
  const fill = <R extends StateDict>(record: R): R =>
    // Each entry is replaced by one of the same shape and element type.
    Object.fromEntries(
      Object.entries(record).map(([name, own]) => [name, pick(name, own, dict, options, used, faults)]),
    ) as R;
  const filled = { params: fill(model.params), state: fill(model.state) };
  faults.unexpected.push(...Object.keys(dict).filter((name) => !used.has(name)));
  refuse(faults, options.strict ?? true);
  return filled;
}

interface Faults {
  readonly missing: string[];
  readonly unexpected: string[];
  readonly misfits: string[];
}

/** The dictionary's tensor for one of the model's; the model's own, with a fault noted, when there is none that fits. */
function pick(
  name: string,
  own: AnyTensor,
  dict: StateDict,
  options: LoadStateDictOptions,
  used: Set<string>,
  faults: Faults,
): AnyTensor {
  const outside = fileName(name, options);
  const found = Object.hasOwn(dict, outside) ? dict[outside] : undefined;
  if (found === undefined) {
    faults.missing.push(outside);
    return own;
  }
  used.add(outside);
  const turned = isTransposed(name, options) ? transposeMatrix(found, outside) : found;
  const misfit = misfitOf(own, turned);
  if (misfit === undefined) return converted(turned, own);
  faults.misfits.push(`${outside}: ${misfit}`);
  return own;
}

function misfitOf(own: AnyTensor, found: AnyTensor): string | undefined {
  if (!sameShape(own.shape, found.shape)) {
    const turned = own.rank === 2 && sameShape(own.shape, found.shape.toReversed());
    const hint = turned ? " (stored in × out? option transposed turns it)" : "";
    return `expected ${showShape(own.shape)}, got ${showShape(found.shape)}${hint}`;
  }
  return own.dtype === "int32" && found.dtype !== "int32" ? `expected int32, got ${found.dtype}` : undefined;
}

function converted(found: AnyTensor, own: AnyTensor): AnyTensor {
  return found.dtype === own.dtype ? found : tensorFromData(found.data(), own.shape, own.dtype);
}

function refuse({ missing, unexpected, misfits }: Faults, strict: boolean): void {
  const parts = [
    ...(strict ? [listed("missing", missing), listed("unexpected", unexpected)] : []),
    listed("of another shape or element type", misfits),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return;
  throw new TrainlogError(
    "state-dict/mismatch",
    `the dictionary does not fit the model:\n${parts.join("\n")}\nUse prefix, rename or transposed for other names and layouts` +
      (strict ? ", or strict: false to load what fits" : ""),
  );
}

function listed(what: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const rest = names.length > LISTED ? `, and ${names.length - LISTED} more` : "";
  return `  ${names.length} ${what}: ${names.slice(0, LISTED).join(", ")}${rest}`;
}
