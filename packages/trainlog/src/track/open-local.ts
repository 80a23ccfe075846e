/** @file A run in a folder of this machine, with everything that a Node process can tell about itself. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TrainlogError } from "../run/error.ts";
import { isPlainObject } from "../run/json.ts";
import { collectFiles } from "./artifact-files.ts";
import { checkCallOptions } from "./call-options.ts";
import { codeFacts } from "./capture/code-facts.ts";
import { captureConsole } from "./capture/console.ts";
import { hostFacts } from "./capture/host.ts";
import { noticeBusyLoop, watchProcessEnd } from "./capture/process-end.ts";
import { sampleSystem } from "./capture/system-metrics.ts";
import { configJson } from "./config-json.ts";
import { ConsoleLines } from "./console-lines.ts";
import { LocalBlobs } from "./local-blobs.ts";
import { LocalSink } from "./local-sink.ts";
import { type RunNames, type RunOptions, runNames } from "./options.ts";
import { readPast } from "./past.ts";
import { Reporter } from "./reporter.ts";
import type { Run } from "./run.ts";
import type { RunBackend, Sink } from "./sink.ts";
import { startRun } from "./start-run.ts";
import { ensureStore, runDir } from "./store-folder.ts";

/** Folder of the store when none is given. */
export const DEFAULT_DIR = "trainlog";

/** What is recorded beside what the script logs. Each can be switched off. */
export interface CaptureOptions {
  /** What the script prints. */
  readonly console?: boolean;
  /** Commit, branch, remote and diff. */
  readonly git?: boolean;
  /** Dependencies and their installed versions. */
  readonly packages?: boolean;
  /** Machine, process and command (secrets in it masked). */
  readonly host?: boolean;
  /** CPU, memory, disk, network and GPU, every 10 s. */
  readonly system?: boolean;
  /** How the process ends: uncaught error, signal, exit without `finish`. */
  readonly processEnd?: boolean;
}

/** Options of a run that is kept in a folder. */
export interface LocalRunOptions<Config extends object = Record<never, never>> extends RunOptions<Config> {
  /** Folder of the store; `$TRAINLOG_DIR`, else `./trainlog`. */
  readonly dir?: string;
  /** All on when absent; `false` switches all off. */
  readonly capture?: CaptureOptions | boolean;
}

/** A run's place on this machine, opened. */
export interface RunFolder {
  readonly names: RunNames;
  readonly storeDir: string;
  readonly dir: string;
  readonly createdMs: number;
  /** Whether the run was there before. */
  readonly isResumed: boolean;
}

/**
 * Opens a run in a local folder.
 *
 * @throws TrainlogError `run/exists`, `run/not-found` (by the resume rule), `run/locked`, `store/…`, `run/bad-…`.
 */
export async function openLocalRun<Config extends object>(options: LocalRunOptions<Config>): Promise<Run<Config>> {
  const reporter = new Reporter(options.warn);
  const folder = findFolder(options);
  const { dir, names, createdMs } = folder;
  const sink = new LocalSink(dir, { runId: names.id, project: names.project, createdMs }, reporter);
  return await startInFolder(folder, sink, options, {}, reporter);
}

/** Starts the run of an opened folder: facts, first events, capture. Closes `sink` when that fails. */
export async function startInFolder<Config extends object>(
  folder: RunFolder,
  sink: Sink,
  options: LocalRunOptions<Config>,
  extra: Partial<RunBackend>,
  reporter: Reporter,
): Promise<Run<Config>> {
  const capture = captureOf(options.capture);
  const blobs = new LocalBlobs(folder.storeDir);
  try {
    const past = folder.isResumed ? readPast(folder.dir) : undefined;
    const backend: RunBackend = {
      sinks: [sink],
      console: new ConsoleLines(past?.nextLine ?? 0),
      putBlob: blobs.put,
      collectFiles: (source) => collectFiles(source, blobs),
      checkOptions: checkCallOptions,
      dir: folder.dir,
      onFlushInLog: noticeBusyLoop,
      ...(past === undefined ? {} : { past }),
      ...extra,
    };
    const code = await codeFacts(capture);
    const facts = { resumed: folder.isResumed, code, ...(capture.host ? { host: hostFacts() } : {}) };
    const run = await startRun(folder.names, options, backend, facts, reporter);
    startCapture(run, folder, capture);
    return run;
  } catch (error) {
    sink.closeNow?.();
    throw error;
  }
}

function startCapture(run: Run, folder: RunFolder, capture: Required<CaptureOptions>): void {
  if (capture.console) run.onFinish(captureConsole((stream, text) => run.addConsole(stream, text)));
  if (capture.system) {
    run.onFinish(sampleSystem({ dir: folder.dir, createdMs: folder.createdMs }, (event) => run.write([event])));
  }
  if (capture.processEnd) watchProcessEnd(run);
}

function captureOf(options: CaptureOptions | boolean | undefined): Required<CaptureOptions> {
  const all = options !== false;
  const given = typeof options === "object" ? options : {};
  return { console: all, git: all, packages: all, host: all, system: all, processEnd: all, ...given };
}

/**
 * Decides where the run lies and whether it goes on, by the resume rule.
 *
 * @throws TrainlogError `run/exists`, `run/not-found`, `run/bad-…`, `store/…`.
 */
export function findFolder(options: LocalRunOptions<object>): RunFolder {
  checkCallOptions("init", options);
  const asked = runNames(options, options.project ?? process.env["TRAINLOG_PROJECT"]);
  configJson(options.config, new Reporter(() => {})); // refused before anything is made; what is left out is reported when it is written
  const storeDir = resolve(options.dir ?? process.env["TRAINLOG_DIR"] ?? DEFAULT_DIR);
  ensureStore(storeDir);
  const dir = runDir(storeDir, asked.id);
  const known = readRunJson(dir);
  const resume = options.resume ?? "never";
  if (known !== undefined && resume === "never") {
    const advice = `choose another id, or pass resume: "allow" to go on with it`;
    throw new TrainlogError("run/exists", `run ${asked.id} is there already, in ${dir}; ${advice}`, { status: 409 });
  }
  if (known === undefined && resume === "must") {
    const advice = `\`trainlog ls --dir ${dirname(dirname(dir))}\` lists the runs there are`;
    throw new TrainlogError("run/not-found", `run ${asked.id} is not in ${storeDir}; ${advice}`, { status: 404 });
  }
  const createdMs = known?.createdMs ?? Date.now();
  const project = options.project === undefined ? (known?.project ?? asked.project) : asked.project;
  return { names: { ...asked, project }, storeDir, dir, createdMs, isResumed: known !== undefined };
}

/** What `run.json` says; `undefined` when there is none or it cannot be read (the writer then says why). */
function readRunJson(dir: string): { readonly project: string; readonly createdMs: number } | undefined {
  const path = join(dir, "run.json");
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!isPlainObject(value)) return undefined;
    const { project, createdMs } = value;
    return typeof project === "string" && typeof createdMs === "number" ? { project, createdMs } : undefined;
  } catch {
    return undefined;
  }
}
