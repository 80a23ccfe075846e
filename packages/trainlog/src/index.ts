/**
 * @file `trainlog`: log training runs from Node.
 *
 * @example
 * import * as trainlog from "trainlog";
 * const run = await trainlog.init({ project: "digits", config: { lr: 0.01 } });
 * run.log({ loss: 0.5 });
 * await run.finish();
 * @module
 */
export { isTrainlogError, TrainlogError } from "./run/error.ts";
export type * from "./run/event.ts";
export type { JsonObject, JsonValue } from "./run/json.ts";
export * from "./run/media.ts";
export type { ArtifactOptions } from "./track/artifact.ts";
export { ConsoleTracker, type ConsoleTrackerOptions } from "./track/console-tracker.ts";
export { type DictRecord, DictTracker } from "./track/dict-tracker.ts";
export type { SyncOptions, SyncReport } from "./track/http/sync-runs.ts";
export { syncRuns } from "./track/http/sync-runs.ts";
export { HttpTracker, type HttpTrackerOptions } from "./track/http-tracker.ts";
export { type InitOptions, init, withRun } from "./track/init.ts";
export { JsonTracker, type JsonTrackerOptions } from "./track/json-tracker.ts";
export { LocalTracker, type LocalTrackerOptions } from "./track/local-tracker.ts";
export { ManyTracker } from "./track/many-tracker.ts";
export type { CaptureOptions, LocalRunOptions } from "./track/open-local.ts";
export * from "./track/portable.ts";
