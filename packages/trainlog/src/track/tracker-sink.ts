/** @file A tracker as one of a run's sinks. */
import type { JsonObject } from "../run/json.ts";
import { messageOf, type Reporter } from "./reporter.ts";
import type { Sink } from "./sink.ts";
import type { Tracker } from "./tracker.ts";

/**
 * Opens a run of `tracker` and gives it everything that is logged.
 *
 * @returns `undefined` when the tracker could not open its run: it is reported, and the run does without it.
 */
export async function trackerSink(tracker: Tracker, config: JsonObject, reporter: Reporter): Promise<Sink | undefined> {
  const name = tracker.constructor.name;
  try {
    await tracker.init(config);
  } catch (error) {
    reporter.always(`init:${name}`, `${name} could not open its run and is left out: ${messageOf(error)}`);
    return undefined;
  }
  return {
    name,
    write: (events) => tracker.write(events),
    close: () => tracker.finish(),
    // Complete when it returns, if the hook of the tracker is synchronous.
    closeNow: () => void tracker.finish(),
  };
}
