/** @file What the entries for Node and for browsers have in common. */
export type { LiveObject, LiveValue } from "./live-object.ts";
export { NullTracker } from "./null-tracker.ts";
export type { ResumeRule, RunOptions, ServerOptions } from "./options.ts";
export type { Warn } from "./reporter.ts";
export type { LogRow, LogValue } from "./row-values.ts";
export { type AlertOptions, type DefineMetricOptions, type FinishOptions, type LogOptions, Run } from "./run.ts";
export type { ArtifactSource, Sink } from "./sink.ts";
export { type ConfigInput, DEFAULT_EXPERIMENT_NAME, Tracker, type TrackerOptions } from "./tracker.ts";
