/**
 * Solves the heat equation u_t = α·u_xx with a network that is trained on the equation itself (a physics-informed neural network, Raissi et al. 2019).
 * There is no data set: each step draws new points, and the loss says how far the network is from a solution there.
 *
 *     npx node examples/nn/07-pinn.ts
 */
import {
  add,
  broadcastTo,
  concat,
  full,
  jvp,
  mean,
  mul,
  nn,
  optim,
  random,
  sin,
  slice,
  square,
  sub,
  type Tensor,
  Trainer,
  tensor,
} from "@trainlog/nn";

// 1. Constants: a rod of length 1 with cold ends, for one unit of time. Points are pairs (x, t).
const ALPHA = 0.1;
const INSIDE = 128;
const EDGE = 32;
const STEPS = 1500;
const SEED = 0;

// 2. Model: u(x, t), smooth, because the equation needs second derivatives.
const mkModel = nn.sequential(nn.linear(2, 32), nn.tanh(), nn.linear(32, 32), nn.tanh(), nn.linear(32, 1));

// 3. Trainer: a loss of three parts, over three kinds of points.
type Points<N extends number> = Tensor<[N, 2]>;

const heat = Trainer.Advanced.module(mkModel, {
  optimizer: optim.adam({ lr: optim.schedule.cosine({ lr: 0.005, steps: STEPS }) }),
  seed: SEED,
  loss: (u, inside: Points<typeof INSIDE>, ends: Points<typeof EDGE>, start: Points<typeof EDGE>) => {
    const alongX = broadcastTo(tensor([1, 0]), [INSIDE, 2]);
    const alongT = broadcastTo(tensor([0, 1]), [INSIDE, 2]);
    // A derivative along a direction is a jvp; one inside of the other is the second derivative.
    const slope = (points: Points<typeof INSIDE>) => jvp(u, points, alongX).tangent;
    const curvature = jvp(slope, inside, alongX).tangent;
    const change = jvp(u, inside, alongT).tangent;
    const equation = mean(square(sub(change, mul(curvature, ALPHA))));
    const edges = mean(square(u(ends)));
    const beginning = mean(square(sub(u(start), hump(slice(start, null, [0, 1])))));
    return { loss: add(add(equation, edges), mul(beginning, 10)), metrics: { equation, edges, beginning } };
  },
});

/** The temperatures at time 0. */
function hump(x: Tensor<[number, 1]>) {
  return sin(mul(x, Math.PI));
}

// 4. Data: a stream, which is a function of the step. The type of its batches is checked against the loss.
const points: Trainer.Advanced.StepBatchStream<[[128, 2], [32, 2], [32, 2]]> = (step) => {
  const [forInside, forX, forT] = random.split(random.foldIn(random.key(SEED), step), 3);
  const x = random.uniform(forX, [EDGE, 1]);
  const t = random.uniform(forT, [EDGE, 1]);
  const end = full([EDGE, 1], step % 2); // x = 0 and x = 1 in turn
  return [random.uniform(forInside, [INSIDE, 2]), concat([end, t], 1), concat([x, full([EDGE, 1], 0)], 1)];
};

// 5. Train and report: this equation has an exact solution to compare with.
const trained = await Trainer.Advanced.trainModuleStreamStepsReport(heat, points, {
  steps: STEPS,
  log: { project: "examples", name: "nn-07-pinn" },
});
const { firstLoss, recentLoss, elapsedMs } = trained;
console.log(`loss ${firstLoss.toFixed(3)} → ${recentLoss.toFixed(6)} in ${(elapsedMs / 1000).toFixed(1)} s`);

const exact = (x: number, t: number) => Math.exp(-ALPHA * Math.PI ** 2 * t) * Math.sin(Math.PI * x);
const places = Array.from({ length: 21 * 21 }, (_, i) => [(i % 21) / 20, Math.floor(i / 21) / 20] as const);
const found = trained.eval(tensor(places)).data();
const largestError = Math.max(...places.map(([x, t], i) => Math.abs(found[i]! - exact(x, t))));
console.log(`largest error on a grid of ${places.length} points: ${largestError.toFixed(4)}`);
for (const t of [0, 0.5, 1]) {
  const u = trained.eval(tensor([0.5, t])).item();
  console.log(`middle of the rod at t = ${t}: ${u.toFixed(3)}, exactly ${exact(0.5, t).toFixed(3)}`);
}
