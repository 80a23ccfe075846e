/** @file What scripts said about a metric: its goal, its x axis. */
import type { MetricDefinition } from "trainlog/api";

/**
 * The value of one field for a metric: of the definition of exactly this key, else of the longest prefix that ends in `*`.
 *
 * @example
 * definitionOf("val/loss", [{ key: "val/*", stepMetric: "epoch" }], "stepMetric"); // "epoch"
 */
export function definitionOf<Field extends "goal" | "stepMetric">(
  metric: string,
  definitions: readonly MetricDefinition[],
  field: Field,
): MetricDefinition[Field] | undefined {
  const says = definitions.filter((definition) => definition[field] !== undefined && covers(definition.key, metric));
  const exact = says.find(({ key }) => key === metric);
  return (exact ?? says.toSorted((a, b) => b.key.length - a.key.length)[0])?.[field];
}

function covers(key: string, metric: string): boolean {
  return key === metric || (key.endsWith("*") && metric.startsWith(key.slice(0, -1)));
}
