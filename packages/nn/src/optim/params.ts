/** @file Records of tensors by parameter name, as optimisers walk them. */
import type { Params } from "../nn/model.ts";
import { fill } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** Which parameters something applies to. */
export type ParameterFilter = (name: string, param: AnyTensor) => boolean;

/** Tensors that were computed elementwise from parameters, so they have their (float) element types. */
export function toParams(tensors: Readonly<Record<string, AnyTensor>>): Params {
  // Elementwise primitives keep the element type of their operands.
  return tensors as Params;
}

/** A record with the same names, computed from each parameter. */
export function mapParams(params: Params, fn: (param: AnyTensor, name: string) => AnyTensor): Params {
  const mapped: Record<string, AnyTensor> = {};
  for (const name in params) {
    const param = params[name];
    if (param !== undefined) mapped[name] = fn(param, name);
  }
  return toParams(mapped);
}

/** Zeros of a parameter's shape and element type. */
export function zerosLike(param: AnyTensor): AnyTensor {
  return fill(param.shape, 0, param.dtype);
}

/** The parameters that a filter wants. */
export function pickParams(params: Params, filter: ParameterFilter): Params {
  return Object.fromEntries(Object.entries(params).filter(([name, param]) => filter(name, param)));
}
