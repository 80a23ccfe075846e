import { describe, expect, it } from "vitest";
import { type FilterSubject, matches } from "./evaluate.ts";
import { flatten } from "./flatten.ts";
import { parseFilter } from "./parse.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

const subject: FilterSubject = {
  run: {
    ...{ runId: "r1", name: "ResNet-50", state: "running", tags: ["best", "v2"], archived: false },
    ...{ createdMs: NOW_MS - 3_600_000, durationMs: 90_000 },
  },
  config: flatten(
    Object.entries({ opt: { lr: 0.1, name: "adam" }, debug: true, layers: [64, 32], "a.b": 1, none: null }),
  ),
  summary: new Map([["acc", 0.9]]),
  metrics: new Map([
    ["loss", { count: 3, last: Number.NaN, min: 0.5, max: 2, mean: 1, lastStep: 10, goal: "min" }],
    ["acc", { count: 1, last: 0.9, min: 0.9, max: 0.9, mean: 0.9, lastStep: 1 }],
  ]),
};

describe("matches", () => {
  it.each([
    ["", true],
    ["name = ResNet-50", true],
    ["name = resnet-50", false],
    ["name contains resnet", true],
    ['name ~ "^Res.*\\d$"', true],
    ["tag = best and tag = v2", true],
    ["tag != best", false],
    ["tag contains bes", false],
    ['tag ~ "^v"', true],
    ["created > -2h and created < now and created < -30m", true],
    ["created > 2026-11-21T10:30", true],
    ["created > -30m", false],
    ["duration < 2m and durationMs = 90000", true],
    ["config.opt.lr = 0.1 and config.a.b = 1", true],
    ["exists(config.opt) and not exists(config.op)", true],
    ["config.opt = null", false],
    ["config.none = null and exists(config.none)", true],
    ["config.missing = null and group = null", true],
    ["config.missing != 1 and config.opt.name != 1", true],
    ["config.missing < 1 or config.opt.name < 1 or config.missing >= 1", false],
    ["config.layers contains 64 and not config.layers contains 6 and config.layers != 64", true],
    ["config.debug and config.debug = true", true],
    ["metric.loss = nan and metric.loss != 5", true],
    ["metric.loss < 5 or metric.loss >= 5", false],
    ["metric.loss.best = 0.5 and metric.loss.step = 10 and metric.loss.count = 3", true],
    ["exists(metric.acc.best)", false],
    ["metric.acc.best = null", true],
    ["summary.acc in (0.8, 0.9)", true],
    ["summary.acc not in (0.8, 0.9)", false],
  ])("%s: %s", (filter, expected) => {
    expect(matches(parseFilter(filter), subject, { nowMs: NOW_MS })).toBe(expected);
  });
});

describe("flatten", () => {
  it("gives what is nested a path, and a key that is spelt like a path the first right to it", () => {
    const flat = flatten(Object.entries({ a: { b: { c: 1, empty: {} } }, "a.b.c": 2, list: [{ x: 1 }] }));
    expect([...flat.entries()]).toEqual([
      ["a", { b: { c: 1, empty: {} } }],
      ["a.b.c", 2],
      ["list", [{ x: 1 }]],
      ["a.b.empty", {}],
    ]);
  });
});
