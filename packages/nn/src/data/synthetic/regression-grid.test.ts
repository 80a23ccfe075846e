import { expect, it } from "vitest";
import { readAll } from "../read-all.ts";
import { regression2to1Grid, regression2to1Target } from "./regression-grid.ts";

it("is the 5 × 5 grid over [−1, 1]² with its function's values", async () => {
  const { inputs, targets } = await readAll(regression2to1Grid());
  expect(inputs).toHaveLength(50);
  expect([...inputs.slice(0, 6)]).toEqual([-1, -1, -1, -0.5, -1, 0]);
  expect([...inputs.slice(-2)]).toEqual([1, 1]);
  // 0.2 at (−1, −1); −0.4 · 2 + 0.2 at (−1, 1); 0.8 · 2 + 0.2 at (1, 1); by hand.
  expect([targets[0], targets[4], targets[24]]).toEqual([0.2, -0.6, 1.8].map(Math.fround));
  expect(regression2to1Target(0.25, -0.75)).toBe(0.2);
});

it("takes square numbers of points", () => {
  expect(regression2to1Grid({ n: 9 }).length).toBe(9);
  for (const n of [24, 1, -4, 2.25, Number.NaN]) expect(() => regression2to1Grid({ n })).toThrow("n is 4, 9, 16, 25");
});
