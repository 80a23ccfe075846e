import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { anyTrainLog } from "../../test/support/arbitrary-log.ts";
import { formatJson, parseJsonText } from "./json-text.ts";
import { beforeAfterLoss, decodeTrainLog, encodeTrainLog, trainLog } from "./train-log.ts";

const EMPTY = { title: "Training", steps: [], series: [], notes: [] };

describe("the TrainLog codec", () => {
  it("gives every log back through JSON text, pretty or not", () => {
    fc.assert(
      fc.property(anyTrainLog, fc.boolean(), (log, pretty) => {
        const text = formatJson(encodeTrainLog(log), { pretty });
        expect(decodeTrainLog(parseJsonText(text), { strict: true })).toEqual(log);
      }),
    );
  });

  it("writes upstream's fields in order", () => {
    const log = beforeAfterLoss("MLP", 200, 0.7, Number.NaN, { notes: ["n"] });
    expect(JSON.stringify(encodeTrainLog(log))).toBe(
      '{"title":"MLP","steps":[0,200],"series":[{"name":"loss","values":[0.7,"NaN"],"color":"#4e79a7"}],"notes":["n"]}',
    );
  });

  it.each([
    {},
    { title: 7, steps: "0,1", notes: {} },
    { title: null, steps: null, notes: null },
    { steps: [0, -1], notes: ["a", 1] },
    { steps: [0.5] },
    { steps: ["0"] },
    { unknown: 1, __proto__: null },
  ])("reads %j with upstream's defaults", (json) => {
    expect(decodeTrainLog({ ...json })).toEqual(EMPTY);
  });

  it("says which field fell back to its default, and throws instead when strict", () => {
    const onWarning = vi.fn();
    decodeTrainLog({ title: 7, steps: [0, -1], notes: ["a", 1] }, { onWarning });
    expect(onWarning.mock.calls.flat()).toEqual([
      'title: expected a text, got 7; "Training" is used',
      "steps[1]: expected a whole number of 0 or more, got -1; the log is read without steps",
      "notes[1]: expected a text, got 1; the log is read without notes",
    ]);
    expect(() => decodeTrainLog({ steps: [0, -1] }, { strict: true })).toThrow(
      "steps[1]: expected a whole number of 0 or more, got -1",
    );
  });

  it("reads what upstream writes: keys in its printer's order, exact decimals, sentinels", () => {
    const text = `{"title": "MLP",
 "steps": [0, 200],
 "series":
 [{"values": [0.1000000000000000055511151231257827021181583404541015625, "NaN"],
   "name": "loss",
   "color": "#4e79a7"}],
 "notes": []}
`;
    const log = beforeAfterLoss("MLP", 200, 0.1, Number.NaN);
    expect(decodeTrainLog(parseJsonText(text), { strict: true })).toEqual(log);
  });

  it("does not warn of fields that are absent", () => {
    const onWarning = vi.fn();
    decodeTrainLog({}, { onWarning });
    expect(onWarning).not.toHaveBeenCalled();
  });

  it("gives a series the upstream default colour, and takes negative zero as step 0", () => {
    const log = decodeTrainLog({ steps: [-0], series: [{ name: "loss", values: ["1.5"] }] });
    expect(log).toEqual({ ...EMPTY, steps: [0], series: [{ name: "loss", values: [1.5], color: "#0a7" }] });
    expect(Object.is(log.steps[0], 0)).toBe(true);
  });

  it("keeps a metric whose name is __proto__", () => {
    const json = JSON.parse(
      '{"__proto__":{"title":"x"},"series":[{"name":"__proto__","values":[1],"__proto__":{"color":"red"}}]}',
    );
    expect(decodeTrainLog(json)).toEqual({ ...EMPTY, series: [{ name: "__proto__", values: [1], color: "#0a7" }] });
  });

  it.each([
    [[], "training log: expected an object, got an array of 0"],
    ["x", 'training log: expected an object, got "x"'],
    [null, "training log: expected an object, got null"],
    [{ series: null }, "series: expected an array, got null"],
    [{ series: [1] }, "series[0]: expected an object, got 1"],
    [{ series: [{ values: [] }] }, "series[0].name: expected a text, got nothing"],
    [{ series: [{ name: "a" }] }, "series[0].values: expected an array, got nothing"],
    [{ series: [{ name: "a", values: [], color: null }] }, "series[0].color: expected a text, got null"],
    [
      {
        series: [
          { name: "a", values: [] },
          { name: "b", values: [1, "abc"] },
        ],
      },
      'series[1].values[1]: expected a number, got "abc"',
    ],
    [{ series: [{ name: "a", values: [[]] }] }, "series[0].values[0]: expected a number, got an array of 0"],
    [{ steps: [0, 2 ** 53] }, "steps[1]: expected a whole number below 2^53, got 9007199254740992"],
    [{ steps: [JSON.parse("1e999")] }, "steps[0]: expected a whole number below 2^53, got Infinity"],
  ])("refuses %j by name", (json, message) => {
    expect(() => decodeTrainLog(json)).toThrow(expect.objectContaining({ code: "log/bad-field", message }));
  });

  it("survives huge nesting", () => {
    const depth = 20_000;
    const json = parseJsonText(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    expect(() => decodeTrainLog(json)).toThrow("training log: expected an object, got an array of 1");
    expect(decodeTrainLog({ title: json })).toEqual(EMPTY);
  });

  it.each([
    [{ steps: [-1] }, "steps[0]: expected a whole number of 0 or more, got -1"],
    [{ steps: [1.5] }, "steps[0]: expected a whole number of 0 or more, got 1.5"],
    [{ steps: [2 ** 53] }, "steps[0]: expected a whole number below 2^53, got 9007199254740992"],
    [{ notes: [1] }, "notes[0]: expected a text, got 1"],
    [{ series: [{ name: "a", values: [null], color: "red" }] }, "series[0].values[0]: expected a number, got null"],
  ])("refuses to write %j", (fields, message) => {
    expect(() => encodeTrainLog(trainLog(fields as object))).toThrow(message);
  });
});

describe("beforeAfterLoss", () => {
  it("is a two-point log", () => {
    expect(beforeAfterLoss("MLP", 200, 0.69, 0.04, { color: "red" })).toEqual({
      title: "MLP",
      steps: [0, 200],
      series: [{ name: "loss", values: [0.69, 0.04], color: "red" }],
      notes: [],
    });
  });

  it("refuses a step count that is not natural", () => {
    expect(() => beforeAfterLoss("MLP", -1, 1, 0)).toThrow("steps[1]: expected a whole number of 0 or more, got -1");
  });
});
