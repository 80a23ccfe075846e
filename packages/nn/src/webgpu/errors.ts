/** @file What the WebGPU backend cannot do, in words. */
import { TrainlogError } from "../error.ts";

/** The error for a primitive without a kernel. */
export function unsupported(primitive: string): TrainlogError {
  return new TrainlogError(
    "webgpu/unsupported",
    `the WebGPU backend has no kernel for ${primitive}; use backend "compiled" for this model`,
  );
}

/** The error for double precision. */
export function noDoublePrecision(what: string): TrainlogError {
  return new TrainlogError(
    "webgpu/no-f64",
    `${what} is f64, and WebGPU has no double precision; use dtype "float", or backend "compiled"`,
  );
}
