/** @file `init`: the one call that begins a run in Node. */
import { checkCallOptions } from "./call-options.ts";
import { configJson } from "./config-json.ts";
import { endWith } from "./end-with.ts";
import { HttpSink } from "./http-sink.ts";
import { findFolder, type LocalRunOptions, openLocalRun, startInFolder } from "./open-local.ts";
import { checkUrl, runNames, type ServerOptions } from "./options.ts";
import { Reporter } from "./reporter.ts";
import { Run } from "./run.ts";
import type { RunBackend } from "./sink.ts";

/** Options of {@link init}. */
export interface InitOptions<Config extends object = Record<never, never>>
  extends LocalRunOptions<Config>,
    ServerOptions {}

/**
 * Begins a run, or goes on with one.
 *
 * Without `url` the run is a folder under `dir`, and `npx trainlog` shows it live. With `url` it is a folder first and sent to that server in the background;
 * when the server is away training goes on, and what is left at the end is sent by the `trainlog sync` command that `finish` prints.
 *
 * Environment: `$TRAINLOG_PROJECT`, `$TRAINLOG_DIR`, `$TRAINLOG_URL`, `$TRAINLOG_TOKEN`, `$TRAINLOG_MODE=disabled`. Options win over the environment.
 *
 * @throws TrainlogError `run/exists`, `run/not-found` (by `resume`), `run/locked` (another process writes the run), `run/bad-…` and `store/…`.
 *
 * @example
 * import * as trainlog from "trainlog";
 * const run = await trainlog.init({ project: "digits", config: { lr: 0.01 } });
 * for (let step = 0; step < 100; step++) run.log({ loss: Math.exp(-step / 30) });
 * await run.finish();
 */
export async function init<Config extends object = Record<never, never>>(
  options: InitOptions<Config> = {},
): Promise<Run<Config>> {
  checkCallOptions("init", options);
  if ((options.mode ?? process.env["TRAINLOG_MODE"]) === "disabled") return disabledRun(options);
  const url = options.url ?? (process.env["TRAINLOG_URL"] || undefined);
  return url === undefined ? await openLocalRun(options) : await openHttpRun({ ...options, url });
}

/**
 * Opens a run that is kept in a folder and sent to a server.
 *
 * @throws as {@link init}.
 */
export async function openHttpRun<Config extends object>(
  options: InitOptions<Config> & { readonly url: string },
): Promise<Run<Config>> {
  const url = checkUrl(options.url);
  const token = options.token ?? process.env["TRAINLOG_TOKEN"];
  const reporter = new Reporter(options.warn);
  const folder = findFolder(options);
  const sink = new HttpSink(folder, token === undefined ? { url } : { url, token }, reporter);
  return await startInFolder(folder, sink, options, { url: sink.runUrl }, reporter);
}

const DISABLED: RunBackend = { sinks: [], checkOptions: checkCallOptions };

/** A run that checks what it is given and keeps nothing. */
function disabledRun<Config extends object>(options: InitOptions<Config>): Run<Config> {
  const reporter = new Reporter(options.warn);
  const run = new Run<Config>(runNames({ ...options, resume: "allow" }, options.project), DISABLED, reporter);
  run.config.update(configJson(options.config, reporter));
  return run;
}

/**
 * Runs `train` with a run and ends it by how that ends: finished when it returns, failed with the error's text when it throws (the error is thrown on).
 *
 * @returns What `train` returned.
 * @throws as {@link init}, and whatever `train` throws.
 *
 * @example
 * await trainlog.withRun({ project: "digits" }, async (run) => train(run));
 */
export async function withRun<Result, Config extends object = Record<never, never>>(
  options: InitOptions<Config>,
  train: (run: Run<Config>) => Result | Promise<Result>,
): Promise<Result> {
  return await endWith(await init(options), train);
}
