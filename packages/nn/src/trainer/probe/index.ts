/** @file `Trainer.Probe`: what a summary shows of a model before and after training. */
export {
  type ClassificationOptions,
  classification,
  custom,
  type PointOptions,
  type Predict,
  type Probe,
  type ProbeReading,
  point,
} from "./probe.ts";
