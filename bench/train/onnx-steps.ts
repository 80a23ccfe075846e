/** @file Training steps in onnxruntime-node, which lies in the user's cache as for the tests. */
import { createRequire } from "node:module";
import {
  type AnyTensor,
  compileOnnxStep,
  nn,
  optim,
  type Tensor,
  type TensorPack,
  type Trainer,
  valueAndGrad,
} from "@trainlog/nn";
import { nativeRuntimePath } from "../../interop/nn/native-runtime.ts";
import type { Workload } from "./our-steps.ts";

/** Steps per call; the trainer makes its groups about as large. */
const GROUP = 16;

/** What a step changes. */
type Learning = { readonly params: nn.Params; readonly optimizer: TensorPack };

/** Of a module what makes a step. */
type Module = Pick<Trainer.Advanced.StreamModule<[]>, "mkModel" | "seed" | "optimizer" | "setupOf">;

/** The steps of a module, all on one batch. */
export async function onnxWorkload(
  { mkModel, seed, optimizer, setupOf }: Module,
  batch: readonly AnyTensor[],
  threads: number,
): Promise<Workload> {
  const { model, params, state } = nn.build(mkModel, { seed });
  const { objective } = setupOf(model, false);
  const step = (before: Learning, tensors: readonly AnyTensor[]) => {
    const { value, grad } = valueAndGrad((tracked: nn.Params) => {
      const apply = (x: AnyTensor): AnyTensor => model.apply(tracked, state, x, { train: true }).output;
      // A loss is one number.
      return objective({ params: tracked, train: true, key: undefined, apply }, tensors).loss as Tensor<[]>;
    })(before.params);
    const { updates, state: next } = optimizer.update(grad, before.optimizer, before.params);
    const after: Learning = { params: optim.applyUpdates(before.params, updates), optimizer: next };
    return { state: after, output: { loss: value } };
  };
  const initial: Learning = { params, optimizer: optimizer.init(params) };
  const runtime = createRequire(import.meta.url)(nativeRuntimePath());
  const compiled = await compileOnnxStep(step, initial, { threads, runtime });
  const group = Array.from({ length: GROUP }, () => batch);
  return { step: () => compiled.runMany(group), perCall: GROUP, parameters: () => nn.parameterCount(params) };
}
