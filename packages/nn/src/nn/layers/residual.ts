/** @file Residual connections. He et al., 2016. */

import { anything } from "../../options/check-options.ts";
import { add } from "../../primitives/index.ts";
import type { ShapeError, ShapeFits, ShowShape } from "../../shape/shape-error.ts";
import { defineLayer, type M, type NamedLayer } from "../layer.ts";
import { checkNnOptions } from "../layer-options.ts";
import type { Apply, LayerType } from "../layer-type.ts";
import { shapeError, shapeFits, showSizes } from "../shape-check.ts";
import type { SameShape } from "./dropout.ts";

/** What the inner layer makes, if the shortcut makes the same shape. */
export interface Residual<L extends LayerType, Shortcut extends LayerType = SameShape> extends LayerType {
  readonly input: L["input"];
  readonly dtype: L["dtype"];
  readonly out: Joined<Apply<L, this["in"]>, Apply<Shortcut, this["in"]>>;
}

type Joined<Inner, Shortcut> = Inner extends readonly number[]
  ? Shortcut extends readonly number[]
    ? ShapeFits<Inner, Shortcut> extends true
      ? Inner
      : ShapeError<"residual adds two results of different shapes", ShowShape<Shortcut>, ShowShape<Inner>>
    : Shortcut
  : Inner;

/** Options of {@link residual}. */
export interface ResidualOptions<S extends LayerType> {
  /** What the input passes on the other way, when the inner layer changes the shape. Default: nothing. */
  readonly shortcut?: M<S>;
}

/**
 * inner(x) + x, or inner(x) + shortcut(x). Inner parameters are named `inner.…`, those of a shortcut `shortcut.…`.
 *
 * @throws TrainlogError `shape/mismatch` (when used) if the two results differ in shape.
 *
 * @example
 * nn.residual(nn.sequential(nn.layerNorm(64), nn.linear(64, 64), nn.relu()))
 */
export function residual<L extends LayerType, S extends LayerType = SameShape>(
  inner: M<L>,
  options: ResidualOptions<S> = {},
): M<Residual<L, S>> {
  checkNnOptions("residual", options, { shortcut: anything });
  const { shortcut } = options;
  const layers: NamedLayer[] = [["inner", inner]];
  if (shortcut !== undefined) layers.push(["shortcut", shortcut]);
  return defineLayer<Residual<L, S>>({
    kind: "residual",
    label: "residual",
    inputShape: inner.inputShape,
    inputDType: inner.inputDType,
    layers,
    outputShape: (input) => {
      const result = inner.outputShape(input);
      const other = shortcut === undefined ? input : shortcut.outputShape(input);
      if (!shapeFits(result, other)) throw joinError(result, other);
      return result;
    },
    forward: (self, x) => {
      const result = self.call("inner", x);
      const other = shortcut === undefined ? x : self.call("shortcut", x);
      // Broadcasting would let different shapes pass.
      if (!shapeFits(result.shape, other.shape)) throw joinError(result.shape.slice(1), other.shape.slice(1));
      return add(result, other);
    },
  });
}

function joinError(result: readonly number[], other: readonly number[]): Error {
  return shapeError("residual adds two results of different shapes", showSizes(other), result);
}
