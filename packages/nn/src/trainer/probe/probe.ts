/**
 * @file `Trainer.Probe`: what the summary shows of a model before and after training.
 *
 * A probe asks the model something small and says the answer in words; the trainer asks once before the first step and once after the last.
 */

import { describeValue, TrainlogError } from "../../error.ts";
import { anything, type Checks, checkOptions, must, wholeNumber } from "../../options/check-options.ts";
import type { Shape } from "../../shape/shape.ts";
import type { NestedNumbers } from "../../tensor/format.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { argmaxOf } from "../evaluate/argmax-of.ts";
import { showNumber, showNumbers } from "../report/show-number.ts";

/** The answer to a probe. */
export interface ProbeReading {
  /** For people. */
  readonly text: string;
  /** For programs and logs: numbers by name. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Computes the model for one example `[...In]`, or for a batch `[n, ...In]`: the numbers of its result in row-major order. */
export type Predict = (input: AnyTensor | NestedNumbers) => Float32Array | Float64Array | Int32Array;

/** A question to a model. `In` is the shape of its examples. */
export interface Probe<In extends Shape = Shape> {
  readonly name: string;
  /** What the right answer would be, in words. */
  readonly target?: string;
  read(predict: Predict): ProbeReading;
  /** For the compiler only. */
  readonly inputShape?: In;
}

/** An example to be predicted. */
export interface PointOptions {
  readonly name: string;
  /** One example, without the batch axis: a tensor or nested arrays. */
  readonly input: AnyTensor | NestedNumbers;
  /** The right result. */
  readonly target?: number | readonly number[];
}

/**
 * The model's result for one example.
 *
 * @throws TrainlogError `trainer/bad-probe` without a name, `trainer/unknown-option`, `trainer/bad-option`; when training begins `shape/mismatch` naming the
 *   probe when the input is no example of the model.
 *
 * @example
 * Trainer.Probe.point({ name: "heldout", input: [0.25, -0.75], target: 0.2 });
 */
export function point(options: PointOptions): Probe {
  checkProbe("Trainer.Probe.point", options, POINT_CHECKS);
  const { name, input, target } = options;
  return {
    name,
    ...(target === undefined ? {} : { target: showNumbers(typeof target === "number" ? [target] : target) }),
    read(predict) {
      const result = predict(input);
      const values = Object.fromEntries(
        Array.from(result, (value, i) => [result.length === 1 ? name : `${name}/${i}`, value]),
      );
      return { text: showNumbers(result), values };
    },
  };
}

/** An example to be classified. */
export interface ClassificationOptions {
  readonly name: string;
  /** One example, without the batch axis: a tensor or nested arrays. */
  readonly input: AnyTensor | NestedNumbers;
  /** The right class number. */
  readonly target?: number;
  readonly classNames?: readonly string[];
}

/**
 * The likeliest class of one example and its probability (softmax of the model's result).
 *
 * @throws TrainlogError as {@link point}.
 */
export function classification(options: ClassificationOptions): Probe {
  checkProbe("Trainer.Probe.classification", options, CLASSIFICATION_CHECKS);
  const { name, input, target, classNames } = options;
  const nameOf = (label: number): string => classNames?.[label] ?? String(label);
  return {
    name,
    ...(target === undefined ? {} : { target: nameOf(target) }),
    read(predict) {
      const logits = predict(input);
      const best = argmaxOf(logits, 0, logits.length);
      const highest = logits[best] ?? 0;
      let sum = 0;
      for (const logit of logits) sum += Math.exp(logit - highest);
      const probability = 1 / sum;
      return {
        text: `${nameOf(best)} (${(probability * 100).toFixed(1)} %)`,
        values: { [`${name}/class`]: best, [`${name}/probability`]: probability },
      };
    },
  };
}

/**
 * Anything that can be asked of a model.
 *
 * @param read - Gets the model as a function of one example; returns a number or words.
 * @throws TrainlogError `trainer/bad-probe` without a name.
 *
 * @example
 * Trainer.Probe.custom("slope at 0", (predict) => (predict([0.01])[0] - predict([-0.01])[0]) / 0.02);
 */
export function custom(name: string, read: (predict: Predict) => number | string | ProbeReading): Probe {
  checkName(name);
  return {
    name,
    read(predict) {
      const answer = read(predict);
      if (typeof answer === "number") return { text: showNumber(answer), values: { [name]: answer } };
      return typeof answer === "string" ? { text: answer } : answer;
    },
  };
}

const POINT_CHECKS: Checks = {
  name: anything,
  input: anything,
  target: must(
    "a number or an array of numbers",
    (value) => typeof value === "number" || (Array.isArray(value) && value.every((item) => typeof item === "number")),
  ),
};

const CLASSIFICATION_CHECKS: Checks = {
  name: anything,
  input: anything,
  target: wholeNumber(0),
  classNames: must("an array of texts", (value) => Array.isArray(value)),
};

function checkProbe(
  call: string,
  options: { readonly name?: unknown; readonly input?: unknown },
  checks: Checks,
): void {
  checkOptions(call, options, checks, { area: "trainer" });
  checkName(options.name);
  if (options.input !== undefined) return;
  throw new TrainlogError(
    "trainer/bad-option",
    `${call}: the probe ${describeValue(options.name)} needs an input: one example`,
  );
}

function checkName(name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new TrainlogError("trainer/bad-probe", `a probe needs a name, got ${describeValue(name)}`);
}
