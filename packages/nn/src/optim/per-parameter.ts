/**
 * @file The frame of optimisers that treat each parameter alone: a rule for one parameter, applied to all.
 *
 * The state is `{ step, <slot>: { <parameter>: tensor } }`: readable, and in a checkpoint every tensor has a name of its own (`m.0.weight`).
 */

import type { Params } from "../nn/model.ts";
import { add, cast, fill, scalar } from "../primitives/index.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Optimizer, PlainOptions, Updated } from "./optimizer.ts";
import { checkNamesAndShapes, type ParameterFilter, toParams } from "./params.ts";
import { type LearningRate, learningRateAt, learningRateTensor } from "./schedule/schedule.ts";

/** State of an optimiser: the number of updates so far (int32, shape `[]`) and the slots of each parameter, by slot and by parameter name. */
export type SlotState = { readonly step: AnyTensor } & {
  readonly [slot: string]: AnyTensor | Readonly<Record<string, AnyTensor>>;
};

/** Tensors that one parameter has in the state, by slot. */
export type Slots = Readonly<Record<string, AnyTensor>>;

/** Numbers of one update that all parameters of an element type share, as scalars. */
export interface StepScalars {
  /** Learning rate. */
  readonly lr: AnyTensor;
  /** Number of updates before this one. */
  readonly before: AnyTensor;
  /** Number of this update, counting from 1. */
  readonly count: AnyTensor;
}

/** What is known of one parameter beside its gradient. */
export interface ParameterContext<Shared> {
  readonly param: AnyTensor;
  /** What `share` made for the parameter's element type. */
  readonly shared: Shared;
  /** Weight decay of this parameter: 0 where the mask says no. */
  readonly weightDecay: number;
}

/** How one parameter is updated. */
export interface ParameterRule<Shared> {
  readonly name: string;
  readonly options: PlainOptions;
  readonly lr: LearningRate;
  readonly weightDecay: number;
  readonly weightDecayMask: ParameterFilter | undefined;
  /** The slots of a parameter before the first update. */
  slots(param: AnyTensor): Slots;
  /** What depends on the step alone, once per element type. */
  share(scalars: StepScalars, dtype: DType): Shared;
  /** What to add to the parameter, and its slots afterwards. */
  update(
    grad: AnyTensor,
    slots: Slots,
    context: ParameterContext<Shared>,
  ): { readonly update: AnyTensor; readonly slots: Slots };
}

/** The optimiser that applies a rule to every parameter. */
export function perParameter<Shared>(rule: ParameterRule<Shared>): Optimizer<SlotState> {
  return {
    name: rule.name,
    options: rule.options,
    init: (params) =>
      stateOf(
        fill([], 0, "int32"),
        Object.entries(params).map(([name, param]) => [name, rule.slots(param)]),
      ),
    update: (grads, state, params) => updateAll(rule, grads, state, params),
    learningRate: (update) => learningRateAt(rule.lr, update),
  };
}

function updateAll<Shared>(
  rule: ParameterRule<Shared>,
  grads: Params,
  state: SlotState,
  params: Params,
): Updated<SlotState> {
  checkNamesAndShapes(`${rule.name}: the gradients`, grads, params);
  const step = add(state.step, scalar(1, "int32"));
  const shared = sharedByDType(rule, state.step, step);
  const updates: Record<string, AnyTensor> = {};
  const slots: [string, Slots][] = [];
  for (const name in params) {
    const [param, grad] = [params[name], grads[name]];
    if (param === undefined || grad === undefined) continue;
    const weightDecay = rule.weightDecayMask?.(name, param) === false ? 0 : rule.weightDecay;
    const result = rule.update(grad, slotsOf(state, name), { param, shared: shared(param.dtype), weightDecay });
    updates[name] = result.update;
    slots.push([name, result.slots]);
  }
  return { updates: toParams(updates), state: stateOf(step, slots) };
}

function sharedByDType<Shared>(
  rule: ParameterRule<Shared>,
  before: AnyTensor,
  count: AnyTensor,
): (dtype: DType) => Shared {
  const made: { [D in DType]?: Shared } = {};
  return (dtype) => {
    const known = made[dtype];
    if (known !== undefined) return known;
    const scalars = { before: cast(before, dtype), count: cast(count, dtype) };
    const fresh = rule.share({ ...scalars, lr: learningRateTensor(rule.lr, scalars.before) }, dtype);
    made[dtype] = fresh;
    return fresh;
  };
}

function slotsOf(state: SlotState, name: string): Slots {
  const slots: Record<string, AnyTensor> = {};
  for (const slot in state) {
    if (slot === "step") continue;
    // Only `step` is a tensor; everything else is a record by parameter name.
    const tensor = (state[slot] as Readonly<Record<string, AnyTensor>>)[name];
    if (tensor !== undefined) slots[slot] = tensor;
  }
  return slots;
}

function stateOf(step: AnyTensor, bySlots: readonly (readonly [name: string, slots: Slots])[]): SlotState {
  const state: Record<string, Record<string, AnyTensor>> = {};
  for (const [name, slots] of bySlots) {
    for (const slot in slots) {
      const tensor = slots[slot];
      if (tensor === undefined) continue;
      state[slot] ??= {};
      state[slot][name] = tensor;
    }
  }
  return { step, ...state };
}
