/** @file A training log that was dropped on the page: as pictures, and as the run that it becomes when it is imported. */
import type { CreateRun, JsonBatch, WireNumber } from "trainlog/api";
import type { TrainLog } from "trainlog/log";
import type { JsonValue } from "trainlog/run";
import type { FigureData } from "./figure-data.ts";

/** Stretches of a curve that are drawn; each by its lowest and highest value. */
const DRAWN_STRETCHES = 2000;

/** Project of a log that names none. */
const PROJECT = "imported";

/** What the notes of a log say about its run; `parseNotes` of `trainlog/log` reads them. */
export interface LogFacts {
  readonly run: {
    readonly project: string;
    readonly name: string;
    readonly group: string;
    readonly tags: readonly string[];
    readonly config: readonly { readonly key: string; readonly value: string }[];
  };
  readonly notes: readonly string[];
}

/** One picture per series. */
export function logFigures(log: TrainLog): FigureData[] {
  return log.series.map(({ name, values }) => {
    const shown = thinned(stepsOf(log), values);
    return { title: name, xTitle: "step", yTitle: "", names: undefined, traces: [{ name, mark: "line", ...shown }] };
  });
}

/** The run that a log becomes. */
export function runOfLog(log: TrainLog, { run, notes }: LogFacts): CreateRun {
  return {
    project: run.project || PROJECT,
    name: run.name || log.title,
    source: "train-log",
    ...(run.group !== "" && { group: run.group }),
    ...(notes.length > 0 && { notes: notes.join("\n") }),
    tags: run.tags,
    config: Object.fromEntries(run.config.map(({ key, value }) => [key, configValue(value)])),
  };
}

/** The events of that run. NaN in a log means "not reported at this step", and is no point. */
export function batchOfLog(log: TrainLog, wallMs: number): JsonBatch {
  const steps = stepsOf(log);
  const columns = log.series.map(({ name, values }, i) => {
    const rowIndex = values.flatMap((value, row) => (Number.isNaN(value) ? [] : [row]));
    const count = log.series.slice(0, i).filter((other) => other.name === name).length;
    const reported = rowIndex.map((row) => wireNumber(values[row] ?? 0));
    return { kind: "number" as const, key: count === 0 ? name : `${name} (${count + 1})`, values: reported, rowIndex };
  });
  const rows = { steps, wallMs: steps.map(() => wallMs), columns: columns.filter(({ values }) => values.length > 0) };
  return {
    writerId: "dashboard",
    seq: 0,
    events: [
      { type: "rows", rows },
      { type: "finish", wallMs, status: "finished" },
    ],
  };
}

/** Steps of all rows: those of the log, counted on when a series is longer; 0, 1, 2, … when it has none. */
function stepsOf({ steps, series }: TrainLog): number[] {
  const rowCount = Math.max(steps.length, ...series.map(({ values }) => values.length));
  const next = (steps.at(-1) ?? -1) + 1;
  return Array.from({ length: rowCount }, (_, i) => steps[i] ?? next + i - steps.length);
}

function thinned(steps: readonly number[], values: readonly number[]): { x: number[]; y: number[] } {
  const stretch = Math.ceil(values.length / DRAWN_STRETCHES);
  const kept: number[] = [];
  for (let from = 0; from < values.length; from += stretch) {
    const rows = Array.from({ length: Math.min(stretch, values.length - from) }, (_, i) => from + i);
    const sorted = rows
      .filter((row) => Number.isFinite(values[row]))
      .sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    // A stretch without a number is a hole in the line.
    kept.push(...new Set([sorted[0] ?? from, sorted.at(-1) ?? from].sort((a, b) => a - b)));
  }
  return { x: kept.map((row) => steps[row] ?? row), y: kept.map((row) => values[row] ?? Number.NaN) };
}

function configValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue; // JSON.parse gives nothing but JSON values.
  } catch {
    return text;
  }
}

function wireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : value;
  return value > 0 ? "Infinity" : "-Infinity";
}
