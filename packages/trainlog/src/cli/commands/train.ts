/** @file `trainlog train`: trains one of the built-in examples in this terminal. */
import { resolve } from "node:path";
import type { Trainer } from "@trainlog/nn";
import { tryWriting } from "../../files/try-writing.ts";
import { LogDestination } from "../../log/index.ts";
import { TrainlogError } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_INTERRUPTED, EXIT_OK } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { usageError } from "../parse.ts";
import { storeDirOf } from "../store-access.ts";
import { visibleText } from "../terminal/text-width.ts";
import type { Example, ExampleSettings, TrainedExample } from "../train/example.ts";
import { EXAMPLES, exampleOf } from "../train/examples.ts";
import { openTrainingLog, type TrainingLog } from "../train/training-log.ts";

/** `trainlog train` */
export const trainCommand: Command = defineCommand({
  name: "train",
  summary: "train a built-in example: quickstart or digits",
  details: [
    ...Object.entries(EXAMPLES).map(([name, { summary, steps }]) => `${name}: ${summary} (${steps} steps).`),
    "It prints the model, its mean loss before and after, and what it predicts for a few probes. The same seed and backend give the same numbers.",
    "The run goes to the store, with curves, configuration and the trained model; --log FILE also writes its curves as a TrainLog in JSON, and --log off keeps nothing at all. Ctrl-C ends training after the running step and keeps what was learnt until then.",
  ],
  arguments: [{ name: "EXAMPLE", help: Object.keys(EXAMPLES).join(" or "), required: true }],
  options: {
    steps: {
      type: "integer",
      value: "N",
      min: 1,
      max: 100_000_000,
      help: "optimizer steps",
      defaultText: "by example",
    },
    seed: { type: "integer", value: "N", default: 0, min: 0, max: 2 ** 32 - 1, help: "seed of parameters and batches" },
    dtype: {
      type: "text",
      value: "TYPE",
      choices: ["float", "f64"],
      default: "float",
      help: "32 bits, or 64 for checking, which is slow",
    },
    backend: {
      type: "text",
      value: "NAME",
      choices: ["eager", "compiled"],
      default: "compiled",
      help: "step by operation, or as one WebAssembly function",
    },
    log: {
      type: "text",
      value: "FILE",
      help: "also write a TrainLog here; off, none, no, false or disabled: log nothing",
      defaultText: "a run in the store only",
    },
    save: { type: "text", value: "FILE", help: "write the trained model here (safetensors)" },
    ...DIR_OPTION,
  },
  examples: [
    ["trainlog train quickstart", "a small regression, its report, and a run to look at with trainlog"],
    ["trainlog train quickstart --steps 200 --dtype float --backend eager --log off", "leaves nothing behind"],
    ["trainlog train digits --log digits.json --save digits.safetensors", "a classifier, its curves, its weights"],
  ],
  exitCodes: { 130: "ended by Ctrl-C; what was learnt until then is kept" },
  run: async ({ options, args, context }) => {
    const name = args[0] ?? "";
    const example = exampleOf(name);
    const saved = options.save === undefined ? undefined : resolve(context.cwd, options.save);
    if (saved !== undefined) checkSave(saved);
    const log = await openTrainingLog({
      project: name,
      name: `${name}-${options.backend}-seed-${options.seed}`,
      dir: storeDirOf(options.dir, context),
      destination: destinationOf(options.log, context),
      warn: (message) => context.out.note(message.split("\n").map(visibleText).join("\n")),
    });
    const look = options.dir === undefined ? "npx trainlog" : `npx trainlog --dir ${options.dir}`;
    if (log.run?.dir !== undefined) context.out.note(`training ${name}; watch it: ${look}`);
    const trained = await trainLogged(example, log, {
      steps: options.steps ?? example.steps,
      seed: options.seed,
      print: context.out.text,
      options: {
        // The parser has checked the choices.
        dtype: options.dtype as "float" | "f64",
        backend: options.backend as Trainer.Backend,
        log: log.log,
        signal: context.signal,
        terminal: context.out.terminal,
      },
    });
    if (saved !== undefined) await trained.save(saved);
    sayWhatIsWhere({ trained, log, saved }, context);
    return context.signal.aborted ? EXIT_INTERRUPTED : EXIT_OK;
  },
});

/** The destination that `--log` means. @throws TrainlogError `cli/usage` for an empty text. */
function destinationOf(log: string | undefined, { cwd }: CommandContext): LogDestination | undefined {
  if (log === undefined) return undefined;
  if (log.trim() === "") throw usageError('--log: expected a file, or off to log nothing, got ""');
  const { path } = LogDestination.parse(log);
  return path === undefined ? LogDestination.disabled() : LogDestination.json(resolve(cwd, path));
}

/** Finds out before training whether the model can be kept. @throws TrainlogError `cli/write-failed`. */
function checkSave(path: string): void {
  try {
    tryWriting(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = "choose another --save; nothing was trained";
    throw new TrainlogError("cli/write-failed", `${path}: could not be written: ${reason}; ${advice}`, { cause });
  }
}

/** Trains, and ends the log by how that ends. */
async function trainLogged(example: Example, log: TrainingLog, settings: ExampleSettings): Promise<TrainedExample> {
  try {
    const trained = await example.train(settings);
    await log.close({ status: trained.summary?.stoppedBy === "signal" ? "killed" : "finished" });
    return trained;
  } catch (error) {
    await log.close({ status: "failed", error });
    throw error;
  }
}

interface Results {
  readonly trained: TrainedExample;
  readonly log: TrainingLog;
  /** Path of the model's file. */
  readonly saved: string | undefined;
}

function sayWhatIsWhere({ trained, log, saved }: Results, { out, signal }: CommandContext): void {
  const { run, path } = log;
  const place = run?.url ?? run?.dir;
  if (place !== undefined) out.text(`run: ${place}`);
  if (path !== undefined) out.text(`log: ${path}`);
  if (saved !== undefined) out.text(`model: ${saved}`);
  out.data({
    summary: trained.summary,
    run: run === undefined ? null : { id: run.id, dir: run.dir ?? null, url: run.url ?? null },
    log: path ?? null,
    model: saved ?? null,
  });
  if (signal.aborted) out.note(`interrupted at step ${trained.summary?.steps}; what was learnt until then is kept`);
}
