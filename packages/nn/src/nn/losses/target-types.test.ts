import { expect, it } from "vitest";
import { typecheck } from "../test-typecheck.ts";

/** Losses of a model's result `o` and a target `t`. */
const USES = {
  equal: "(o: Tensor<[number, 3]>, t: Tensor<[number, 3]>) => nn.mae(o, t)",
  open: "(o: Tensor<[number, 3]>, t: Tensor<readonly [number, ...number[]]>) => nn.huber(o, t, { delta: 0.1 })",
  unknown: "(o: Tensor<[number, 3]>, t: Tensor<readonly number[]>) => nn.bceWithLogits(o, t)",
  rank: "(o: Tensor<[2, 1]>, t: Tensor<[2]>) => nn.mse(o, t)",
  size: "(o: Tensor<[2, 3]>, t: Tensor<[2, 4]>) => nn.klDivergence(o, t)",
};

it("losses take targets whose shape only the data knows, and refuse others in the words of the run-time error", () => {
  const code = Object.entries(USES).map(([name, use]) => [name, `export const loss = ${use};`] as const);
  // The names are those of `USES`.
  const { snippets } = typecheck(Object.fromEntries(code) as Record<keyof typeof USES, string>);
  for (const name of ["equal", "open", "unknown"] as const) expect(snippets[name].errors).toEqual([]);
  const words = (loss: string, wanted: string, got: string): string =>
    `ShapeError<"${loss} compares element by element", "a target of the output's shape ${wanted}", "${got}">`;
  expect(snippets.rank.errors.join()).toContain(words("mse", "[2, 1]", "[2]"));
  expect(snippets.size.errors.join()).toContain(words("klDivergence", "[2, 3]", "[2, 4]"));
});
