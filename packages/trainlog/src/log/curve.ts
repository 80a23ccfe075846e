import { expectNatural, expectNumber } from "./field.ts";
import { PersistentList } from "./persistent-list.ts";
import { type CurveLook, DEFAULT_CURVE_COLOR, type TrainLog } from "./train-log.ts";

interface Point {
  readonly step: number;
  readonly value: number;
}

/**
 * One scalar recorded over and over: a loss, a learning rate, a reward.
 *
 * Immutable: `push` gives a new curve, in O(1). As JSON it is `{ steps, values }`.
 *
 * @example
 * let loss = Curve.empty();
 * for (let step = 0; step < 100; step++) loss = loss.push(step, 1 / (step + 1));
 * await writeJson("runs/loss.json", loss.toTrainLog("MLP", "loss"));
 */
export class Curve {
  readonly #points: PersistentList<Point>;

  private constructor(points: PersistentList<Point>) {
    this.#points = points;
  }

  /** A curve without points. */
  static empty(): Curve {
    return new Curve(PersistentList.of());
  }

  /** Step of each point, shape `[n]`. A fresh array: keep it when you need it twice. */
  get steps(): number[] {
    return this.#points.toArray().map((point) => point.step);
  }

  /** Value of each point, shape `[n]`. A fresh array: keep it when you need it twice. */
  get values(): number[] {
    return this.#points.toArray().map((point) => point.value);
  }

  /**
   * This curve with one more point. Steps may repeat and go back.
   *
   * @throws TrainlogError `log/bad-field` when `step` is not a natural number below 2^53 or `value` is not a number.
   */
  push(step: number, value: number): Curve {
    return new Curve(this.#points.push({ step: expectNatural(step, "step"), value: expectNumber(value, "value") }));
  }

  /** A log with this curve as its only series. */
  toTrainLog(title: string, seriesName: string, { color = DEFAULT_CURVE_COLOR, notes = [] }: CurveLook = {}): TrainLog {
    return { title, steps: this.steps, series: [{ name: seriesName, values: this.values, color }], notes };
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): { steps: number[]; values: number[] } {
    return { steps: this.steps, values: this.values };
  }
}
