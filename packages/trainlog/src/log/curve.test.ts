import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyStep } from "../../test/support/arbitrary-log.ts";
import { Curve } from "./curve.ts";

describe("Curve", () => {
  it("holds every pushed point in order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyStep, fc.double()), { maxLength: 50 }), (points) => {
        const curve = points.reduce((grown, [step, value]) => grown.push(step, value), Curve.empty());
        expect(curve.steps).toEqual(points.map(([step]) => step));
        expect(curve.values).toEqual(points.map(([, value]) => value));
      }),
    );
  });

  it("leaves the former curve as it was", () => {
    const one = Curve.empty().push(0, 1);
    const two = one.push(1, 2);
    const other = one.push(1, 3);
    expect([one, two, other].map((curve) => curve.values)).toEqual([[1], [1, 2], [1, 3]]);
  });

  it("cannot be changed through what it gives out", () => {
    const curve = Curve.empty().push(0, 1);
    curve.values.push(9);
    expect(curve.values).toEqual([1]);
  });

  it("becomes a log with one series", () => {
    expect(
      Curve.empty()
        .push(5, 0.5)
        .toTrainLog("MLP", "loss", { notes: ["n"] }),
    ).toEqual({
      title: "MLP",
      steps: [5],
      series: [{ name: "loss", values: [0.5], color: "#4e79a7" }],
      notes: ["n"],
    });
  });

  it("is plain data as JSON", () => {
    expect(JSON.stringify(Curve.empty().push(5, 0.5))).toBe('{"steps":[5],"values":[0.5]}');
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, "1", undefined])("refuses the step %j", (step) => {
    expect(() => Curve.empty().push(step as number, 1)).toThrow(/^step: expected a whole number/);
  });

  it("refuses a value that is not a number", () => {
    expect(() => Curve.empty().push(0, "1" as unknown as number)).toThrow('value: expected a number, got "1"');
  });
});
