import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Activation,
  adamStep,
  backward,
  createAdam,
  createMlp,
  forward,
  type Loss,
  type Mlp,
  meanSquaredError,
  norm,
  predict,
  softmax,
  softmaxCrossEntropy,
} from "./mlp.ts";
import { seededRandom } from "./random.ts";

const NUDGE = 1e-5;

/** Derivative of the loss by each parameter, by central differences. */
function numericGradient(mlp: Mlp, lossOf: () => number): Float64Array {
  return mlp.parameters.map((value, i) => {
    mlp.parameters[i] = value + NUDGE;
    const above = lossOf();
    mlp.parameters[i] = value - NUDGE;
    const below = lossOf();
    mlp.parameters[i] = value;
    return (above - below) / (2 * NUDGE);
  });
}

function expectGradientsAgree(mlp: Mlp, inputs: Float64Array, lossOf: (output: Float64Array) => Loss): void {
  const outputs = forward(mlp, inputs);
  const byHand = backward(mlp, outputs, lossOf(outputs.at(-1)!).gradient);
  const numeric = numericGradient(mlp, () => lossOf(predict(mlp, inputs)).loss);
  const difference = norm(byHand.map((value, i) => value - numeric[i]!));
  expect(difference / (norm(byHand) + norm(numeric) + 1e-9)).toBeLessThan(1e-5);
  expect(norm(byHand)).toBeGreaterThan(0);
}

describe("backward", () => {
  const random = seededRandom(7);
  const inputs = Float64Array.from({ length: 2 * 9 }, () => random.normal());

  it.each<Activation>(["tanh", "relu"])("agrees with central differences, %s and cross-entropy", (activation) => {
    const labels = Uint8Array.from({ length: 9 }, () => random.integer(3));
    expectGradientsAgree(createMlp([2, 5, 4, 3], activation, random), inputs, (output) =>
      softmaxCrossEntropy(output, labels),
    );
  });

  it.each<Activation>(["tanh", "relu"])("agrees with central differences, %s and mean squared error", (activation) => {
    const target = Float64Array.from({ length: 9 }, () => random.normal());
    expectGradientsAgree(createMlp([2, 6, 1], activation, random), inputs, (output) =>
      meanSquaredError(output, target),
    );
  });
});

describe("softmax", () => {
  it("gives rows that sum to 1, also for logits that would overflow", () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 3, maxLength: 3 }), (logits) => {
        const shares = softmax(Float64Array.from(logits), 3);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("adamStep", () => {
  it("moves by the learning rate against the sign of the slope on its first step", () => {
    const parameters = Float64Array.of(1, 1, 1);
    adamStep(createAdam(3), parameters, Float64Array.of(10, -0.001, 0), 0.1);
    expect(parameters[0]).toBeCloseTo(0.9, 6);
    expect(parameters[1]).toBeCloseTo(1.1, 5);
    expect(parameters[2]).toBe(1);
  });

  it("learns exclusive or, which no linear model can", () => {
    const random = seededRandom(1);
    const mlp = createMlp([2, 8, 2], "tanh", random);
    const adam = createAdam(mlp.parameters.length);
    const inputs = Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1);
    const labels = Uint8Array.of(0, 1, 1, 0);
    const before = softmaxCrossEntropy(predict(mlp, inputs), labels).loss;
    for (let step = 0; step < 300; step++) {
      const outputs = forward(mlp, inputs);
      adamStep(
        adam,
        mlp.parameters,
        backward(mlp, outputs, softmaxCrossEntropy(outputs.at(-1)!, labels).gradient),
        0.05,
      );
    }
    expect(before).toBeGreaterThan(0.3);
    expect(softmaxCrossEntropy(predict(mlp, inputs), labels).loss).toBeLessThan(0.01);
  });
});
