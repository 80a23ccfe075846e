import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_RUN_VIEW,
  DEFAULT_RUNS_VIEW,
  formatView,
  parseView,
  RUN_TABS,
  type RunsView,
  type RunView,
  type View,
} from "./view-state.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const names = fc.uniqueArray(
  fc.oneof(name, fc.constantFrom("a,b", "100%", "%2C", "train/loss", "x&y=z", "__proto__")),
  { maxLength: 4 },
);
const runIds = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}$/), { minLength: 1, maxLength: 4 });
const optional = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.oneof(
    fc.constant({}),
    value.map((v) => ({ [key]: v })),
  );

const runsView: fc.Arbitrary<RunsView> = fc
  .tuple(
    fc.record({
      filter: text,
      archived: fc.boolean(),
      sort: names.filter((sort) => sort.length > 0),
      pinned: names,
      widths: fc.uniqueArray(fc.record({ column: name, width: fc.integer({ min: 56, max: 900 }) }), {
        maxLength: 3,
        selector: ({ column }) => column,
      }),
      groupBy: fc.uniqueArray(name, { maxLength: 2 }),
      open: names,
      selected: runIds,
      parallel: fc.boolean(),
    }),
    optional(
      "project",
      name.filter((project) => project !== "." && project !== ".."),
    ),
    optional("state", fc.constantFrom("running", "crashed")),
    optional("tag", name),
    optional("columns", names),
  )
  .map(([fields, ...rest]) => Object.assign({ ...DEFAULT_RUNS_VIEW, ...fields }, ...rest));

const zoom = fc
  .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map(([a, b]) => ({ from: Math.min(a, b) + 0, to: Math.max(a, b) + 0 }))
  .filter(({ from, to }) => from < to);

const runView: fc.Arbitrary<RunView> = fc
  .tuple(
    fc.record({
      runIds,
      tab: fc.constantFrom(...RUN_TABS),
      metricFilter: text,
      x: fc.constantFrom("step" as const, "wall" as const, "relative" as const),
      smoothing: fc.record({
        kind: fc.constantFrom("time" as const, "ema" as const),
        weight: fc.integer({ min: 0, max: 999 }).map((n) => n / 1000),
      }),
      logX: fc.boolean(),
      logY: fc.boolean(),
      ignoreOutliers: fc.boolean(),
      hidden: names,
      folded: names,
      pinned: names,
      order: names,
      size: fc.constantFrom("small" as const, "medium" as const, "large" as const),
      band: fc.constantFrom("range" as const, "std" as const, "ci" as const),
    }),
    optional("zoom", zoom),
    optional("focus", name),
    optional("groupBy", name),
    // Another metric along x stands over the steps.
    fc.oneof(
      fc.constant({}),
      name.map((xMetric) => ({ x: "step" as const, xMetric })),
    ),
  )
  .map(([fields, ...rest]) => Object.assign({ ...DEFAULT_RUN_VIEW, ...fields }, ...rest));

/** Goes through a real address, as the browser does. */
function throughAddress(view: View): View {
  const url = new URL(formatView(view), "http://127.0.0.1:5000");
  return parseView(url.pathname, url.search);
}

describe("address of a view", () => {
  it("says the whole list of runs", () => {
    fc.assert(
      fc.property(runsView, (view) => {
        expect(throughAddress(view)).toEqual(view);
      }),
    );
  });

  it("says the whole page of runs", () => {
    fc.assert(
      fc.property(runView, (view) => {
        expect(throughAddress(view)).toEqual(view);
      }),
    );
  });

  it("says which runs are compared, by id or by filter", () => {
    expect(parseView("/compare", "?runs=a,b&smooth=ema:0.5")).toEqual({
      ...DEFAULT_RUN_VIEW,
      runIds: ["a", "b"],
      smoothing: { kind: "ema", weight: 0.5 },
    });
    fc.assert(
      fc.property(runView, text, ({ runIds: _ids, hidden: _hidden, ...fields }, filter) => {
        const view: View = { ...fields, page: "compare", project: "p", filter };
        expect(throughAddress(view)).toEqual(view);
      }),
    );
  });

  it("is short when nothing is chosen, and readable when something is", () => {
    expect(formatView(DEFAULT_RUNS_VIEW)).toBe("/");
    expect(formatView({ ...DEFAULT_RUN_VIEW, runIds: ["a", "b"] })).toBe("/runs/a,b");
    expect(formatView({ ...DEFAULT_RUNS_VIEW, project: "m n", sort: ["-metric.val/loss.min", "name"] })).toBe(
      "/projects/m%20n?sort=-metric.val/loss.min,name",
    );
  });

  it.each([
    ["/runs/a", "?tab=nope&x=up&smooth=time:7&zoom=5..2&y=lin", { ...DEFAULT_RUN_VIEW, runIds: ["a"] }],
    ["/runs/a", "?smooth=ema:&zoom=..", { ...DEFAULT_RUN_VIEW, runIds: ["a"] }],
    ["/", "?state=asleep&sort=&selected=,,", DEFAULT_RUNS_VIEW],
    ["/runs/,", "", { page: "lost", path: "/runs/" }],
    ["/projects/%E0%A4%A", "", { page: "lost", path: "/projects/%E0%A4%A" }],
    ["/nowhere/at/all", "", { page: "lost", path: "/nowhere/at/all" }],
  ])("opens %s%s although something in it makes no sense", (path, query, view) => {
    expect(parseView(path, query)).toEqual(view);
  });
});
