/**
 * Goes on with a run that was interrupted: start it twice (or more), and the curve goes on where it stopped.
 *
 *     npx node examples/04-resume.ts
 */
import * as trainlog from "trainlog";

await using run = await trainlog.init({ project: "examples", id: "resumed-run", resume: "allow" });

// `nextStep` is 0 in a new run and goes on counting in a resumed one.
const from = run.nextStep;
for (let step = from; step < from + 50; step++) run.log({ loss: Math.exp(-step / 100) }, { step });

console.log(`run ${run.id}: logged steps ${from} to ${from + 49}`);
