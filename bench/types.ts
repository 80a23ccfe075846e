/** @file How long the TypeScript compiler takes for a model whose shapes are types. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, digits, median, runJson } from "./measure.ts";

const RUNS = 3;
const LAYERS = 50;
const TARGET_SECONDS = 2;
const here = fileURLToPath(new URL("types/", import.meta.url));

/** Seconds, the medians of several processes. */
interface Checked {
  readonly parse: number;
  readonly check: number;
}

async function check(layers: number): Promise<Checked> {
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    runs.push(await runJson(process.execPath, [join(here, "check-model.ts"), String(layers)], here));
  }
  if (runs.some(({ errors }) => errors !== 0)) throw new Error(`the model of ${layers} layers does not compile`);
  const seconds = (name: string): number => median(runs.map((run) => run[name] ?? Number.NaN)) / 1000;
  return { parse: seconds("parseMs"), check: seconds("checkMs") };
}

/** The time to check a model of 50 layers, and how much of it the layers are. */
export async function types(): Promise<Bench> {
  const [one, many] = [await check(1), await check(LAYERS)];
  return {
    title: "Types",
    method: `A program that builds a model and its trainer is checked with the built declarations, as by \`tsc --noEmit --skipLibCheck\`, in a process of its own; medians of ${RUNS} runs.`,
    figures: [
      {
        what: `type-check of a ${LAYERS}-layer model`,
        value: `${digits(many.check)} s`,
        target: `≤ ${TARGET_SECONDS} s`,
        reached: many.check <= TARGET_SECONDS,
        note: `one layer ${digits(one.check)} s; reading the declarations before that ${digits(many.parse)} s`,
      },
    ],
  };
}
