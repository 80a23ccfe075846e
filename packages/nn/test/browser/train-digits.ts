/** @file What the browser tests train, in Node, in a page and in a worker: nothing here knows where it runs. */
import { Data, nn, optim, Trainer, threadCount } from "@trainlog/nn";
import { init } from "trainlog";

/** What to train. */
export interface DigitsJob {
  /** Address of a trainlog server that gets a run. Absent: no log. */
  readonly server?: string;
  readonly steps: number;
  readonly backend: Trainer.Backend;
  /** Default 1. */
  readonly logEvery?: number;
  /** Nobody hears of single steps, so that they may run in groups; gives no losses. */
  readonly quiet?: boolean;
}

/** What came of it. */
export interface DigitsResult {
  readonly runId: string | undefined;
  /** Loss of every step, before its update. */
  readonly losses: readonly number[];
  /** Sum and number of the trained numbers' bits: equal for equal parameters. */
  readonly parameterBits: string;
  readonly accuracy: number;
  /** Threads that may work on one operation. */
  readonly threads: number;
}

/** Wide enough that its matrix products are worth more than one thread. */
const HIDDEN = 256;

const mkModel = nn.sequential(
  nn.input([1, 8, 8]),
  nn.conv2d(1, 16, { kernelSize: 3, padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.flatten(),
  nn.dropout(0.1),
  nn.linear(256, HIDDEN),
  nn.relu(),
  nn.linear(HIDDEN, 10),
);

/** Trains a classifier of digits and logs it. */
export async function trainDigits({
  server,
  steps,
  backend,
  logEvery = 1,
  quiet = false,
}: DigitsJob): Promise<DigitsResult> {
  const { train, test } = await Data.digits({ layout: "image" });
  const run = server === undefined ? undefined : await init({ project: "browser", name: "digits", url: server });
  const trainer = Trainer.new(mkModel, { task: "classification", optimizer: optim.adam({ lr: 0.003 }), seed: 3 });
  const losses: number[] = [];
  const trained = await trainer.train(train, {
    steps,
    batchSize: 64,
    backend,
    log: run ?? false,
    logEvery,
    progress: false,
    callbacks: quiet ? {} : { onStep: ({ loss }) => void losses.push(loss) },
  });
  const { metrics } = await trained.evaluate(test);
  await run?.finish();
  return {
    runId: run?.id,
    losses,
    parameterBits: bitsOf(trained.toBytes()),
    accuracy: metrics["accuracy"] ?? 0,
    threads: threadCount(),
  };
}

/** A short text that differs when a byte does: FNV-1a. */
function bitsOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length}:${(hash >>> 0).toString(16)}`;
}
