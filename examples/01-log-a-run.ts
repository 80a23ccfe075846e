/**
 * Logs a run into ./trainlog: no server, no account. Look at it with `npx trainlog` (a page) or `npx trainlog show first-run` (the terminal).
 *
 *     npx node examples/01-log-a-run.ts
 */
import * as trainlog from "trainlog";

const STEPS = 200;

await using run = await trainlog.init({ project: "examples", name: "first-run", config: { lr: 0.1, steps: STEPS } });

// Gradient descent on f(x, y) = x² + 10·y², from (4, 1).
let [x, y] = [4, 1];
for (let step = 0; step < STEPS; step++) {
  const [slopeX, slopeY] = [2 * x, 20 * y];
  const rate = run.config.lr / (1 + step / 50);
  x -= rate * slopeX;
  y -= rate * 0.5 * slopeY;
  run.log({ loss: x * x + 10 * y * y, position: { x, y }, gradientNorm: Math.hypot(slopeX, slopeY) }, { step });
}

run.summary["distance"] = Math.hypot(x, y);
console.log(`logged ${STEPS} steps of run ${run.id} into ${run.dir}`);
