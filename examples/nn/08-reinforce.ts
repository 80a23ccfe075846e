/**
 * Learns to balance a pole on a cart by trial and error (REINFORCE, Williams 1992): there are no right answers, only rewards.
 *
 *     npx node examples/nn/08-reinforce.ts
 */
import {
  logSoftmax,
  mul,
  neg,
  nn,
  optim,
  random,
  squeeze,
  sum,
  type Tensor,
  Trainer,
  takeAlong,
  tensorND,
  unsqueeze,
} from "@trainlog/nn";
import * as trainlog from "trainlog";

// 1. Constants
const EPISODES = 16; // games per step of training
const MAX_MOVES = 200; // a game ends when the pole falls, the cart leaves the track, or after so many moves
const MOVES = EPISODES * MAX_MOVES;
const DISCOUNT = 0.98; // what a reward is worth one move later
const STEPS = 100;
const SEED = 0;

// 2. Model: the policy. Position, speed, angle and angular speed → scores of "push left" and "push right".
const mkModel = nn.sequential(nn.linear(4, 32), nn.tanh(), nn.linear(32, 2));

// 3. Trainer: moves that went better than usual become likelier, the others less likely.
const policy = Trainer.Advanced.module(mkModel, {
  optimizer: optim.adam({ lr: optim.schedule.cosine({ lr: 0.02, steps: STEPS }) }),
  seed: SEED,
  loss: (scores, seen: Tensor<[number, 4]>, moves: Tensor<[number], "int32">, advantages: Tensor<[number]>) => {
    const logProbabilities = squeeze(takeAlong(logSoftmax(scores(seen)), unsqueeze(moves, 1), 1), 1);
    return neg(sum(mul(logProbabilities, advantages)));
  },
});

// 4. Data: games that are played with the policy as it is now. `predict` gives its scores.
const source = random.generator(SEED);
const survived: number[] = []; // mean number of moves of the games, by step of training

const games: Trainer.Advanced.StepBatchStream<[[number, 4], [number], [number]]> = (_step, predict) => {
  const carts = Array.from({ length: EPISODES }, () => [0, 0, 0, 0].map(() => (source.uniform() - 0.5) / 10));
  const seen = new Float32Array(MOVES * 4);
  const moves = new Int32Array(MOVES);
  const played = carts.map(() => 0);
  for (let move = 0; move < MAX_MOVES; move += 1) {
    const scores = predict(carts);
    for (const [i, cart] of carts.entries()) {
      if (hasFallen(cart) || played[i] !== move) continue;
      const at = i * MAX_MOVES + move;
      const pRight = 1 / (1 + Math.exp(scores[i * 2]! - scores[i * 2 + 1]!));
      seen.set(cart, at * 4);
      moves[at] = source.uniform() < pRight ? 1 : 0;
      carts[i] = push(cart, moves[at] === 1 ? 10 : -10);
      played[i] = move + 1;
    }
  }
  survived.push(meanOf(played));
  return [tensorND([MOVES, 4], seen), tensorND([MOVES], moves), tensorND([MOVES], advantagesOf(played))];
};

/**
 * How much better than usual each move was. Each survived move is worth a point; what a move is worth is the sum of the points from there on, later ones
 * discounted. Moves that were not played count nothing.
 */
function advantagesOf(played: readonly number[]): Float32Array {
  const worth = played.map((length) =>
    Array.from({ length }, (_, move) => (1 - DISCOUNT ** (length - move)) / (1 - DISCOUNT)),
  );
  const all = worth.flat();
  const usual = meanOf(all);
  const deviation = Math.sqrt(meanOf(all.map((value) => (value - usual) ** 2)));
  const advantages = new Float32Array(MOVES);
  for (const [i, values] of worth.entries()) {
    const scaled = values.map((value) => (value - usual) / (deviation + 1e-6) / all.length);
    advantages.set(scaled, i * MAX_MOVES);
  }
  return advantages;
}

function hasFallen([x = 0, , angle = 0]: readonly number[]): boolean {
  return Math.abs(x) > 2.4 || Math.abs(angle) > 0.21;
}

/** The cart 20 ms later (Barto, Sutton and Anderson, 1983): 1 kg with a pole of 0.1 kg and 1 m, pushed with a force in newton. */
function push([x = 0, v = 0, angle = 0, spin = 0]: readonly number[], force: number): number[] {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const pull = (force + 0.05 * spin ** 2 * sin) / 1.1;
  const spinChange = (9.8 * sin - cos * pull) / (0.5 * (4 / 3 - (0.1 * cos ** 2) / 1.1));
  const speedChange = pull - (0.05 * spinChange * cos) / 1.1;
  return [x + 0.02 * v, v + 0.02 * speedChange, angle + 0.02 * spin, spin + 0.02 * spinChange];
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}

// 5. Train and report. What happened in the games goes into the same run as what the trainer logs.
await using run = await trainlog.init({ project: "examples", name: "nn-08-reinforce" });
const trained = await Trainer.Advanced.trainModuleStreamStepsWith(
  policy,
  games,
  { steps: STEPS, log: run },
  { onStep: ({ step }) => void run.log({ moves_survived: survived[step]! }, { step }) },
);
for (let step = 0; step < STEPS; step += 10) {
  console.log(`step ${String(step).padStart(2)}: the pole stays up for ${survived[step]!.toFixed(0)} moves`);
}
const last = meanOf(survived.slice(-10)).toFixed(0);
console.log(`in the last ten steps: ${last} of ${MAX_MOVES} moves`);
console.log(`${STEPS * EPISODES} games in ${(trained.elapsedMs / 1000).toFixed(1)} s`);
