/** @file `init`: the one call that begins a run in a web page. */

import type { ArtifactFile } from "../../run/event.ts";
import { bytesOf } from "../bytes-of.ts";
import { configJson } from "../config-json.ts";
import { endWith } from "../end-with.ts";
import { badOptions, checkUrl, type RunOptions, runNames, type ServerOptions } from "../options.ts";
import { Reporter } from "../reporter.ts";
import { Run } from "../run.ts";
import type { ArtifactSource } from "../sink.ts";
import { startRun } from "../start-run.ts";
import type { MemorySource } from "./memory-source.ts";
import { PageSink } from "./page-sink.ts";

/** Options of {@link init} in a page. `url` is the page's own server when absent. */
export interface InitOptions<Config extends object = Record<never, never>> extends RunOptions<Config>, ServerOptions {}

/**
 * Begins a run in a web page and sends it to a trainlog server.
 *
 * Rows wait in memory (at most 64 MiB) while the server is away. The server takes requests from its own pages; a page of another origin needs a proxy.
 *
 * @throws TrainlogError `run/bad-options`, `run/bad-id`, `run/bad-key`, `run/bad-config`.
 *
 * @example
 * import * as trainlog from "trainlog";
 * const run = await trainlog.init({ project: "in-browser", url: "http://127.0.0.1:5000" });
 * run.log({ loss: 0.5 });
 */
export async function init<Config extends object = Record<never, never>>(
  options: InitOptions<Config> = {},
): Promise<Run<Config>> {
  const reporter = new Reporter(options.warn);
  const names = runNames(options, options.project);
  if (options.mode === "disabled") {
    const run = new Run<Config>(names, { sinks: [] }, reporter);
    run.config.update(configJson(options.config, reporter));
    return run;
  }
  const { token } = options;
  const url = checkUrl(options.url ?? pageOrigin());
  const sink = new PageSink(names.id, token === undefined ? { url } : { url, token }, reporter);
  const backend = {
    sinks: [sink],
    putBlob: sink.source.putBlob,
    collectFiles: (source: ArtifactSource) => keepContents(source, sink.source),
    url: sink.runUrl,
  };
  const run = await startRun(
    names,
    options,
    backend,
    { resumed: options.resume === "must", host: pageFacts() },
    reporter,
  );
  followPage(run, sink);
  return run;
}

/** As `withRun` of the Node entry. */
export async function withRun<Result, Config extends object = Record<never, never>>(
  options: InitOptions<Config>,
  train: (run: Run<Config>) => Result | Promise<Result>,
): Promise<Result> {
  return await endWith(await init(options), train);
}

function pageOrigin(): string {
  const origin = globalThis.location?.origin;
  if (origin === undefined || origin === "null") throw badOptions("init: url: give the address of a trainlog server");
  return origin;
}

function pageFacts(): { readonly userAgent?: string; readonly page?: string } {
  const page = globalThis.location;
  return {
    ...(typeof navigator === "undefined" ? {} : { userAgent: navigator.userAgent }),
    // Without query and fragment, which may hold secrets.
    ...(page === undefined ? {} : { page: `${page.origin}${page.pathname}` }),
  };
}

function followPage(run: Run, sink: PageSink): void {
  const sendLast = (): void => {
    run.flushNow();
    sink.sendLast();
  };
  const onHide = (): void => {
    if (document.visibilityState === "hidden") run.flushNow();
  };
  if (typeof document === "undefined") return; // a worker
  addEventListener("pagehide", sendLast);
  document.addEventListener("visibilitychange", onHide);
  run.onClosed(() => {
    removeEventListener("pagehide", sendLast);
    document.removeEventListener("visibilitychange", onHide);
  });
}

async function keepContents(source: ArtifactSource, memory: MemorySource): Promise<ArtifactFile[]> {
  if (typeof source === "string" || Array.isArray(source)) {
    throw badOptions('artifact: a page cannot read paths; pass contents by name: { "weights.bin": bytes }');
  }
  const files: ArtifactFile[] = [];
  for (const [path, content] of Object.entries(source)) {
    const { sha256, sizeBytes } = await memory.putBlob({ bytes: await bytesOf(content) });
    files.push({ path, sha256, sizeBytes });
  }
  return files;
}
