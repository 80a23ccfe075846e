/** The page's script: fits a line by gradient descent, logs to the server that `?server=` names, and draws its own curve. */
import { init } from "trainlog";
import { Curve } from "trainlog/log";
import { TrainLogElement } from "trainlog/widgets";

const server = new URL(location.href).searchParams.get("server") ?? "";
const state = document.querySelector("#state");
const chart = document.querySelector("#curve");

/** Points of y = 3x − 1 with a little noise. */
const points = Array.from({ length: 50 }, (_, i) => ({ x: i / 50, y: (3 * i) / 50 - 1 + 0.1 * Math.sin(37 * i) }));

const run = await init({ project: "examples", name: "in-the-browser", url: server, config: { lr: 0.3 } });
let curve = Curve.empty();
let [slope, offset] = [0, 0];
for (let step = 0; step < 120; step++) {
  const errors = points.map(({ x, y }) => slope * x + offset - y);
  const loss = mean(errors.map((error) => error ** 2));
  slope -= 0.3 * mean(errors.map((error, i) => 2 * error * (points[i]?.x ?? 0)));
  offset -= 0.3 * mean(errors.map((error) => 2 * error));
  run.log({ loss, slope, offset }, { step });
  curve = curve.push(step, loss);
  if (step % 5 === 0) await show(`step ${step}: loss ${loss.toFixed(4)}`);
}
await run.finish();
await show(`finished: y = ${slope.toFixed(2)}x ${offset.toFixed(2)}, logged as run ${run.id}`);

async function show(text: string): Promise<void> {
  if (state !== null) state.textContent = text;
  if (chart instanceof TrainLogElement) chart.log = curve.toTrainLog("Fitting a line", "loss");
  await new Promise((settle) => requestAnimationFrame(settle));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
