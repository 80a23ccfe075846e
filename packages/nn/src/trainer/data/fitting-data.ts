/** @file Whether a data set fits model and task, as the compiler sees it. Sizes that only the data knows fit all, and are checked at run time. */
import type { Shape } from "../../shape/shape.ts";
import type { ShapeError, ShapeFits, ShowShape } from "../../shape/shape-error.ts";

/** A data set that fits, or an error type that says what does not. */
export type FittingData<In extends Shape, Target extends Shape, DIn extends Shape, DTarget extends Shape> =
  ShapeFits<DIn, In> extends true
    ? ShapeFits<DTarget, Target> extends true
      ? unknown
      : ShapeError<"the data set's targets do not fit the task", ShowShape<Target>, ShowShape<DTarget>>
    : ShapeError<"the data set's inputs do not fit the model", ShowShape<In>, ShowShape<DIn>>;
