/**
 * @file Logging to a TrainLog JSON file, TorchLean's format, which `trainlog` shows and imports as well:
 * `{"title", "steps", "series": [{"name", "values", "color"}], "notes"}`. It is written whole at the end, and whenever training ends early.
 */
import { writeModelFile } from "../checkpoint/checkpoint-files.ts";
import type { LogFacts, LogSink } from "./log-sink.ts";

/** Colour of every series, as upstream's experiment logs have it. */
const COLOUR = "#4e79a7";

/** A sink that writes a training log to a JSON file. */
export function trainLogSink(path: string, title: string): LogSink {
  const rows = new Map<number, Record<string, number>>();
  const names = new Set<string>();
  const notes = new Map<string, string>();
  const note = (prefix: string, facts: LogFacts): void => {
    for (const [name, value] of Object.entries(facts)) notes.set(`${prefix}${name}`, showValue(value));
  };
  return {
    facts: (facts) => note("config.", facts),
    row(step, row) {
      for (const name of Object.keys(row)) names.add(name);
      rows.set(step, { ...rows.get(step), ...row });
    },
    // The format has neither; a matrix is a document of its own there.
    confusionMatrix: () => {},
    histogram: () => {},
    artifact: () => Promise.resolve(),
    async close(status, summary) {
      note("", { status, ...summary });
      const steps = [...rows.keys()].sort((a, b) => a - b);
      const series = [...names].map((name) => ({
        name,
        values: steps.map((step) => encodeFloat(rows.get(step)?.[name] ?? Number.NaN)),
        color: COLOUR,
      }));
      const log = { title, steps, series, notes: [...notes].map(([name, value]) => `${name}=${value}`) };
      await writeModelFile(path, new TextEncoder().encode(`${JSON.stringify(log, undefined, 1)}\n`));
    },
  };
}

/** A number; NaN and the infinities are texts, as JSON has none; −0 is 0, as upstream writes it. */
function encodeFloat(value: number): number | string {
  return Number.isFinite(value) ? value + 0 : String(value);
}

function showValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
