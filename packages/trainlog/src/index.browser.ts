/**
 * @file `trainlog` in a web page: the same calls, sent to a trainlog server from memory. No built-in module of Node.
 *
 * The whole entry stays below 15 kB gzip, so it has the media values that most pages log; the others (audio, video, figures, …) are one import away
 * in `trainlog/media`.
 * @module
 */
export { isTrainlogError, TrainlogError } from "./run/error.ts";
export type * from "./run/event.ts";
export type { JsonObject, JsonValue } from "./run/json.ts";
export { histogram, image, table, text } from "./run/media.ts";
export type { ArtifactOptions } from "./track/artifact.ts";
export { HttpTracker, type HttpTrackerOptions } from "./track/browser/http-tracker.ts";
export { type InitOptions, init, withRun } from "./track/browser/init.ts";
export * from "./track/portable.ts";
