/** @file Layers that only rearrange: flatten, unflatten, identity. */
import { reshape } from "../../primitives/index.ts";
import { checkShape, type Shape, sizeOf } from "../../shape/shape.ts";
import { defineLayer, type M } from "../layer.ts";
import { ANY_SIZE, showSizes, wrongInput } from "../shape-check.ts";
import type { Flatten, Unflatten } from "../window-type.ts";
import type { SameShape } from "./dropout.ts";

/** All axes of an example as one. As `torch.nn.Flatten`. Shape `[a, b, …]` → `[a·b·…]`. */
export function flatten(): M<Flatten> {
  return defineLayer<Flatten>({
    kind: "flatten",
    label: "flatten()",
    outputShape: (input) => [input.includes(ANY_SIZE) ? ANY_SIZE : sizeOf(input)],
    forward: (_, x) => reshape(x, [x.shape[0] ?? 0, sizeOf(x.shape.slice(1))]),
  });
}

/**
 * The elements of an example in another shape: what undoes {@link flatten}. Shape `[…]` → `shape`, of as many elements. A model that begins with it takes
 * a vector.
 *
 * @throws TrainlogError `shape/bad-size`.
 */
export function unflatten<const S extends Shape>(shape: S): M<Unflatten<S>> {
  checkShape(shape);
  const label = `unflatten(${showSizes(shape)})`;
  const expected = `${sizeOf(shape)} elements`;
  return defineLayer<Unflatten<S>>({
    kind: "unflatten",
    label,
    inputShape: [sizeOf(shape)],
    outputShape: (input) => {
      if (!input.includes(ANY_SIZE) && sizeOf(input) !== sizeOf(shape)) throw wrongInput(label, expected, input);
      return shape;
    },
    forward: (_, x) => reshape(x, [x.shape[0] ?? 0, ...shape]),
  });
}

/** Passes its input on. As `torch.nn.Identity`. */
export function identity(): M<SameShape> {
  return defineLayer<SameShape>({
    kind: "identity",
    label: "identity()",
    outputShape: (input) => input,
    forward: (_, x) => x,
  });
}
