/** @file Two classic sets of points in the plane that no straight line divides. */
import { type Generator, generator } from "../../random/generator.ts";
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { checkOptionNames, checkRange, checkWhole } from "../options.ts";

/** How to scatter points. */
export interface PointsOptions {
  /** Number of points. */
  readonly n?: number;
  /** Standard deviation of the normal noise on both coordinates. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A labelled point. */
type Point = readonly [x: number, y: number, label: number];

/**
 * Two half circles that reach into each other (as scikit-learn's `make_moons`): classes 0 (outer, `floor(n / 2)` points) and 1 (inner), class by class.
 *
 * @param options.n - Default 200.
 * @param options.noise - Default 0.1.
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function twoMoons(options: PointsOptions = {}): Dataset<readonly [2], readonly []> {
  checkOptionNames("twoMoons", options, ["n", "noise", "seed"]);
  const { n = 200, noise = 0.1, seed = 0 } = options;
  checkWhole("twoMoons: n", n, 2);
  const outer = Math.floor(n / 2);
  const inner = n - outer;
  const point = (i: number): Point => {
    const isOuter = i < outer;
    const [at, count] = isOuter ? [i, outer] : [i - outer, inner];
    const angle = count === 1 ? 0 : (Math.PI * at) / (count - 1);
    if (isOuter) return [Math.cos(angle), Math.sin(angle), 0];
    return [1 - Math.cos(angle), 0.5 - Math.sin(angle), 1];
  };
  return pointsDataset(
    Array.from({ length: n }, (_, i) => point(i)),
    noise,
    generator(seed).fork("moons"),
    2,
  );
}

/** How to wind spirals. */
export interface SpiralsOptions extends PointsOptions {
  /** Number of arms, which are the classes. Default 2. */
  readonly classes?: number;
  /** Turns of each arm. Default 1. */
  readonly turns?: number;
}

/**
 * Arms that wind around the origin from radius 0 to 1, class by class (class k has the points whose number divided by the classes leaves k).
 *
 * @param options.n - Default 300.
 * @param options.noise - Default 0.02.
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 */
export function spirals(options: SpiralsOptions = {}): Dataset<readonly [2], readonly []> {
  checkOptionNames("spirals", options, ["n", "noise", "seed", "classes", "turns"]);
  const { n = 300, noise = 0.02, seed = 0, classes = 2, turns = 1 } = options;
  checkWhole("spirals: classes", classes, 1);
  checkWhole("spirals: n", n, classes);
  checkRange("spirals: turns", turns, 0);
  const point = (i: number): Point => {
    const radius = (Math.floor(i / classes) + 1) / Math.ceil(n / classes);
    const angle = 2 * Math.PI * (turns * radius + (i % classes) / classes);
    return [radius * Math.cos(angle), radius * Math.sin(angle), i % classes];
  };
  const points = Array.from({ length: n }, (_, i) => point(i));
  return pointsDataset(points, noise, generator(seed).fork("spirals"), classes);
}

function pointsDataset(
  points: readonly Point[],
  noise: number,
  random: Generator,
  classes: number,
): Dataset<readonly [2], readonly []> {
  checkRange("noise", noise, 0);
  const inputs = points.flatMap(([x, y]) => [x + noise * random.normal(), y + noise * random.normal()]);
  return arrayDataset(
    {
      inputs: Float64Array.from(inputs),
      inputShape: [2] as const,
      inputDType: "float",
      targets: Int32Array.from(points, ([, , label]) => label),
      targetShape: [] as const,
      targetDType: "int32",
      classNames: Array.from({ length: classes }, (_, label) => String(label)),
    },
    "points",
  );
}
