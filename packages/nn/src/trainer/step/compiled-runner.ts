/** @file Compiled steps: the step function traced once per batch shape, with the state in the plan's memory. */
import { compileStep, type StepResult } from "../../compile/index.ts";
import { abs, lessEqual, scalar, where } from "../../primitives/index.ts";
import { flattenPack, mapPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { StepRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { type StepDone, type StepOutput, type StepSetup, trainStep } from "./train-step.ts";

/** A batch as the plan sees it. The two kinds have different structures, so each gets a plan of its own. */
export type PlanBatch = { readonly batch: readonly AnyTensor[] } | { readonly looked: readonly AnyTensor[] };

/** Largest finite numbers: what is above is infinite. */
const LARGEST = { float: 3.4028234663852886e38, f64: Number.MAX_VALUE, int32: 2 ** 31 - 1 } as const;

/** A runner that runs compiled plans. The initial state is copied. */
export function compiledRunner(setup: StepSetup, initial: TrainState): StepRunner {
  const compiled = compileStep((state: TrainState, batch: PlanBatch): StepResult<TrainState, StepOutput> => {
    const looked = "looked" in batch;
    return unlessNotFinite(state, trainStep(setup, state, looked ? batch.looked : batch.batch, looked));
  }, initial);
  return {
    backend: "compiled",
    run: (batch) => readScalar(compiled.run({ batch }).loss),
    observe: (batch) => readObservation(compiled.run({ looked: batch })),
    state: () => compiled.state(),
    setState: (state) => compiled.setState(state),
    dispose: () => compiled.dispose(),
  };
}

/** The old state when the loss is not finite, so that the cause can still be found; it costs a choice per element in loops that run anyway. */
function unlessNotFinite(before: TrainState, { state, output }: StepDone): StepDone {
  const { loss } = output;
  const isFine = lessEqual(abs(loss), scalar(LARGEST[loss.dtype], loss.dtype));
  const old = flattenPack(before);
  return { output, state: mapPack(state, (tensor, _, i) => where(isFine, tensor, old[i]?.tensor ?? tensor)) };
}
