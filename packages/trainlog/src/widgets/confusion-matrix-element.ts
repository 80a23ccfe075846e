import { type ConfusionMatrix, decodeConfusionMatrix, encodeConfusionMatrix } from "../log/confusion-matrix.ts";
import { confusionSvg } from "../log/render/confusion-svg.ts";
import { confusionView, formatPercent } from "../log/render/confusion-view.ts";
import { ContentElement, tableMarkup } from "./content-element.ts";

/** Width of the picture when the page has no opinion, pixels. */
const FALLBACK_WIDTH_PX = 640;

/**
 * `<confusion-matrix>`: counts of a classifier with the statistics of every class.
 *
 * Attributes beside those of every widget: `labels` (names of the classes, separated by commas, or a JSON array when a name has a comma) and `heading`.
 *
 * @example
 * <confusion-matrix src="runs/confusion.json" labels="cat,dog"></confusion-matrix>
 */
export class ConfusionMatrixElement extends ContentElement<ConfusionMatrix> {
  static override readonly observedAttributes: readonly string[] = [
    ...ContentElement.observedAttributes,
    "labels",
    "title",
  ];

  /** The matrix to show; `undefined` for the one of `src` or the JSON child. @throws TrainlogError `log/bad-field` when it is not a matrix. */
  get matrix(): ConfusionMatrix | undefined {
    return this.given;
  }

  set matrix(matrix: ConfusionMatrix | undefined) {
    if (matrix !== undefined) encodeConfusionMatrix(matrix);
    this.given = matrix;
  }

  protected decode(json: unknown): ConfusionMatrix {
    return decodeConfusionMatrix(json);
  }

  protected show(matrix: ConfusionMatrix, frame: HTMLElement): void {
    const labels = parseLabels(this.getAttribute("labels") ?? "");
    const options = { labels, title: this.getAttribute("heading") ?? "Confusion matrix" };
    const widthPx = (this.clientWidth || FALLBACK_WIDTH_PX) - 26;
    const picture = confusionSvg(matrix, { ...options, widthPx, embedStyles: false });
    frame.innerHTML = `<div class="picture" tabindex="0" role="region" aria-label="Picture">${picture}</div>${statisticsMarkup(matrix, labels)}`;
  }

  protected clear(): void {
    // Nothing is kept between contents.
  }
}

function statisticsMarkup(matrix: ConfusionMatrix, labels: readonly string[]): string {
  const { statistics } = confusionView(matrix, { labels });
  if (statistics === undefined || statistics.classes.length === 0) return "";
  const rows = statistics.classes.map(({ support, predicted, precision, recall, f1 }, i) => [
    labels[i] ?? String(i),
    String(support),
    String(predicted),
    formatPercent(precision),
    formatPercent(recall),
    formatPercent(f1),
  ]);
  const head = ["class", "support", "predicted", "precision", "recall", "F1"];
  return `<details><summary>Classes (${rows.length})</summary>${tableMarkup([head, ...rows])}</details>`;
}

/** Labels of an attribute: a JSON array of texts, else texts between commas. */
export function parseLabels(attribute: string): string[] {
  const text = attribute.trim();
  if (text === "") return [];
  if (text.startsWith("[")) {
    try {
      const json: unknown = JSON.parse(text);
      if (Array.isArray(json)) return json.map(String);
    } catch {
      // Not JSON: a first label that happens to start with a bracket.
    }
  }
  return text.split(",").map((label) => label.trim());
}
