/** @file `Trainer.Advanced`: explicit loops, and training on batches that a function of the step produces. */
export { type Stepper, type StepperOptions, step, stepper } from "./stepper.ts";
export {
  type ApplyModel,
  type BatchOf,
  type Evaluate,
  type ModuleOptions,
  module,
  type StreamLoss,
  type StreamModule,
  type TaskModuleOptions,
} from "./stream-module.ts";
export {
  type StepBatchStream,
  type StreamCallbacks,
  type StreamOptions,
  type StreamReport,
  type StreamTrained,
  trainModuleStreamStepsCurveFloat,
  trainModuleStreamStepsReport,
  trainModuleStreamStepsWith,
} from "./train-stream.ts";
