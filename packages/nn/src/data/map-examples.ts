/** @file Data sets whose examples are changed by a function when they are read. */
import { TrainlogError } from "../error.ts";
import { type Generator, generator } from "../random/generator.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { newArray } from "../tensor/from-data.ts";
import type { BatchArray, Dataset } from "./dataset.ts";
import { described, row } from "./dataset-views.ts";
import { checkOptionNames } from "./options.ts";

/** One example in arrays of its own. */
export interface Example {
  readonly input: BatchArray;
  readonly target: BatchArray;
  /** Number of the example in the data set. */
  readonly index: number;
  /** Randomness for this example in this epoch. */
  readonly random: Generator;
}

/** What a mapped data set looks like; by default as the one that it is made of. */
export interface MapOptions<In extends Shape, Out extends Shape> {
  readonly inputShape?: In;
  readonly inputDType?: DType;
  readonly targetShape?: Out;
  readonly targetDType?: DType;
  /** For functions that use randomness. Default 0. */
  readonly seed?: number;
}

/**
 * A data set with each example changed by a function, when it is read.
 *
 * @param change - Gives the new input and target. It may change the given arrays and return them. Its randomness is determined by seed, epoch and example, so
 *   a run that goes on from a checkpoint sees what it would have seen.
 * @throws TrainlogError (when read) `shape/mismatch` when a result has not as many numbers as its shape says; `data/unknown-option`.
 *
 * @example
 * const noisy = Data.map(dataset, ({ input, target, random }) => ({ input: input.map((x) => x + 0.1 * random.normal()), target }));
 */
export function map<
  In extends Shape,
  Out extends Shape,
  const NewIn extends Shape = In,
  const NewOut extends Shape = Out,
>(
  dataset: Dataset<In, Out>,
  change: (example: Example) => { readonly input: ArrayLike<number>; readonly target: ArrayLike<number> },
  options: MapOptions<NewIn, NewOut> = {},
): Dataset<NewIn, NewOut> {
  checkOptionNames("map", options, ["inputShape", "inputDType", "targetShape", "targetDType", "seed"]);
  const base = generator(options.seed ?? 0).fork("map");
  // Absent options mean the shapes of `dataset`, which are what `NewIn` and `NewOut` are then.
  const inputShape = options.inputShape ?? (dataset.inputShape as Shape as NewIn);
  const targetShape = options.targetShape ?? (dataset.targetShape as Shape as NewOut);
  const write = (example: Example, inputs: BatchArray, targets: BatchArray, i: number): void => {
    const { input, target } = change(example);
    checkSize("input", input, inputShape, example.index);
    checkSize("target", target, targetShape, example.index);
    inputs.set(input, i * input.length);
    targets.set(target, i * target.length);
  };
  return {
    ...described(dataset),
    inputShape,
    targetShape,
    inputDType: options.inputDType ?? dataset.inputDType,
    targetDType: options.targetDType ?? dataset.targetDType,
    length: dataset.length,
    readInto(indices, inputs, targets, epoch = 0) {
      const before = rowsFor(dataset, indices.length);
      const change = (): void => {
        for (let i = 0; i < indices.length; i += 1) {
          const index = indices[i] ?? 0;
          const example = {
            input: row(before.inputs, i, dataset.inputShape),
            target: row(before.targets, i, dataset.targetShape),
            index,
            random: base.fork(epoch).fork(index),
          };
          write(example, inputs, targets, i);
        }
      };
      const read = dataset.readInto(indices, before.inputs, before.targets, epoch);
      return read === undefined ? change() : read.then(change);
    },
  };
}

function rowsFor(dataset: Dataset, count: number): { readonly inputs: BatchArray; readonly targets: BatchArray } {
  return {
    inputs: newArray(dataset.inputDType, count * sizeOf(dataset.inputShape)),
    targets: newArray(dataset.targetDType, count * sizeOf(dataset.targetShape)),
  };
}

function checkSize(side: string, values: ArrayLike<number>, shape: Shape, index: number): void {
  if (values.length === sizeOf(shape)) return;
  throw new TrainlogError(
    "shape/mismatch",
    `map: the ${side} made of example ${index} has ${values.length} numbers, its shape ${showShape(shape)} holds ${sizeOf(shape)}; ` +
      `say what the new examples look like: { ${side}Shape: … }`,
  );
}
