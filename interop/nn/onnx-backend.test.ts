/** @file Training runs of `backend: "onnx"` in onnxruntime-node, against the same runs of our own kernels. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Data, nn, optim, Trainer } from "@trainlog/nn";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { nativeRuntimePath } from "./native-runtime.ts";

beforeAll(() => {
  const runtime: object = createRequire(import.meta.url)(nativeRuntimePath());
  // As if it were installed beside the package under test.
  vi.doMock("onnxruntime-node", () => ({ default: runtime }));
}, 600_000);

const grid = Data.regression2to1Grid({ n: 25 });
const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.dropout(0.2), nn.linear(8, 1));
const trainerOf = (optimizer: optim.Optimizer = optim.adam({ lr: 0.03 })) =>
  Trainer.new(mkModel, { task: "regression", optimizer, seed: 1 });
const quiet = { progress: false, log: false, handleInterrupt: false } as const;
/** 25 examples, so each epoch ends with a smaller batch. */
const options = { ...quiet, steps: 40, batchSize: 7, logEvery: 1000 } as const;

/** All parameters, one after the other. */
function numbers({ params }: { readonly params: nn.Params }): number[] {
  return Object.values(params).flatMap((tensor) => Array.from(tensor.data()));
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

describe('backend "onnx"', () => {
  it("trains as the compiled backend does, batches of two sizes and dropout included", async () => {
    const native = await trainerOf().train(grid, { ...options, backend: "onnx" });
    const own = await trainerOf().train(grid, { ...options, backend: "compiled" });
    expect(native.summary).toMatchObject({ backend: "onnx", steps: 40, stoppedBy: "done" });
    expect(largestDifference(numbers(native), numbers(own))).toBeLessThan(1e-4);
    expect((await native.evaluate(grid)).loss).toBeCloseTo((await own.evaluate(grid)).loss, 4);
  });

  it("gives the same bits for the same seed, however the steps are grouped", async () => {
    const once = numbers(await trainerOf().train(grid, { ...options, backend: "onnx" }));
    const heard: number[] = [];
    const onStep = ({ step }: { readonly step: number }): void => {
      heard.push(step);
    };
    const alone = await trainerOf().train(grid, { ...options, backend: "onnx", callbacks: { onStep } });
    const cut = await trainerOf().train(grid, {
      ...options,
      backend: "onnx",
      logEvery: 3,
      evalData: grid,
      evalEvery: 7,
    });
    expect(heard).toEqual(Array.from({ length: 40 }, (_, step) => step));
    expect(numbers(alone)).toEqual(once);
    expect(numbers(cut)).toEqual(once);
  });

  it("logs, evaluates and stops after the same steps as other backends", async () => {
    const seen = async (backend: Trainer.Backend): Promise<unknown[]> => {
      const events: unknown[] = [];
      const callbacks: Trainer.Callbacks = {
        onEvaluation: ({ step, stop }) => {
          events.push(["evaluation", step]);
          if (step === 21) stop();
        },
        onEpoch: ({ step }) => {
          events.push(["epoch", step]);
        },
        onEnd: (end) => {
          events.push(end);
        },
      };
      const trained = await trainerOf().train(grid, { ...options, backend, evalData: grid, evalEvery: 7, callbacks });
      return [...events, trained.summary?.steps, trained.summary?.stoppedBy];
    };
    expect(await seen("onnx")).toEqual(await seen("compiled"));
  });

  it("goes on from a checkpoint to the same bits", async () => {
    const dir = mkdtempSync(join(tmpdir(), "onnx-backend-"));
    try {
      const whole = await trainerOf().train(grid, { ...options, backend: "onnx" });
      const stopAt16: Trainer.Callbacks = { onCheckpoint: ({ step }) => void (step === 16 && controller.abort()) };
      const controller = new AbortController();
      const checkpoint = { dir, every: 8 };
      const { signal } = controller;
      const first = { ...options, backend: "onnx", checkpoint, signal, callbacks: stopAt16 } as const;
      expect((await trainerOf().train(grid, first)).summary).toMatchObject({ steps: 16, stoppedBy: "signal" });
      const resume = { ...checkpoint, resume: "must" } as const;
      const resumed = await trainerOf().train(grid, { ...options, backend: "onnx", checkpoint: resume });
      expect(numbers(resumed)).toEqual(numbers(whole));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("names the first step whose loss is not finite, as other backends do", async () => {
    const failure = async (backend: Trainer.Backend): Promise<unknown> => {
      const train = trainerOf(optim.sgd({ lr: 1e4 })).train(grid, { ...options, backend, logEvery: 1000 });
      return await train.catch((error: unknown) => error);
    };
    const [native, own] = [await failure("onnx"), await failure("compiled")];
    expect(native).toBeInstanceOf(Trainer.NonFiniteError);
    expect(own).toBeInstanceOf(Trainer.NonFiniteError);
    const factsOf = (error: unknown) => (error instanceof Trainer.NonFiniteError ? error.facts : undefined);
    expect(factsOf(native)).toEqual(factsOf(own));
    expect(factsOf(native)?.step).toBeGreaterThan(1);
  });
});
