/** @file Which lines the charts of a page draw, and what they are called. */
import { useComputed } from "@preact/signals";
import type { MetricDefinition, RunDetail } from "trainlog/api";
import { definitionOf } from "../../lib/metric-definition.ts";
import type { RunStyle } from "../../lib/run-colour.ts";
import { groupRuns, type RunGroup } from "../../lib/run-groups.ts";
import type { RunView } from "../../lib/view-state.ts";
import { type App, useApp } from "../../state/app.ts";
import type { RunPageStore } from "../../state/run-page.ts";

/** Lines of all charts: one per run, or one per group of runs. */
export interface ChartLines {
  /** Runs whose points are drawn, or go into the lines of their groups. */
  readonly runIds: readonly string[];
  /** Groups that are drawn; absent when runs are not grouped. */
  readonly groups?: readonly RunGroup[];
}

/** The lines that the view asks for: hidden runs and groups are left out. */
export function chartLines(view: RunView, details: readonly RunDetail[]): ChartLines {
  const isShown = (id: string): boolean => !view.hidden.includes(id);
  if (view.groupBy === undefined) return { runIds: view.runIds.filter(isShown) };
  const groups = groupRuns(details, view.groupBy).filter(({ id }) => isShown(id));
  return { groups, runIds: groups.flatMap(({ runIds }) => runIds) };
}

/** What a line is called. */
export function lineName(store: RunPageStore, id: string): string {
  const group = /^group:(.*)$/s.exec(id)?.[1];
  return group ?? store.runs.peek().get(id)?.detail?.name ?? id;
}

/** Looks of the lines; those of groups are chosen among themselves. */
export function lineStyles({ runHues }: App, view: RunView, lines: ChartLines): Map<string, RunStyle> {
  return runHues.stylesOf(lines.groups?.map(({ id }) => id) ?? view.runIds);
}

/** What the scripts said about a metric: the first definition among the runs. */
export function useDefinition(
  store: RunPageStore,
  metric: string,
): { readonly goal: "min" | "max" | undefined; readonly stepMetric: string | undefined } {
  const definitions = (): MetricDefinition[] =>
    [...store.runs.value.values()].flatMap(({ detail }) => detail?.definitions ?? []);
  const goal = useComputed(() => definitionOf(metric, definitions(), "goal"));
  const stepMetric = useComputed(() => definitionOf(metric, definitions(), "stepMetric"));
  return { goal: goal.value, stepMetric: stepMetric.value };
}

/** Looks of the lines of the open page. */
export function useLineStyles(view: RunView, lines: ChartLines): Map<string, RunStyle> {
  return lineStyles(useApp(), view, lines);
}
