import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GroupedRun, groupChoices, groupRuns } from "./run-groups.ts";

function run(runId: string, config: GroupedRun["config"], more: Partial<GroupedRun> = {}): GroupedRun {
  return { runId, project: "p", state: "finished", config, summary: {}, ...more };
}

describe("groupRuns", () => {
  it("groups by a path of the configuration, in natural order, what has none last", () => {
    const runs = [
      run("a", { optim: { lr: 0.1 } }),
      run("b", {}),
      run("c", { optim: { lr: 0.01 } }),
      run("d", { optim: { lr: 0.1 } }),
    ];
    expect(groupRuns(runs, "config:optim/lr").map(({ name, runIds }) => [name, runIds])).toEqual([
      ["0.01", ["c"]],
      ["0.1", ["a", "d"]],
      ["(none)", ["b"]],
    ]);
  });

  it("groups by fields and by the summary", () => {
    const runs = [run("a", {}, { group: "g" }), run("b", {}, { summary: { best: 1 } })];
    expect(groupRuns(runs, "group").map(({ name }) => name)).toEqual(["g", "(none)"]);
    expect(groupRuns(runs, "summary:best").map(({ name }) => name)).toEqual(["1", "(none)"]);
    expect(groupRuns(runs, "nonsense").map(({ runIds }) => runIds)).toEqual([["a", "b"]]);
  });

  it("has every run once", () => {
    const config = fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(fc.integer(), fc.string(), fc.boolean()));
    fc.assert(
      fc.property(fc.array(config, { maxLength: 8 }), fc.constantFrom("config:a", "state", "x"), (configs, by) => {
        const runs = configs.map((value, i) => run(`r${i}`, value));
        const ids = groupRuns(runs, by).flatMap(({ runIds }) => runIds);
        expect(ids.sort()).toEqual(runs.map(({ runId }) => runId).sort());
      }),
    );
  });
});

describe("groupChoices", () => {
  it("offers first what tells runs apart and still joins some", () => {
    const runs = [run("a", { seed: 1, lr: 0.1 }), run("b", { seed: 2, lr: 0.1 }), run("c", { seed: 3, lr: 0.2 })];
    expect(groupChoices(runs)).toEqual(["config:lr", "config:seed"]);
  });
});
