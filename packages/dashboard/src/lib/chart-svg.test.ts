import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chartSvg, type Picture } from "./chart-svg.ts";
import { plotModel } from "./plot-model.ts";
import { appendPoints, emptyLine } from "./series-line.ts";

function picture(values: readonly number[], names: readonly string[]): Picture {
  const sources = names.map((_, i) => {
    const line = emptyLine();
    appendPoints(line, { firstIndex: 0, x: values.map((_, x) => x), values });
    return { id: `r${i}`, line };
  });
  return {
    model: plotModel(sources, { smoothing: { kind: "time", weight: 0.5 }, logY: false }),
    title: names[0] ?? "",
    xTitle: "step",
    lines: new Map(names.map((name, i) => [`r${i}`, { name, colour: "#123456", dash: i === 1 ? [6, 3] : [] }])),
    colours: { background: "#fff", text: "#000", grid: "#eee" },
    xTicks: [{ at: 1, text: "1" }],
    yTicks: [{ at: 0, text: "0" }],
  };
}

describe("chartSvg", () => {
  it("is well-formed whatever runs are called, and holds no place that is no number", () => {
    const name = fc.string({ unit: "binary", maxLength: 12 });
    const value = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 20 }),
        fc.array(name, { minLength: 1, maxLength: 6 }),
        (values, names) => {
          const svg = chartSvg(picture(values, names));
          // Every `<` opens or closes an element of ours; every `&` is an entity.
          expect(svg.match(/<(?!\/?(?:svg|title|defs|clipPath|rect|text|path|g)\b)/g)).toBeNull();
          expect(svg.match(/&(?!(?:amp|lt|gt|quot);)/g)).toBeNull();
          expect(svg.match(/<[a-zA-Z]+/g)?.length).toBeGreaterThan(5);
          expect(svg).not.toMatch(/\b(?:NaN|Infinity|undefined)\b(?=[^<]*>)/);
        },
      ),
    );
  });

  it("has a faint raw line below a smoothed one, dashes, and a legend of several lines", () => {
    const svg = chartSvg(picture([3, 1, 2], ["one", "two & <three>"]));
    expect(svg.match(/stroke-opacity="0.28"/g)).toHaveLength(2);
    expect(svg).toContain('stroke-dasharray="6 3"');
    expect(svg).toContain("two &amp; &lt;three&gt;</text>");
    expect(chartSvg(picture([3], ["alone"])).match(/>alone</g)).toHaveLength(2);
  });
});
