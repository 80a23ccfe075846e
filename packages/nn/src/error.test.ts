import { isTrainlogError } from "trainlog";
import { TrainlogError as LogError } from "trainlog/log";
import { describe, expect, it } from "vitest";
import { TrainlogError } from "./error.ts";

class SpecialError extends TrainlogError {
  readonly place: number = 1;
}

describe("TrainlogError", () => {
  it("is known across packages, which have one class each", () => {
    expect(new LogError("log/bad", "no log")).toBeInstanceOf(TrainlogError);
    expect(isTrainlogError(new TrainlogError("shape/bad", "no shape"), "shape/bad")).toBe(true);
    expect(new RangeError("nothing of ours")).not.toBeInstanceOf(TrainlogError);
  });

  it("is not taken for a kind of it", () => {
    expect(new SpecialError("shape/bad", "no shape")).toBeInstanceOf(SpecialError);
    expect(new SpecialError("shape/bad", "no shape")).toBeInstanceOf(TrainlogError);
    expect(new TrainlogError("shape/bad", "no shape")).not.toBeInstanceOf(SpecialError);
    expect(new LogError("log/bad", "no log")).not.toBeInstanceOf(SpecialError);
  });
});
