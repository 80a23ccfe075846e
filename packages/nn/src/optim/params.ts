/** @file Records of tensors by parameter name, as optimisers walk them. */
import { TrainlogError } from "../error.ts";
import type { Params } from "../nn/model.ts";
import { fill } from "../primitives/index.ts";
import { sameShape, showShape } from "../shape/shape.ts";
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

/**
 * Refuses tensors that belong to no parameter, or are not of its shape: they would be lost in silence, or broadcast.
 *
 * @param what - Names them in the error: `"applyUpdates: the updates"`.
 * @throws TrainlogError `optim/bad-params`.
 */
export function checkNamesAndShapes(what: string, tensors: Params, params: Params): void {
  for (const name in tensors) {
    const [tensor, param] = [tensors[name], params[name]];
    if (tensor === undefined || (param !== undefined && sameShape(tensor.shape, param.shape))) continue;
    const words =
      param === undefined
        ? `hold "${name}", which is not among the parameters: ${Object.keys(params).slice(0, 8).join(", ")}`
        : `have shape ${showShape(tensor.shape)} for "${name}", which has shape ${showShape(param.shape)}`;
    throw new TrainlogError("optim/bad-params", `${what} ${words}`);
  }
}

/** Zeros of a parameter's shape and element type. */
export function zerosLike(param: AnyTensor): AnyTensor {
  return fill(param.shape, 0, param.dtype);
}

/** The parameters that a filter wants. */
export function pickParams(params: Params, filter: ParameterFilter): Params {
  return Object.fromEntries(Object.entries(params).filter(([name, param]) => filter(name, param)));
}
