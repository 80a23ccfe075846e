import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { figureData } from "./figure-data.ts";
import { figureFrame, niceTicks } from "./figure-frame.ts";

describe("figureData of Plotly", () => {
  it("reads lines, points, bars and their titles", () => {
    const spec = {
      data: [
        { type: "scatter", name: "loss", x: [1, 2, 3], y: [3, null, 1] },
        { type: "scattergl", mode: "markers", y: [1, 2] },
      ],
      layout: { title: { text: "ROC <b>curve</b>" }, xaxis: { title: "fpr" }, yaxis: { title: { text: "tpr" } } },
    };
    expect(figureData("plotly", spec)).toEqual({
      title: "ROC curve",
      xTitle: "fpr",
      yTitle: "tpr",
      names: undefined,
      traces: [
        { name: "loss", mark: "line", x: [1, 2, 3], y: [3, Number.NaN, 1] },
        { name: "trace 1", mark: "points", x: [0, 1], y: [1, 2] },
      ],
    });
  });

  it("reads names along x, and numbers that Plotly 6 packs", () => {
    const bars = figureData("plotly", {
      data: [{ type: "bar", x: ["cat", "dog"], y: { dtype: "i1", bdata: btoa("\u0003\u00ff") } }],
    });
    expect(bars).toMatchObject({ names: ["cat", "dog"], traces: [{ mark: "bars", x: [0, 1], y: [3, -1] }] });
  });

  it.each([
    { data: [{ type: "surface", z: [[1]] }] },
    { data: [{ type: "bar", orientation: "h", x: [1], y: ["a"] }] },
    { data: [{ y: { dtype: "f8", bdata: "no base64" } }] },
    { data: [{ y: [] }] },
    { data: "none" },
    {},
  ])("leaves %j to be shown as JSON", (spec) => expect(figureData("plotly", spec)).toBeUndefined());
});

describe("figureData of Vega-Lite", () => {
  it("reads inline values by colour", () => {
    const values = [
      { a: 1, b: 2, c: "x" },
      { a: 2, b: 3, c: "y" },
      { a: 3, b: 4, c: "x" },
    ];
    const encoding = { x: { field: "a" }, y: { field: "b" }, color: { field: "c" } };
    expect(figureData("vega-lite", { mark: { type: "line" }, data: { values }, encoding })).toMatchObject({
      xTitle: "a",
      traces: [
        { name: "x", x: [1, 3], y: [2, 4] },
        { name: "y", x: [2], y: [3] },
      ],
    });
    const counted = { ...encoding, y: { aggregate: "count" } };
    expect(figureData("vega-lite", { mark: "bar", data: { values }, encoding: counted })).toBeUndefined();
    expect(figureData("vega-lite", { mark: "bar", data: { url: "https://a.b" }, encoding })).toBeUndefined();
  });
});

it("takes any JSON without a fault, and frames what it reads", () => {
  fc.assert(
    fc.property(fc.constantFrom("plotly", "vega-lite", "x"), fc.jsonValue(), (format, spec) => {
      // What fast-check calls JSON is JSON here, too; it has no type for it.
      const figure = figureData(format, spec as Parameters<typeof figureData>[1]);
      if (figure !== undefined) expect(figureFrame(figure).xDomain[0]).toBeLessThan(figureFrame(figure).xDomain[1]);
    }),
  );
});

it("makes a few round ticks inside of any range", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
      fc.double({ noNaN: true, min: 1e-3, max: 1e12 }),
      (low, width) => {
        const ticks = niceTicks(low, low + width);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(ticks.every((tick) => tick >= low && tick <= low + width)).toBe(true);
      },
    ),
  );
  expect(niceTicks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
});
