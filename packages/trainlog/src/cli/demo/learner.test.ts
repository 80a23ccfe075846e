import { describe, expect, it } from "vitest";
import { learningRateAt } from "./learner.ts";
import { demoLearners } from "./training.ts";

describe("learningRateAt", () => {
  it("rises to its peak and falls to a tenth", () => {
    const rates = Array.from({ length: 1000 }, (_, step) => learningRateAt(step, 1000, 0.01));
    const peakAt = rates.indexOf(Math.max(...rates));
    expect(Math.max(...rates)).toBeCloseTo(0.01, 12);
    expect(peakAt).toBeGreaterThan(20);
    for (let step = peakAt + 1; step < 1000; step++) expect(rates[step]!).toBeLessThanOrEqual(rates[step - 1]!);
    expect(rates.at(-1)).toBeCloseTo(0.001, 4);
  });
});

describe("the demo's runs", () => {
  const STEPS = 1200;

  function trained(name: string, steps = STEPS): Record<string, number> {
    const learner = demoLearners(STEPS, 0).find(({ spec }) => spec.name === name)!;
    for (let step = 0; step < steps; step++) learner.step(step);
    return learner.evaluate();
  }

  it("tell what their notes promise: two learn, the tiny one and the one that is too fast cannot", () => {
    expect(trained("relu-lr-0.01")["eval/accuracy"]).toBeGreaterThan(0.95);
    expect(trained("tanh")["eval/accuracy"]).toBeGreaterThan(0.95);
    expect(trained("relu-tiny")["eval/accuracy"]).toBeLessThan(0.75);
    expect(trained("relu-lr-0.3")["eval/accuracy"]).toBeLessThan(0.75);
  });

  it("learn the quickstart, faster with the quickstart's learning rate", () => {
    const [good, low] = [trained("mlp-8", 200), trained("mlp-8-lr-0.003", 200)];
    expect(good["eval/probe_error"]).toBeLessThan(0.1);
    expect(low["eval/probe_error"]).toBeGreaterThan(2 * good["eval/probe_error"]!);
    expect(trained("mlp-8-lr-0.003")["eval/probe_error"]).toBeLessThan(0.05);
  });

  it("are the same for the same seed", () => {
    const [a, b] = [demoLearners(10, 5), demoLearners(10, 5)].map((learners) =>
      learners.map((learner) => learner.step(0)["train/loss"]),
    );
    expect(a).toEqual(b);
    expect(demoLearners(10, 6).map((learner) => learner.step(0)["train/loss"])).not.toEqual(a);
  });
});
