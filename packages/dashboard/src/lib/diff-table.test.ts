import { expect, it } from "vitest";
import { diffTable } from "./diff-table.ts";

it("puts configurations side by side and marks what differs", () => {
  const rows = diffTable([
    { lr: 0.1, model: { width: 8 }, seed: 1 },
    { lr: 0.2, model: { width: 8 } },
  ]);
  expect(rows).toEqual([
    { path: "lr", values: [0.1, 0.2], differs: true },
    { path: "model/width", values: [8, 8], differs: false },
    { path: "seed", values: [1, undefined], differs: true },
  ]);
  expect(diffTable([{ a: 1 }])).toEqual([{ path: "a", values: [1], differs: false }]);
});
