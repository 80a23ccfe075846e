/**
 * @file MetricHistory: several metrics recorded together, as an immutable table with one row per step.
 *
 * Rows are kept as they come; columns (`series`) are made on demand. A row that is older than a metric is shorter than the list of metrics, and what
 * it lacks reads as NaN, so that adding a metric late costs nothing.
 */
import { TrainlogError } from "../run/error.ts";
import { expectArray, expectNatural, expectNumber, expectText } from "./field.ts";
import { PersistentList } from "./persistent-list.ts";
import { DEFAULT_CURVE_COLOR, type Series, type TrainLog } from "./train-log.ts";

/** A metric of a history before it has values. */
export interface Metric {
  readonly name: string;
  /** CSS colour; `"#4e79a7"` when absent. */
  readonly color?: string;
}

interface Row {
  readonly step: number;
  readonly values: readonly number[];
}

/**
 * Several metrics aligned by step. Immutable: every change gives a new history, in O(number of metrics). As JSON it is `{ steps, series }`.
 *
 * @example
 * const history = MetricHistory.empty(["loss", { name: "accuracy", color: "#59a14f" }]).push(0, [0.7, 0.5]).push(1, [0.4, 0.8]);
 */
export class MetricHistory {
  readonly #metrics: readonly Required<Metric>[];
  readonly #rows: PersistentList<Row>;

  private constructor(metrics: readonly Required<Metric>[], rows: PersistentList<Row>) {
    this.#metrics = metrics;
    this.#rows = rows;
  }

  /** A history without rows. A bare name gets the default colour. @throws TrainlogError `log/bad-field` when a name or colour is not a text. */
  static empty(metrics: readonly (string | Metric)[] = []): MetricHistory {
    const checked = metrics.map((metric, i) => checkMetric(typeof metric === "string" ? { name: metric } : metric, i));
    return new MetricHistory(checked, PersistentList.of());
  }

  /**
   * The history of a log's series, the inverse of {@link MetricHistory.toTrainLog}.
   *
   * Series of unequal length are filled with NaN ("not reported") to the longest one, and steps that do not match that length are replaced by
   * `0 … n−1`, as viewers do.
   */
  static fromTrainLog(log: TrainLog): MetricHistory {
    const length = log.series.reduce((longest, series) => Math.max(longest, series.values.length), 0);
    const rowCount = log.series.length === 0 ? log.steps.length : length;
    const metrics = log.series.map(({ name, color }) => ({ name, color }));
    const rows = Array.from({ length: rowCount }, (_, i) => ({
      step: log.steps.length === rowCount ? log.steps[i]! : i,
      values: log.series.map((series) => series.values[i] ?? Number.NaN),
    }));
    return new MetricHistory(metrics, PersistentList.of(rows));
  }

  /** Number of rows. */
  get length(): number {
    return this.#rows.length;
  }

  /** Number of metrics: the length that {@link MetricHistory.push} asks of a row. */
  get width(): number {
    return this.#metrics.length;
  }

  /** Step of the last row, or `undefined` when there is none. */
  get lastStep(): number | undefined {
    return this.#rows.last?.step;
  }

  /** Step of each row, shape `[n]`. A fresh array: keep it when you need it twice. */
  get steps(): number[] {
    return this.#rows.toArray().map((row) => row.step);
  }

  /** The metrics with their values, each of shape `[n]`. Fresh arrays: keep them when you need them twice. */
  get series(): Series[] {
    const rows = this.#rows.toArray();
    return this.#metrics.map(({ name, color }, i) => ({
      name,
      values: rows.map((row) => row.values[i] ?? Number.NaN),
      color,
    }));
  }

  /**
   * This history with one more row; **a row of the wrong length is ignored** and gives this history back unchanged, as upstream does. Use
   * {@link MetricHistory.pushStrict} to hear of it.
   *
   * @param values - One value per metric, in the order of the metrics.
   * @throws TrainlogError `log/bad-field` when `step` is not a natural number or a value is not a number.
   */
  push(step: number, values: readonly number[]): MetricHistory {
    const row = checkRow(step, values);
    return row.values.length === this.width ? new MetricHistory(this.#metrics, this.#rows.push(row)) : this;
  }

  /**
   * As {@link MetricHistory.push}, but a row of the wrong length throws.
   *
   * @throws TrainlogError `log/bad-row` when `values` has not one value per metric; `log/bad-field` as `push`.
   */
  pushStrict(step: number, values: readonly number[]): MetricHistory {
    const next = this.push(step, values);
    if (next !== this) return next;
    const names = this.#metrics.map((metric) => metric.name).join(", ");
    throw new TrainlogError(
      "log/bad-row",
      `row of step ${step}: expected ${this.width} values (${names}), got ${values.length}; pass one value per metric, NaN for a missing one`,
    );
  }

  /**
   * This history with one value set: in the last row when that one has the same step, else in a new row. The metric is added when it is new; whatever
   * was not reported is NaN.
   *
   * @param color - Colour of the metric when this call adds it.
   * @throws TrainlogError `log/bad-field`.
   */
  set(step: number, name: string, value: number, color: string = DEFAULT_CURVE_COLOR): MetricHistory {
    const row = checkRow(step, [value]);
    const at = this.#metrics.findIndex((metric) => metric.name === name);
    const metrics = at >= 0 ? this.#metrics : [...this.#metrics, checkMetric({ name, color }, this.width)];
    const last = this.#rows.last?.step === row.step ? this.#rows.last : undefined;
    const values = metrics.map((_, i) => (i === (at >= 0 ? at : this.width) ? value : (last?.values[i] ?? Number.NaN)));
    const next = { step: row.step, values };
    return new MetricHistory(metrics, last === undefined ? this.#rows.push(next) : this.#rows.replaceLast(next));
  }

  /** A log with one series per metric. */
  toTrainLog(title: string, notes: readonly string[] = []): TrainLog {
    return { title, steps: this.steps, series: this.series, notes };
  }

  /** Plain data for `JSON.stringify`. */
  toJSON(): { steps: number[]; series: Series[] } {
    return { steps: this.steps, series: this.series };
  }
}

function checkMetric({ name, color = DEFAULT_CURVE_COLOR }: Metric, index: number): Required<Metric> {
  return { name: expectText(name, `metrics[${index}].name`), color: expectText(color, `metrics[${index}].color`) };
}

function checkRow(step: number, values: readonly number[]): Row {
  return {
    step: expectNatural(step, "step"),
    values: expectArray(values, "values").map((value, i) => expectNumber(value, `values[${i}]`)),
  };
}
