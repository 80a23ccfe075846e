/** @file A small store for tests of the command line: three runs in two projects, one of which failed and one has a hostile name. */

import type { NumberColumn, RunEvent } from "../../src/run/event.ts";
import { openStore } from "../../src/store/index.ts";

/** Start of the sample's first run. */
const CREATED_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A name that would clear the screen, were it printed as it is. */
const HOSTILE_NAME = "evil \u001b[2J\nname";

interface SampleRun {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  readonly lr: number;
  readonly end: "finished" | "failed";
  readonly pointCount: number;
}

const RUNS: readonly SampleRun[] = [
  { runId: "20260102-030405-aaaaaaaa", project: "digits", name: "baseline", lr: 0.1, end: "finished", pointCount: 200 },
  { runId: "20260102-030406-bbbbbbbb", project: "digits", name: "wide", lr: 0.3, end: "failed", pointCount: 50 },
  {
    runId: "20260102-030407-cccccccc",
    project: "letters",
    name: HOSTILE_NAME,
    lr: 0.5,
    end: "finished",
    pointCount: 10,
  },
];

/** Makes the sample store in `dir`. */
export async function makeSampleStore(dir: string): Promise<void> {
  await using store = await openStore(dir, { mode: "serve", follow: false, sealAfterMs: false });
  for (const [i, run] of RUNS.entries()) {
    await store.createRun({ runId: run.runId, project: run.project, createdMs: CREATED_MS + i * 1000 });
    await store.append(run.runId, [{ events: eventsOf(run, CREATED_MS + i * 1000) }]);
  }
}

function eventsOf({ runId, project, name, lr, end, pointCount }: SampleRun, wallMs: number): RunEvent[] {
  const steps = Float64Array.from({ length: pointCount }, (_, i) => i);
  const column = (key: string, valueAt: (step: number) => number): NumberColumn => ({
    kind: "number",
    key,
    values: steps.map(valueAt),
  });
  const loss = column("train/loss", (step) => lr * Math.exp(-step / 50));
  const accuracy = column("train/acc", (step) => 1 - Math.exp(-step / 50));
  return [
    { type: "start", runId, project, wallMs, name, tags: ["sample"], source: "trainlog" },
    { type: "config", set: { lr, model: { hidden: [32, 32] } } },
    { type: "rows", rows: { steps, wallMs: steps.map((step) => wallMs + step), columns: [loss, accuracy] } },
    { type: "console", lines: [{ line: 0, stream: "stdout", text: "hello from the run", wallMs }] },
    {
      type: "finish",
      wallMs: wallMs + 90_000,
      status: end,
      ...(end === "failed" ? { error: "Error: the loss is NaN\n    at train.ts:12" } : {}),
    },
  ];
}
