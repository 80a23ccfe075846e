/**
 * @file `trainlog` in a web page: the same calls, sent to a trainlog server from memory. No built-in module of Node.
 * @module
 */
export { isTrainlogError, TrainlogError } from "./run/error.ts";
export type * from "./run/event.ts";
export type { JsonObject, JsonValue } from "./run/json.ts";
export * from "./run/media.ts";
export type { ArtifactOptions } from "./track/artifact.ts";
export { HttpTracker, type HttpTrackerOptions } from "./track/browser/http-tracker.ts";
export { type InitOptions, init, withRun } from "./track/browser/init.ts";
export * from "./track/portable.ts";
