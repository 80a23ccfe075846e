/** @file Different optimisers for different parameters: frozen layers, groups. */
import { TrainlogError } from "../error.ts";
import type { Params } from "../nn/model.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./optimizer.ts";
import { type ParameterFilter, pickParams, toParams, zerosLike } from "./params.ts";

/** Some parameters and what updates them. */
export interface ParameterGroup {
  /** Which parameters; those that an earlier group took are not asked about again. Default: all the others. */
  readonly filter?: ParameterFilter;
  /** Updates them; absent: they stay as they are. */
  readonly optimizer?: Optimizer;
}

/**
 * Another optimiser for each group of parameters, by name. Parameters that no group takes stay as they are (frozen), and no state is kept for them.
 *
 * @throws TrainlogError `optim/bad-option` without a group; `optim/empty-group` (at `init`) when a group's filter matches no parameter.
 *
 * @example
 * optim.groups({
 *   head: { filter: (name) => name.startsWith("4."), optimizer: optim.adam({ lr: 1e-3 }) },
 *   rest: { optimizer: optim.adam({ lr: 1e-5 }) },
 * });
 */
export function groups(
  byName: Readonly<Record<string, ParameterGroup>>,
): Optimizer<Readonly<Record<string, TensorPack>>> {
  const entries = Object.entries(byName);
  if (entries.length === 0)
    throw new TrainlogError("optim/bad-option", "optim.groups: there is no group; give at least one");
  const withRate = entries.find(([, { optimizer }]) => optimizer?.learningRate !== undefined)?.[1].optimizer;
  return {
    name: "groups",
    options: Object.fromEntries(entries.map(([name, { optimizer }]) => [name, describe(optimizer)])),
    init: (params) => {
      const parts = split(entries, params);
      return Object.fromEntries(
        entries.map(([name, { optimizer }]) => [
          name,
          optimizer?.init(checkedPart(name, parts.get(name), params)) ?? {},
        ]),
      );
    },
    update: (grads, states, params) => {
      const updates: Record<string, AnyTensor> = {};
      const next: Record<string, TensorPack> = {};
      for (const [name, part] of split(entries, params)) {
        const result = byName[name]?.optimizer?.update(
          pickParams(grads, (key) => Object.hasOwn(part, key)),
          states[name] ?? {},
          part,
        );
        Object.assign(updates, result?.updates);
        next[name] = result?.state ?? {};
      }
      return { updates: inOrder(params, updates), state: next };
    },
    ...(withRate === undefined ? {} : { learningRate: (update) => withRate.learningRate?.(update) ?? 0 }),
    averaged: (states) => averagedOf(entries, states),
  };
}

/**
 * Trains only some parameters; the others are frozen.
 *
 * @throws TrainlogError `optim/empty-group` (at `init`) when the filter matches no parameter.
 *
 * @example
 * optim.only((name) => name.startsWith("head."), optim.adam({ lr: 1e-3 }));
 */
export function only(filter: ParameterFilter, optimizer: Optimizer): Optimizer<Readonly<Record<string, TensorPack>>> {
  return groups({ trained: { filter, optimizer } });
}

function describe(optimizer: Optimizer | undefined): unknown {
  return optimizer === undefined ? "frozen" : { optimizer: optimizer.name, ...optimizer.options };
}

/** Each group's parameters, in their order. */
function split(entries: readonly (readonly [string, ParameterGroup])[], params: Params): Map<string, Params> {
  const parts = new Map<string, Record<string, AnyTensor>>(entries.map(([name]) => [name, {}]));
  for (const [key, param] of Object.entries(params)) {
    const group = entries.find(([, { filter }]) => filter?.(key, param) ?? true)?.[0];
    const part = group === undefined ? undefined : parts.get(group);
    if (part !== undefined) part[key] = param;
  }
  return new Map([...parts].map(([name, part]) => [name, toParams(part)]));
}

function checkedPart(name: string, part: Params | undefined, params: Params): Params {
  if (part !== undefined && Object.keys(part).length > 0) return part;
  throw new TrainlogError(
    "optim/empty-group",
    `optim.groups: no parameter belongs to the group "${name}"; the parameters are ${Object.keys(params).slice(0, 20).join(", ")}`,
  );
}

/** Updates in the order of the parameters, zeros where there is none: `chain` and `ema` see every parameter. */
function inOrder(params: Params, updates: Readonly<Record<string, AnyTensor>>): Params {
  return toParams(
    Object.fromEntries(Object.entries(params).map(([key, param]) => [key, updates[key] ?? zerosLike(param)])),
  );
}

function averagedOf(
  entries: readonly (readonly [string, ParameterGroup])[],
  states: Readonly<Record<string, TensorPack>>,
): Params | undefined {
  const found = entries.map(([name, { optimizer }]) => optimizer?.averaged?.(states[name] ?? {}));
  const known = found.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : Object.assign({}, ...known);
}
