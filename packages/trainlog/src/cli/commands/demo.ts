/** @file `trainlog demo`: a server, and small models that train in front of it. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TrainlogError } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { RUN_COUNT } from "../demo/learners.ts";
import type { TrainingMessage, TrainingSettings } from "../demo/training-process.ts";
import { SERVE_OPTIONS, serveUntilStopped, startServing } from "../serving.ts";
import { formatDuration, formatPlural } from "../terminal/format.ts";
import type { Environment } from "../terminal/style.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog demo` */
export const demoCommand: Command = defineCommand({
  name: "demo",
  summary: "train small real models and watch them live",
  details: [
    "Trains several small networks side by side, with different hyperparameters: on scikit-learn's handwritten digits, on two interleaved spirals, and on the quickstart's regression. The data is in the package, the training is real; only its pace is chosen, so that there is something to watch. The server stays up afterwards.",
  ],
  options: {
    ...SERVE_OPTIONS,
    steps: {
      type: "integer",
      value: "N",
      default: 1500,
      min: 1,
      max: 1_000_000,
      help: "optimizer steps of each model",
    },
    seed: { type: "integer", value: "N", default: 0, min: 0, max: 2 ** 32 - 1, help: "seed of data and weights" },
    seconds: {
      type: "integer",
      value: "N",
      default: 60,
      min: 0,
      max: 86_400,
      help: "time over which the steps are spread, 0 = as fast as it goes",
    },
    once: { type: "boolean", help: "exit when the training is done" },
  },
  examples: [
    ["trainlog demo", "about a minute of training at http://127.0.0.1:5000"],
    ["trainlog demo --once --seconds 0 --steps 200", "as a test: trains and exits"],
  ],
  exitCodes: { 1: "the port is taken, the folder cannot be served, or the training failed" },
  run: async ({ options, context }) => {
    const server = await startServing(options, context);
    try {
      const store = await server.ready;
      await train(
        { dir: store.dir, steps: options.steps, seed: options.seed, durationMs: options.seconds * 1000 },
        context,
      );
      if (context.signal.aborted) return EXIT_OK;
      context.out.text(`the training is done; the runs are in ${store.dir}`);
      if (options.once) return EXIT_OK;
      context.out.text(`compare them at ${server.url}; the server stays up until Ctrl-C`);
      await serveUntilStopped(server, context);
      return EXIT_OK;
    } finally {
      await server.close();
    }
  },
});

/** Runs the training script beside this process, which serves meanwhile. */
async function train(settings: TrainingSettings, { out, signal, env }: CommandContext): Promise<void> {
  const pace = settings.durationMs === 0 ? "" : ` for ${formatDuration(settings.durationMs)}`;
  out.text(`training ${formatPlural(RUN_COUNT, "small model")}${pace}; open the address and watch`);
  using bar = out.progress("training", RUN_COUNT * settings.steps);
  const child = fork(trainingScript(), [JSON.stringify(settings)], {
    env: localEnvironment(env),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.on("message", (message) => {
    // The script sends nothing else.
    const { done } = message as TrainingMessage;
    bar.update(done, `step ${Math.floor(done / RUN_COUNT)} of ${settings.steps}`);
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const code = await new Promise<number | null>((settle, fail) => child.once("error", fail).once("close", settle));
  signal.removeEventListener("abort", stop);
  bar.end();
  if (code !== 0 && !signal.aborted) throw trainingFailed(code, complaints);
  if (complaints !== "") out.note(visibleText(complaints.trimEnd()));
}

/** The environment without what would send the demo's runs elsewhere, or nowhere. */
function localEnvironment(env: Environment): Record<string, string | undefined> {
  const { TRAINLOG_URL: _url, TRAINLOG_MODE: _mode, TRAINLOG_PROJECT: _project, ...rest } = env;
  return rest;
}

/** The script beside this file's folder: TypeScript in a checkout, JavaScript when compiled. */
function trainingScript(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`../demo/training-process.${extension}`, import.meta.url));
}

function trainingFailed(code: number | null, complaints: string): TrainlogError {
  const last = complaints.trim().split("\n").slice(-20).join("\n");
  return new TrainlogError(
    "cli/training-failed",
    `the training script ended with ${code === null ? "a signal" : `code ${code}`}\n${last}`,
  );
}
