import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyTrainLog } from "../../test/support/arbitrary-log.ts";
import { ExperimentLog } from "./experiment-log.ts";

const NAN = Number.NaN;

function columns(log: ExperimentLog): Record<string, readonly number[]> {
  return Object.fromEntries(log.history.series.map((series) => [series.name, series.values]));
}

/** What `ExperimentLog.log` promises, said without its data structure. */
function rowsByHand(calls: readonly (readonly [number, string, number])[]): {
  steps: number[];
  rows: Map<string, number>[];
} {
  const steps: number[] = [];
  const rows: Map<string, number>[] = [];
  for (const [step, name, value] of calls) {
    if (steps.at(-1) !== step) {
      steps.push(step);
      rows.push(new Map());
    }
    rows.at(-1)!.set(name, value);
  }
  return { steps, rows };
}

describe("ExperimentLog.log", () => {
  it("shares a row within a step, replaces, adds metrics late and fills with NaN", () => {
    const log = ExperimentLog.start()
      .log(0, "loss", 1)
      .log(0, "loss", 2)
      .log(1, "loss", 3)
      .log(1, "accuracy", 0.5)
      .log(2, "accuracy", 0.6, { color: "red" })
      .log(1, "loss", 4);
    expect(log.history.steps).toEqual([0, 1, 2, 1]);
    expect(columns(log)).toEqual({ loss: [2, 3, NAN, 4], accuracy: [NAN, 0.5, 0.6, NAN] });
    expect(log.history.series.map((series) => series.color)).toEqual(["#4e79a7", "#4e79a7"]);
  });

  it("agrees with the plain reading of its rule for any calls", () => {
    const anyCall = fc.tuple(fc.nat(3), fc.constantFrom("a", "b", "__proto__"), fc.double());
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 40 }), (calls) => {
        const log = calls.reduce((grown, [step, name, value]) => grown.log(step, name, value), ExperimentLog.start());
        const { steps, rows } = rowsByHand(calls);
        expect(log.history.steps).toEqual(steps);
        for (const { name, values } of log.history.series) {
          expect(values).toEqual(rows.map((row) => row.get(name) ?? NAN));
        }
      }),
    );
  });

  it("leaves former logs as they were", () => {
    const one = ExperimentLog.start().log(0, "loss", 1);
    const replaced = one.log(0, "loss", 2);
    const grown = one.log(1, "loss", 3);
    expect([one, replaced, grown].map(columns)).toEqual([{ loss: [1] }, { loss: [2] }, { loss: [1, 3] }]);
  });

  it("stays fast over a long run", () => {
    let log = ExperimentLog.start();
    for (let step = 0; step < 20_000; step++) {
      for (const name of ["a", "b", "c", "d", "e"]) log = log.log(step, name, step);
    }
    expect(log.history.length).toBe(20_000);
  }, 5_000);

  it("shares the row of a former logRow, and logRow always starts one", () => {
    const log = ExperimentLog.start({}, ["a"]).logRow(5, [1]).log(5, "b", 2).logRow(5, [3, 4]);
    expect(log.history.steps).toEqual([5, 5]);
    expect(columns(log)).toEqual({ a: [1, 3], b: [2, 4] });
  });

  it("ignores a row of the wrong length, and logRowStrict throws", () => {
    const log = ExperimentLog.start({}, ["a"]);
    expect(log.logRow(0, [1, 2]).history.length).toBe(0);
    expect(() => log.logRowStrict(0, [1, 2])).toThrow(expect.objectContaining({ code: "log/bad-row" }));
  });
});

describe("ExperimentLog.toTrainLog", () => {
  it("titles the log: given, else the run's name, else Training", () => {
    const named = ExperimentLog.start({ name: "mlp" });
    expect([
      named.toTrainLog("given").title,
      named.toTrainLog().title,
      ExperimentLog.start().toTrainLog().title,
    ]).toEqual(["given", "mlp", "Training"]);
  });

  it("lowers metadata, free notes and artifacts in upstream's order", () => {
    const log = ExperimentLog.start({
      project: "mnist",
      name: "mlp",
      runId: "r1",
      group: "sweep",
      tags: ["a", "b"],
      config: [{ key: "lr", value: "1e-3" }],
    })
      .withNotes("warm start")
      .withArtifact({ name: "weights", path: "out/m.bin", kind: "model", description: "the best one" })
      .withArtifact({ name: "log", path: "out/log.txt" })
      .withArtifact({ name: "bare", path: "out/x", kind: "" });
    expect(log.toTrainLog().notes).toEqual([
      "project=mnist",
      "run_name=mlp",
      "run_id=r1",
      "group=sweep",
      "tags=a,b",
      "config.lr=1e-3",
      "warm start",
      "artifact.weights=out/m.bin kind=model desc=the best one",
      "artifact.log=out/log.txt kind=file",
      "artifact.bare=out/x",
    ]);
    expect(ExperimentLog.fromTrainLog(log.toTrainLog())).toEqual(log);
    expect(ExperimentLog.fromTrainLog(log.toTrainLog()).toTrainLog()).toEqual(log.toTrainLog());
  });

  it("reads any log and gives an equivalent one back", () => {
    fc.assert(
      fc.property(anyTrainLog, (log) => {
        const once = ExperimentLog.fromTrainLog(log).toTrainLog(log.title);
        expect(ExperimentLog.fromTrainLog(once).toTrainLog(log.title)).toEqual(once);
        expect(once.series.map((series) => series.name)).toEqual(log.series.map((series) => series.name));
      }),
    );
  });

  it("refuses metadata of the wrong type by name", () => {
    expect(() => ExperimentLog.start({ tags: "a" as unknown as string[] })).toThrow('tags: expected an array, got "a"');
    expect(() => ExperimentLog.start({ config: [{ key: "lr", value: 1 as unknown as string }] })).toThrow(
      "config[0].value: expected a text, got 1",
    );
    expect(() => ExperimentLog.start().withArtifact({ name: "a", path: 1 as unknown as string })).toThrow(
      "artifact path: expected a text, got 1",
    );
  });
});
