/** @file What shapes a layer makes, found by running it on symbolic tensors: nothing is computed and no parameters are needed. */
import { trace } from "../ir/trace.ts";
import type { Shape } from "../shape/shape.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { parameterSpecs, stateSpecs } from "./build.ts";
import { type Application, type BoundLayer, callLayer } from "./call.ts";
import type { ApplyOptions } from "./model.ts";

/**
 * Shape of one example's result.
 *
 * @param observe - Gets every layer's title and (symbolic) output.
 * @throws TrainlogError as applying the layer does.
 */
export function abstractOutputShape(bound: BoundLayer, input: Shape, observe?: ApplyOptions["observe"]): Shape {
  const parameters = parameterSpecs(bound);
  const states = stateSpecs(bound);
  const abstracts = [
    { shape: [1, ...input], dtype: bound.layer.inputDType },
    ...parameters.map(({ spec }) => ({ shape: spec.shape, dtype: "float" as const })),
    ...states.map(({ spec }) => ({
      shape: spec.shape,
      dtype: spec.dtype === "model" ? ("float" as const) : spec.dtype,
    })),
  ];
  const { outputs } = trace(abstracts, ([x, ...rest]) => {
    const application: Application = {
      params: record(parameters, rest) as Record<string, Tensor<Shape>>,
      state: record(states, rest.slice(parameters.length)),
      train: false,
      key: undefined,
      observe,
      updates: undefined,
      keyUses: undefined,
    };
    return [callLayer(bound, application, x as AnyTensor)];
  });
  return (outputs[0]?.shape ?? []).slice(1);
}

function record(specs: readonly { readonly name: string }[], tensors: readonly AnyTensor[]): Record<string, AnyTensor> {
  return Object.fromEntries(specs.map(({ name }, at) => [name, tensors[at] as AnyTensor]));
}
