import { describe, expect, it } from "vitest";
import * as nn from "../nn/index.ts";
import { exportOnnx, importOnnx, loadStateDict, readTorchLean, stateDict, writeSafetensors } from "./index.ts";

const built = nn.build(nn.linear(2, 3), { seed: 0 });
/** What no type lets pass, as JavaScript would give it. */
const wrong = { prefx: "a" } as object as never;

describe("an option that there is not", () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    writeSafetensors: () => writeSafetensors(built.params, wrong),
    exportOnnx: () => exportOnnx(built, wrong),
    importOnnx: () => importOnnx(exportOnnx(built), wrong),
    stateDict: () => stateDict(built, wrong),
    loadStateDict: () => loadStateDict(built, stateDict(built), wrong),
    readTorchLean: () => readTorchLean("{}", "TorchLean.MLP", wrong),
  };

  it.each(Object.entries(calls))("is refused by %s", (name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: "interop/unknown-option" }));
    expect(call).toThrow(`${name}: unknown option "prefx"; `);
  });
});

describe("a description where numbers are needed", () => {
  const mkModel = nn.linear(2, 3) as object as never;
  const calls: Readonly<Record<string, () => unknown>> = {
    exportOnnx: () => exportOnnx(mkModel),
    stateDict: () => stateDict(mkModel),
    loadStateDict: () => loadStateDict(mkModel, {}),
  };

  it.each(Object.entries(calls))("is refused by %s", (name, call) => {
    expect(call).toThrow(
      `${name} takes a model with numbers, such as nn.build(mkModel, { seed: 0 }) or a trained model, got a description without numbers`,
    );
  });
});
