import { expect, it } from "vitest";
import { LogRecord } from "./log-record.ts";

it("keeps numbers as curves, and configuration and results as notes", () => {
  const record = new LogRecord({ project: "p", name: "n" });
  record.config.update({ seed: 1, optimizer: { name: "adam", lr: 0.1 }, model_summary: "many\nlines" });
  record.log({ loss: 2 }, { step: 0 });
  record.log({ loss: 1, picture: { kind: "image" } }, { step: 5 });
  record.log({ "eval/loss": 1.5 }, { step: 5 });
  record.log({ loss: 0.5 });
  record.config.update({ seed: 2 });
  record.summary.update({ loss_after: 0.5 });
  expect(record.content().toTrainLog()).toEqual({
    title: "n",
    steps: [0, 5],
    series: [
      { name: "loss", values: [2, 0.5], color: "#4e79a7" },
      { name: "eval/loss", values: [Number.NaN, 1.5], color: "#4e79a7" },
    ],
    notes: [
      "project=p",
      "run_name=n",
      "config.seed=2",
      "config.optimizer/name=adam",
      "config.optimizer/lr=0.1",
      "loss_after=0.5",
    ],
  });
});

it("of nothing is an empty log", () => {
  expect(new LogRecord({ project: "p" }).content().toTrainLog()).toMatchObject({ steps: [], series: [] });
});
