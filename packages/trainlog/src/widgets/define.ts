import { ConfusionMatrixElement } from "./confusion-matrix-element.ts";
import { TrainLogElement } from "./train-log-element.ts";

/**
 * Defines `<train-log>` and `<confusion-matrix>` in a registry, unless the names are taken. Does nothing where there is no DOM.
 *
 * @param registry - The page's own when absent.
 */
export function defineWidgets(registry: CustomElementRegistry | undefined = globalThis.customElements): void {
  if (registry === undefined) return;
  if (registry.get("train-log") === undefined) registry.define("train-log", TrainLogElement);
  if (registry.get("confusion-matrix") === undefined) registry.define("confusion-matrix", ConfusionMatrixElement);
}

declare global {
  interface HTMLElementTagNameMap {
    "train-log": TrainLogElement;
    "confusion-matrix": ConfusionMatrixElement;
  }
}
