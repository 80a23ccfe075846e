/** @file What a model consists of: counts and a table. */

import { TrainlogError } from "../error.ts";
import { anything } from "../options/check-options.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { abstractOutputShape } from "./abstract-call.ts";
import { type BuiltModel, parameterSpecs, stateSpecs } from "./build.ts";
import { type BoundLayer, bindLayer } from "./call.ts";
import type { M } from "./layer.ts";
import { checkNnOptions } from "./layer-options.ts";
import type { Params } from "./model.ts";
import { ANY_SIZE, showSizes } from "./shape-check.ts";

/**
 * Number of trainable numbers.
 *
 * @param of - A description, a built model, or parameters.
 */
export function parameterCount(of: M | BuiltModel<Shape, Shape> | Params): number {
  const sizes = isDescription(of)
    ? specSizes(of)
    : isModel(of)
      ? specSizes(of.mkModel)
      : Object.values(of).map((tensor) => tensor.size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

function specSizes(mkModel: M): number[] {
  return parameterSpecs(bindLayer(mkModel)).map(({ spec }) => sizeOf(spec.shape));
}

function isDescription(of: M | BuiltModel<Shape, Shape> | Params): of is M {
  return "forward" in of && typeof of.forward === "function";
}

function isModel(of: BuiltModel<Shape, Shape> | Params): of is BuiltModel<Shape, Shape> {
  return "apply" in of && typeof of.apply === "function";
}

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** Shape of one example, for models that take any. */
  readonly input?: Shape;
}

/**
 * A table of a model's layers: title (inner layers indented), shape of one example's result, number of own parameters; then the totals.
 *
 * Nothing is computed or allocated.
 *
 * @throws TrainlogError `nn/no-input-shape` when the shape is not known and not given; `shape/mismatch` when it does not fit.
 *
 * @example
 * nn.summary(nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1)));
 * // layer             output  parameters
 * // sequential        [1]              0
 * //   0 linear(2, 8)  [8]             24
 * //   1 relu()        [8]              0
 * //   2 linear(8, 1)  [1]              9
 * // 33 parameters
 */
export function summary(of: M | BuiltModel<Shape, Shape>, options: SummaryOptions = {}): string {
  checkNnOptions("summary", options, { input: anything });
  const { input } = options;
  const mkModel = isDescription(of) ? of : of.mkModel;
  const shape = input ?? mkModel.inputShape;
  if (shape === undefined || shape.includes(ANY_SIZE)) {
    throw new TrainlogError(
      "nn/no-input-shape",
      `${mkModel.label} takes ${shape === undefined ? "any shape" : showSizes(shape)}; give the shape of one example: nn.summary(mkModel, { input: Shape.image(1, 28, 28) })`,
    );
  }
  const bound = bindLayer(mkModel);
  const outputs = new Map<string, string>();
  abstractOutputShape(bound, shape, (title, output) => outputs.set(title, showSizes(output.shape.slice(1))));
  const rows = [["layer", "output", "parameters"], ...rowsOf(bound, outputs, 0)];
  return [...alignColumns(rows), totals(bound)].join("\n");
}

function rowsOf(bound: BoundLayer, outputs: ReadonlyMap<string, string>, depth: number): string[][] {
  const { layer, title } = bound;
  const own = Object.values(layer.parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const row = [`${"  ".repeat(depth)}${title}`, outputs.get(title) ?? "not applied", own.toLocaleString("en-US")];
  return [row, ...[...bound.layers.values()].flatMap((inner) => rowsOf(inner, outputs, depth + 1))];
}

/** Text to the left, the last column (numbers) to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1), width(2)];
  return rows.map(([layer = "", output = "", count = ""]) =>
    [layer.padEnd(widths[0] ?? 0), output.padEnd(widths[1] ?? 0), count.padStart(widths[2] ?? 0)].join("  "),
  );
}

function totals(bound: BoundLayer): string {
  const sum = (specs: readonly { readonly spec: { readonly shape: Shape } }[]): number =>
    specs.reduce((total, { spec }) => total + sizeOf(spec.shape), 0);
  const state = sum(stateSpecs(bound));
  const trained = `${sum(parameterSpecs(bound)).toLocaleString("en-US")} parameters`;
  return state === 0 ? trained : `${trained}, ${state.toLocaleString("en-US")} numbers of state`;
}
