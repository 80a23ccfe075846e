/** @file The beginning that every run has, wherever it is kept: its start event, its configuration, the further trackers. */

import type { StartEvent } from "../run/event.ts";
import type { JsonObject } from "../run/json.ts";
import { configJson } from "./config-json.ts";
import type { RunNames, RunOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";
import { Run } from "./run.ts";
import type { RunBackend } from "./sink.ts";
import { trackerSink } from "./tracker-sink.ts";

/** Facts for the start event. */
export interface StartFacts {
  readonly resumed: boolean;
  readonly host?: JsonObject;
  readonly code?: JsonObject;
}

/**
 * Makes the run and writes its first events.
 *
 * @throws TrainlogError `run/bad-config`.
 */
export async function startRun<Config extends object>(
  names: RunNames,
  options: RunOptions<Config>,
  backend: RunBackend,
  facts: StartFacts,
  reporter: Reporter,
): Promise<Run<Config>> {
  const config = configJson(options.config, reporter);
  const trackers = await Promise.all((options.trackers ?? []).map((tracker) => trackerSink(tracker, config, reporter)));
  const sinks = [...backend.sinks, ...trackers.filter((sink) => sink !== undefined)];
  const run = new Run<Config>(names, { ...backend, sinks }, reporter);
  const start = startEvent(names, options, facts);
  run.write(Object.keys(config).length === 0 ? [start] : [start, { type: "config", set: config }]);
  run.flushNow(); // a run is visible from its first moment
  return run;
}

function startEvent(names: RunNames, options: RunOptions<object>, facts: StartFacts): StartEvent {
  const { group, jobType, tags, notes, parentRunId } = options;
  const given = Object.entries({
    group,
    jobType,
    tags,
    notes,
    parentRunId,
    name: names.name,
    host: facts.host,
    code: facts.code,
  });
  return {
    type: "start",
    runId: names.id,
    project: names.project,
    wallMs: Date.now(),
    source: "trainlog",
    ...(facts.resumed ? { resumed: true } : {}),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}
