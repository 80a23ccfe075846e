import { describe, expect, it } from "vitest";
import { engine } from "../../engine/engine.ts";
import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import { mean, mul, scalar, square, sub } from "../../primitives/index.ts";
import { tensor, tensorND } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import * as Trainer from "../index.ts";

const { Advanced } = Trainer;
const mkModel = nn.sequential(nn.linear(1, 8), nn.tanh(), nn.linear(8, 1));
const optimizer = optim.adam({ lr: 0.02 });
const regression = Advanced.module(mkModel, { task: "regression", optimizer, seed: 1 });

/** 16 points of a sine, others at each step. */
function sine(step: number): readonly [Tensor<[16, 1]>, Tensor<[16, 1]>] {
  const xs = Array.from({ length: 16 }, (_, i) => Math.sin(i * 7 + step) * 2);
  return [
    tensorND([16, 1] as const, xs) as Tensor<[16, 1]>,
    tensorND([16, 1] as const, xs.map(Math.sin)) as Tensor<[16, 1]>,
  ];
}

describe.each(["eager", "compiled"] as const)("on backend %s", (backend) => {
  it("a stepper runs one step per call", async () => {
    using loop = Advanced.stepper(regression, { backend });
    const losses: number[] = [];
    for (let step = 0; step < 300; step += 1) losses.push(Advanced.step(loop, sine(step)));
    expect(loop.steps).toBe(300);
    expect(losses[299]).toBeLessThan((losses[0] ?? 0) / 10);
    expect(loop.eval(tensor([1])).data()[0]).toBeCloseTo(Math.sin(1), 0);
  });

  it("a stepper goes on from a state", () => {
    using one = Advanced.stepper(regression, { backend });
    using two = Advanced.stepper(regression, { backend });
    for (let step = 0; step < 5; step += 1) one.step(sine(step));
    two.step(sine(0));
    two.setState(one.state());
    expect(two.step(sine(5))).toBe(one.step(sine(5)));
  });

  it("a stepper refuses the state of another model", () => {
    const wide = nn.sequential(nn.linear(1, 9), nn.tanh(), nn.linear(9, 1));
    using one = Advanced.stepper(regression, { backend });
    using other = Advanced.stepper(Advanced.module(wide, { task: "regression", optimizer }), { backend });
    one.step(sine(0));
    other.step(sine(0));
    expect(() => one.setState(other.state())).toThrow(/"params.0.weight" was float\[8, 1\] and is float\[9, 1\]/);
  });

  it("a stream gives the curve of the explicit loop", async () => {
    using loop = Advanced.stepper(regression, { backend });
    const explicit = Array.from({ length: 20 }, (_, step) => loop.step(sine(step)));
    const curve = await Advanced.trainModuleStreamStepsCurveFloat(regression, sine, { steps: 20, backend });
    expect([...curve]).toEqual(explicit);
    const later = async (step: number) => sine(step);
    expect([...(await Advanced.trainModuleStreamStepsCurveFloat(regression, later, { steps: 20, backend }))]).toEqual(
      explicit,
    );
  });

  it("a report has the first, the best and the recent losses", async () => {
    const report = await Advanced.trainModuleStreamStepsReport(regression, sine, { steps: 100, backend });
    expect(report).toMatchObject({ steps: 100, stoppedBy: "done", parameters: 25, backend });
    expect(report.best.loss).toBeLessThanOrEqual(report.recentLoss);
    expect(report.recentLoss).toBeLessThan(report.firstLoss);
    expect(report.state.params["0.weight"]?.shape).toEqual([8, 1]);
    const one: Tensor<[1], "float" | "f64"> = report.eval(tensor([1]));
    const many: Tensor<readonly [number, 1], "float" | "f64"> = report.eval(tensor([[1], [2]]));
    expect([one.shape, many.shape, one.item()]).toEqual([[1], [2, 1], many.data()[0]]);
  });

  it("a loss over any list of tensors, with callbacks that can stop", async () => {
    const module = Advanced.module(mkModel, {
      // The derivative at the points should be 2: by a difference of two applications.
      loss: (u, points: Tensor<[4, 1]>) => {
        const slope = mul(sub(u(shifted(points, 0.01)), u(shifted(points, -0.01))), scalar(50, "float"));
        const loss = mean(square(sub(slope, scalar(2, "float"))));
        return { loss, metrics: { slope: mean(slope) } };
      },
      optimizer: optim.adam({ lr: 0.05 }),
    });
    const points = tensor([[0], [0.3], [0.6], [1]]);
    const slopes: number[] = [];
    const trained = await Advanced.trainModuleStreamStepsWith(
      module,
      () => [points],
      { steps: 500, backend, logEvery: 10 },
      {
        onStep: ({ step, stop }) => (step === 300 ? stop() : undefined),
        onLooked: (_, { metrics }) => void slopes.push(metrics["slope"] ?? Number.NaN),
      },
    );
    expect(trained).toMatchObject({ steps: 301, stoppedBy: "callback" });
    expect(slopes.at(-1)).toBeCloseTo(2, 1);
  });

  it.each(["at once", "with promises"])("a stream that answers %s can ask the model as it is", async (how) => {
    const asked: number[] = [];
    const stream: Trainer.Advanced.StepBatchStream<[[number, 1], [number, 1]]> = (step, predict) => {
      asked.push(predict([1])[0] ?? Number.NaN);
      return how === "at once" ? sine(step) : Promise.resolve(sine(step));
    };
    await Advanced.trainModuleStreamStepsWith(regression, stream, { steps: 20, backend });
    using loop = Advanced.stepper(regression, { backend });
    const explicit = Array.from({ length: 20 }, (_, step) => {
      const answer = loop.eval(tensor([1])).data()[0];
      loop.step(sine(step));
      return answer;
    });
    expect(asked).toEqual(explicit);
  });

  it("frees what a stream makes", async () => {
    const used: number[] = [];
    const callbacks: Trainer.Advanced.StreamCallbacks = {
      onStep: ({ step }) => {
        if (step % 200 === 199) used.push(engine().allocator.usedBytes());
      },
    };
    await Advanced.trainModuleStreamStepsWith(regression, sine, { steps: 1000, backend }, callbacks);
    expect(Math.max(...used)).toBe(used[0]);
  });
});

function shifted(points: Tensor<[4, 1]>, by: number): Tensor<[4, 1]> {
  return sub(points, scalar(-by, "float")) as Tensor<[4, 1]>;
}

describe("wrong use", () => {
  it("is refused with a reason", async () => {
    expect(() => Advanced.stepper(regression).eval([1] as never)).toThrow(/eval takes a tensor, got an array of 1/);
    const train = (options: object, stream: unknown = sine) =>
      Advanced.trainModuleStreamStepsCurveFloat(regression, stream as never, options as never);
    await expect(train({ steps: 0 })).rejects.toThrow(/steps must be a whole number of at least 1, got 0/);
    await expect(train({ step: 1 })).rejects.toThrow(/did you mean "steps"\?/);
    await expect(train({ steps: 2 }, () => 5)).rejects.toThrow(/step 0: a batch is a list of tensors/);
    await expect(train({ steps: 2 }, () => [tensor([[1, 2]]), tensor([[1]])])).rejects.toMatchObject({
      code: "shape/mismatch",
    });
    expect(() => Advanced.module(mkModel, { los: () => 0 } as never)).toThrow(/did you mean "loss"\?/);
    expect(() => Advanced.stepper(regression).state()).toThrow(/the state is made by the first step/);
    const bad = Advanced.module(mkModel, { loss: (u, x: Tensor<[1, 1]>) => u(x) });
    expect(() => Advanced.stepper(bad).step([tensor([[1]])])).toThrow(
      /the loss must be one number.*got shape \[1, 1\]/,
    );
    const nothing = Advanced.module(mkModel, { loss: (() => undefined) as never });
    expect(() => Advanced.stepper(nothing).step([tensor([[1]])])).toThrow(/the loss must be one number/);
  });
});
