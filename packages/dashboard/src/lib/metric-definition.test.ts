import { expect, it } from "vitest";
import { definitionOf } from "./metric-definition.ts";

it("takes the nearest definition that says something", () => {
  const definitions = [
    { key: "*", stepMetric: "global" },
    { key: "val/*", stepMetric: "epoch", goal: "min" as const },
    { key: "val/acc", goal: "max" as const },
  ];
  expect(definitionOf("val/acc", definitions, "goal")).toBe("max");
  expect(definitionOf("val/acc", definitions, "stepMetric")).toBe("epoch");
  expect(definitionOf("val/loss", definitions, "goal")).toBe("min");
  expect(definitionOf("lr", definitions, "stepMetric")).toBe("global");
  expect(definitionOf("lr", definitions, "goal")).toBeUndefined();
});
