/**
 * @file Steps on the GPU: the step function traced once per batch shape, with the state in the GPU's memory.
 *
 * The steps of a group are submitted one after the other, and only then are their losses waited for. A loss that is not finite stops all further updates
 * on the GPU itself, so that the state is still that before the bad step when the loss arrives.
 */
import type { StepResult } from "../../compile/index.ts";
import { abs, lessEqual, mul, scalar, where } from "../../primitives/index.ts";
import { flattenPack, mapPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { compileGpuStep } from "../../webgpu/gpu-step.ts";
import type { PlanBatch } from "./compiled-runner.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { GroupRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { type StepDone, type StepOutput, type StepSetup, trainStep } from "./train-step.ts";

/** What stays on the GPU. */
type GpuState = {
  readonly train: TrainState;
  /** 1 until a loss is not finite, 0 from then on. */
  readonly isFine: AnyTensor;
};

const LARGEST = 3.4028234663852886e38;

/**
 * A runner on the GPU. The initial state is copied.
 *
 * @throws TrainlogError `webgpu/no-adapter`, `webgpu/no-f64`, `webgpu/out-of-memory`.
 */
export async function webgpuRunner(setup: StepSetup, initial: TrainState): Promise<GroupRunner> {
  const step = await compileGpuStep((state: GpuState, batch: PlanBatch): StepResult<GpuState, StepOutput> => {
    const looked = "looked" in batch;
    return guarded(state, trainStep(setup, state.train, looked ? batch.looked : batch.batch, looked));
  }, fresh(initial));
  /** Submits a step; its numbers come later. */
  const submit = async <T>(batch: PlanBatch, read: (output: StepOutput) => T): Promise<() => Promise<T>> => {
    // Asked for now, because the next step writes over it; waited for later.
    const coming = (await step.run(batch))();
    return async () => {
      const output = await coming;
      const seen = read(output);
      for (const { tensor } of flattenPack(output)) tensor.dispose();
      return seen;
    };
  };
  return {
    backend: "webgpu",
    async runMany(batches) {
      const coming: (() => Promise<number>)[] = [];
      for (const batch of batches) coming.push(await submit({ batch }, ({ loss }) => readScalar(loss)));
      const losses = await Promise.all(coming.map((loss) => loss()));
      const bad = losses.findIndex((loss) => !Number.isFinite(loss));
      return bad < 0 ? losses : losses.slice(0, bad + 1);
    },
    observe: async (batch) => (await submit({ looked: batch }, readObservation))(),
    async state() {
      const { train, isFine } = await step.state();
      isFine.dispose();
      return train;
    },
    setState: (state) => step.setState(fresh(state)),
    dispose: async () => step.dispose(),
  };
}

function fresh(train: TrainState): GpuState {
  return { train, isFine: scalar(1, "float") };
}

/** The old state when this loss, or one before it, is not finite. */
function guarded(
  { train: before, isFine: wasFine }: GpuState,
  { state, output }: StepDone,
): StepResult<GpuState, StepOutput> {
  const isFine = mul(wasFine, lessEqual(abs(output.loss), scalar(LARGEST, output.loss.dtype)));
  const old = flattenPack(before);
  const train = mapPack(state, (tensor, _, i) => where(isFine, tensor, old[i]?.tensor ?? tensor));
  return { state: { train, isFine }, output };
}
