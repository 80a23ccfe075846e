/**
 * @file `trainlog/widgets`: custom elements that show training logs on any page, without a framework.
 *
 * Importing this module defines `<train-log>` and `<confusion-matrix>`.
 */
import { defineWidgets } from "./define.ts";

export { ConfusionMatrixElement } from "./confusion-matrix-element.ts";
export { defineWidgets } from "./define.ts";
export { TrainLogElement } from "./train-log-element.ts";

defineWidgets();
