/** @file What an initialiser is, and the fans that most of them count by. */
import { TrainlogError } from "../../error.ts";
import type { Generator } from "../../random/generator.ts";
import { type Shape, showShape } from "../../shape/shape.ts";

/**
 * Makes a parameter's first value: row-major elements of a tensor of `shape`.
 *
 * Runs on the host in double precision, so that a seed gives the same parameters on every machine and for every element type.
 */
export type Initializer = (source: Generator, shape: Shape) => Float64Array;

/** Number of inputs and outputs of one unit. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Fans of a weight as PyTorch stores it: `[out, in, ...receptive field]` (`torch.nn.init._calculate_fan_in_and_fan_out`).
 *
 * @throws TrainlogError `nn/bad-init` for a tensor of fewer than two axes, which has no fans.
 */
export function fansOf(shape: Shape): Fans {
  const [out, input, ...receptive] = shape;
  if (out === undefined || input === undefined) {
    throw new TrainlogError(
      "nn/bad-init",
      `this initialiser counts inputs and outputs, so it needs a weight of at least two axes; got shape ${showShape(shape)}. Use init.uniform or init.normal`,
    );
  }
  const field = receptive.reduce((product, size) => product * size, 1);
  return { fanIn: input * field, fanOut: out * field };
}
