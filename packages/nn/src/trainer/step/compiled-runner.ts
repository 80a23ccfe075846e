/** @file Compiled steps: the step function traced once per batch shape, with the state in the plan's memory. */
import { compileGuardedStep, type GuardedResult } from "../../compile/index.ts";
import { abs, lessEqual, scalar } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { StepRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { type StepOutput, type StepSetup, trainStep } from "./train-step.ts";

/** A batch as the plan sees it. The two kinds have different structures, so each gets a plan of its own. */
export type PlanBatch = { readonly batch: readonly AnyTensor[] } | { readonly looked: readonly AnyTensor[] };

/** Largest finite numbers: what is above is infinite. */
const LARGEST = { float: 3.4028234663852886e38, f64: Number.MAX_VALUE, int32: 2 ** 31 - 1 } as const;

/** A runner that runs compiled plans. The initial state is copied. */
export function compiledRunner(setup: StepSetup, initial: TrainState): StepRunner {
  const compiled = compileGuardedStep((state: TrainState, batch: PlanBatch): GuardedResult<TrainState, StepOutput> => {
    const looked = "looked" in batch;
    const done = trainStep(setup, state, looked ? batch.looked : batch.batch, looked);
    return { ...done, guard: isFiniteLoss(done.output.loss) };
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

/** 1 for a finite loss. Otherwise the old state stays, so that the cause can still be found. */
function isFiniteLoss(loss: AnyTensor): AnyTensor {
  return lessEqual(abs(loss), scalar(LARGEST[loss.dtype], loss.dtype));
}
