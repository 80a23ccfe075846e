/** @file The configuration of a run as JSON. */
import { describeValue, TrainlogError } from "../run/error.ts";
import type { JsonObject } from "../run/json.ts";
import { toJson } from "../run/to-json.ts";
import type { Reporter } from "./reporter.ts";

/** The configuration as JSON; what cannot be kept is reported. @throws TrainlogError `run/bad-config` when it is not an object. */
export function configJson(config: unknown, reporter: Reporter): JsonObject {
  const report = (path: string, reason: string): void => {
    reporter.once(`left-out:${path}`, `config.${path} is left out: ${reason}`);
  };
  const json = toJson(config ?? {}, "", report);
  if (isJsonObject(json)) return json;
  const message = `config: expected an object of names and values, got ${describeValue(config)}`;
  throw new TrainlogError("run/bad-config", message, { status: 400 });
}

function isJsonObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
