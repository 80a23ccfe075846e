import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as Data from "../../data/index.ts";
import { readSafetensors } from "../../interop/safetensors/safetensors.ts";
import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import { tensor } from "../../tensor/create.ts";
import * as Trainer from "../index.ts";

const grid = Data.regression2to1Grid({ n: 25 });
const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.dropout(0.1), nn.batchNorm(8), nn.linear(8, 1));
const optimizer = optim.chain(
  optim.clipByGlobalNorm(1),
  optim.accumulate(2, optim.adam({ lr: optim.schedule.cosine({ lr: 0.03, steps: 40 }) })),
  optim.ema({ decay: 0.9 }),
);
const trainer = (seed = 5) => Trainer.new(mkModel, { task: "regression", optimizer, seed });
const quiet = { log: false, progress: false, handleInterrupt: false } as const;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trainlog-checkpoint-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe.each(["eager", "compiled"] as const)("resuming on backend %s", (backend) => {
  it("gives the curve of no interruption, bit by bit, wherever it was interrupted", async () => {
    const whole: number[] = [];
    const record = (losses: number[], stopAt = -1): Trainer.Callbacks => ({
      onStep: ({ step, loss, stop }) => {
        losses.push(loss);
        if (step === stopAt) stop();
      },
    });
    const options = { ...quiet, steps: 40, batchSize: 9, backend, evalData: grid, evalEvery: 7 };
    const uninterrupted = await trainer().train(grid, { ...options, callbacks: record(whole) });
    for (const stopAt of [0, 12, 30]) {
      const losses: number[] = [];
      const checkpoint = { dir: join(dir, String(stopAt)), every: 7, resume: "allow" } as const;
      await trainer().train(grid, { ...options, checkpoint, callbacks: record(losses, stopAt) });
      expect(losses).toHaveLength(stopAt + 1);
      const resumed = await trainer().train(grid, { ...options, checkpoint, callbacks: record(losses) });
      expect(losses).toEqual(whole);
      for (const name of Object.keys(uninterrupted.params)) {
        expect(resumed.params[name]?.data()).toEqual(uninterrupted.params[name]?.data());
      }
      expect(resumed.state["3.running_var"]?.data()).toEqual(uninterrupted.state["3.running_var"]?.data());
      expect(resumed.averaged()?.params["0.bias"]?.data()).toEqual(uninterrupted.averaged()?.params["0.bias"]?.data());
      expect(resumed.summary).toMatchObject({ steps: 40, lossBefore: uninterrupted.summary?.lossBefore });
    }
  });

  it("keeps the state that makes early stopping come at the same step, and the best parameters", async () => {
    const options = {
      ...quiet,
      steps: 60,
      batchSize: 5,
      backend,
      evalData: grid,
      evalEvery: 3,
      earlyStopping: { patience: 3 },
    };
    const rough = Trainer.new(mkModel, { task: "regression", optimizer: optim.sgd({ lr: 0.2 }), seed: 2 });
    const whole = await rough.train(grid, options);
    const checkpoint = { dir, every: 4, resume: "allow" } as const;
    const stopAt = (whole.summary?.steps ?? 0) - 4;
    const callbacks: Trainer.Callbacks = { onStep: ({ step, stop }) => (step === stopAt ? stop() : undefined) };
    await rough.train(grid, { ...options, checkpoint, callbacks });
    const resumed = await rough.train(grid, { ...options, checkpoint });
    expect(resumed.summary).toMatchObject({ stoppedBy: "early-stopping", steps: whole.summary?.steps });
    expect(resumed.params["0.weight"]?.data()).toEqual(whole.params["0.weight"]?.data());
  });
});

describe("a folder of checkpoints", () => {
  it("keeps the last ones and the best, without drafts", async () => {
    const paths: string[] = [];
    const onCheckpoint: Trainer.Callbacks["onCheckpoint"] = ({ path }) => void paths.push(path);
    const checkpoint = { dir, every: 5, keepLast: 2, keepBest: true };
    await trainer().train(grid, { ...quiet, steps: 22, evalData: grid, checkpoint, callbacks: { onCheckpoint } });
    expect((await readdir(dir)).sort()).toEqual([
      "best.safetensors",
      "step-00000020.safetensors",
      "step-00000022.safetensors",
    ]);
    expect(paths).toHaveLength(5);
    const { tensors, metadata } = readSafetensors(await readFile(paths.at(-1) ?? ""));
    expect(tensors["params.0.weight"]?.shape).toEqual([8, 2]);
    expect(metadata["trainlog.kind"]).toBe("checkpoint");
  });

  it("must have one when that is asked for", async () => {
    const training = trainer().train(grid, { ...quiet, steps: 5, checkpoint: { dir, resume: "must" } });
    await expect(training).rejects.toMatchObject({ code: "checkpoint/not-found" });
  });

  it("refuses one of another training, and says what differs", async () => {
    await trainer().train(grid, { ...quiet, steps: 4, checkpoint: { dir } });
    const checkpoint = { dir, resume: "allow" } as const;
    const again = (options: object, made = trainer()) =>
      made.train(grid, { ...quiet, steps: 4, checkpoint, ...options });
    await expect(again({ batchSize: 5 })).rejects.toThrow(/batchSize was 25 there, and is 5 here/);
    await expect(again({}, trainer(6))).rejects.toThrow(/seed was 5 there, and is 6 here/);
    const other = Trainer.new(nn.sequential(nn.linear(2, 1)), { task: "regression", optimizer, seed: 5 });
    await expect(again({}, other as never)).rejects.toMatchObject({ code: "checkpoint/other-run" });
  });

  it("refuses a truncated or changed file, whatever the place", async () => {
    await trainer().train(grid, { ...quiet, steps: 4, checkpoint: { dir } });
    const path = join(dir, "step-00000004.safetensors");
    const good = await readFile(path);
    const resume = () => trainer().train(grid, { ...quiet, steps: 4, checkpoint: { dir, resume: "must" } });
    const cuts = [0, 1, 7, 8, 100, good.length >> 1, good.length - 1];
    for (const length of cuts) {
      await writeFile(path, good.subarray(0, length));
      await expect(resume(), `cut to ${length}`).rejects.toMatchObject({ code: "checkpoint/corrupt" });
    }
    for (const at of [0, 3, 9, 200, good.length >> 1, good.length - 1]) {
      const changed = Uint8Array.from(good);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await writeFile(path, changed);
      await expect(resume(), `changed at ${at}`).rejects.toThrow(/step-00000004.safetensors cannot be used/);
    }
    await writeFile(path, good);
    await expect(resume()).resolves.toMatchObject({ summary: { steps: 4 } });
  });
});

describe("save and load", () => {
  it("give the same results", async () => {
    const trained = await trainer().train(grid, { ...quiet, steps: 20 });
    const path = join(dir, "models", "m.safetensors");
    await trained.save(path);
    const x = tensor([0.3, 0.4]);
    for (const source of [path, trained.toBytes()]) {
      const loaded = await Trainer.load(source, mkModel, { task: "regression" });
      expect((await loaded.eval(x)).data()).toEqual((await trained.eval(x)).data());
      expect((await loaded.evaluate(grid)).loss).toBe((await trained.evaluate(grid)).loss);
      expect(() => loaded.printSummary()).toThrow(/was loaded from a file/);
    }
  });

  it("refuse what is not that model", async () => {
    const trained = await trainer().train(grid, { ...quiet, steps: 2 });
    const other = nn.sequential(nn.linear(2, 4), nn.relu(), nn.linear(4, 1));
    await expect(Trainer.load(trained.toBytes(), other, { task: "regression" })).rejects.toMatchObject({
      code: "state-dict/mismatch",
    });
    await expect(Trainer.load(join(dir, "none"), mkModel, { task: "regression" })).rejects.toMatchObject({
      code: "checkpoint/not-found",
    });
    await trainer().train(grid, { ...quiet, steps: 2, checkpoint: { dir } });
    const load = Trainer.load(join(dir, "step-00000002.safetensors"), mkModel, { task: "regression" });
    await expect(load).rejects.toThrow(/is a checkpoint, not a model/);
  });
});
