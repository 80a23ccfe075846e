/**
 * @file Steps on the native kernels of onnxruntime-node: whole groups of them in one call, with the state inside of the runtime meanwhile.
 *
 * A step whose loss is not finite must leave the state as it was. To choose between old and new state in every step would cost passes over all parameters;
 * instead the group is undone and its good steps run once more, which gives the same bits.
 */
import { threadCount } from "../../engine/set-threads.ts";
import { compileOnnxStep, type OnnxStepOptions } from "../../interop/onnx-step/onnx-step.ts";
import { showShape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { PlanBatch } from "./compiled-runner.ts";
import { readObservation, readScalar } from "./read-scalars.ts";
import type { GroupRunner } from "./runner.ts";
import type { TrainState } from "./train-state.ts";
import { type StepDone, type StepSetup, trainStep } from "./train-step.ts";

type Batch = readonly AnyTensor[];

/**
 * A runner on onnxruntime. The initial state is copied.
 *
 * @param options - Default threads: as many as our own operations use.
 * @throws TrainlogError `onnx/no-runtime`; at the first step `onnx/unsupported`.
 */
export async function onnxRunner(
  setup: StepSetup,
  initial: TrainState,
  options: OnnxStepOptions = {},
): Promise<GroupRunner> {
  const step = (state: TrainState, batch: PlanBatch): StepDone => {
    const looked = "looked" in batch;
    return trainStep(setup, state, looked ? batch.looked : batch.batch, looked);
  };
  const compiled = await compileOnnxStep(step, initial, { threads: threadCount(), ...options });

  /** Batches of one shape, up to the first loss that is not finite. */
  const runAlike = async (batches: readonly Batch[]): Promise<readonly number[]> => {
    const outputs = await compiled.runMany(batches.map((batch) => ({ batch })));
    const losses = outputs.map(({ loss }) => readScalar(loss));
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad < 0) return losses;
    compiled.undo();
    await compiled.runMany(batches.slice(0, bad).map((batch) => ({ batch })));
    return losses.slice(0, bad + 1);
  };

  return {
    backend: "onnx",
    async runMany(batches) {
      const losses: number[] = [];
      for (const alike of alikeOnes(batches)) {
        losses.push(...(await runAlike(alike)));
        if (!Number.isFinite(losses.at(-1))) break;
      }
      return losses;
    },
    async observe(batch) {
      const observation = readObservation(await compiled.run({ looked: batch }));
      if (!Number.isFinite(observation.loss)) compiled.undo();
      return observation;
    },
    state: () => compiled.state(),
    setState: (state) => compiled.setState(state),
    dispose: () => compiled.dispose(),
  };
}

/** Neighbours of the same shapes together: the last batch of an epoch may be smaller. */
function alikeOnes(batches: readonly Batch[]): readonly (readonly Batch[])[] {
  const groups: Batch[][] = [];
  let last = "";
  for (const batch of batches) {
    const shapes = batch.map(({ shape, dtype }) => `${dtype}${showShape(shape)}`).join();
    if (shapes === last) groups.at(-1)?.push(batch);
    else groups.push([batch]);
    last = shapes;
  }
  return groups;
}
