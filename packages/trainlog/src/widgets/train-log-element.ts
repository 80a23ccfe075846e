import { type ChartLayout, type ChartSeries, layOutChart } from "../log/render/chart-layout.ts";
import { valueLabel } from "../log/render/hover-columns.ts";
import { clip, escapeMarkup } from "../log/render/markup.ts";
import { formatNumber } from "../log/render/scale.ts";
import { chartSvg } from "../log/render/train-log-svg.ts";
import { decodeTrainLog, encodeTrainLog, type TrainLog } from "../log/train-log.ts";
import { ContentElement } from "./content-element.ts";
import { type HoverRow, hoverRows, nearestRow } from "./hover-rows.ts";

/** Height of the plot when the attribute `height` is absent, pixels. */
const DEFAULT_HEIGHT_PX = 260;
/** Width before the browser has laid the page out, pixels. */
const FALLBACK_WIDTH_PX = 640;
/** Rows that Page Up and Page Down move by. */
const PAGE_ROWS = 10;
/** Series that a screen reader is told the values of. */
const MAX_SPOKEN_SERIES = 8;

/**
 * `<train-log>`: curves of a training log, with hover values, switches for each series and for a logarithmic axis.
 *
 * The plot takes the keyboard: left and right move by a row, Page Up and Down by ten, Home and End to the ends, Escape leaves.
 *
 * Attributes beside those of every widget: `log-y` (start with a logarithmic axis), `height` (of the plot, pixels).
 *
 * @example
 * <script type="module" src="…/trainlog/widgets"></script>
 * <train-log src="runs/loss.json"></train-log>
 */
export class TrainLogElement extends ContentElement<TrainLog> {
  static override readonly observedAttributes: readonly string[] = [
    ...ContentElement.observedAttributes,
    "log-y",
    "height",
  ];

  #view: TrainLogView | undefined;

  /** The log to show; `undefined` for the one of `src` or the JSON child. @throws TrainlogError `log/bad-field` when it is not a log. */
  get log(): TrainLog | undefined {
    return this.given;
  }

  set log(log: TrainLog | undefined) {
    if (log !== undefined) encodeTrainLog(log);
    this.given = log;
  }

  protected decode(json: unknown): TrainLog {
    return decodeTrainLog(json);
  }

  protected show(log: TrainLog, frame: HTMLElement): void {
    const height = Number(this.getAttribute("height"));
    this.#view = new TrainLogView(log, frame, {
      heightPx: height >= 120 && height <= 10_000 ? height : DEFAULT_HEIGHT_PX,
      logY: this.hasAttribute("log-y"),
    });
  }

  protected clear(): void {
    this.#view?.close();
    this.#view = undefined;
  }
}

/** What is on the screen for one log. */
class TrainLogView {
  readonly #log: TrainLog;
  readonly #heightPx: number;
  readonly #plot: HTMLElement;
  readonly #badges: HTMLElement;
  readonly #resize: ResizeObserver;
  #logY: boolean;
  #hidden: ReadonlySet<number> = new Set();
  #layout: ChartLayout;
  #rows: HoverRow[] | undefined;
  #at = -1;

  constructor(log: TrainLog, frame: HTMLElement, { heightPx, logY }: { heightPx: number; logY: boolean }) {
    this.#log = log;
    this.#heightPx = heightPx;
    this.#logY = logY;
    this.#layout = this.#layOut(FALLBACK_WIDTH_PX);
    frame.innerHTML = headMarkup(log, this.#layout) + plotMarkup(log) + notesMarkup(log);
    this.#badges = frame.querySelector<HTMLElement>(".badges")!;
    this.#plot = frame.querySelector<HTMLElement>(".plot")!;
    frame.querySelector(".toolbar")!.append(...this.#buttons());
    this.#listen();
    this.#resize = new ResizeObserver(() => this.#draw());
    this.#resize.observe(this.#plot);
    this.#draw();
  }

  close(): void {
    this.#resize.disconnect();
  }

  #layOut(widthPx: number): ChartLayout {
    return layOutChart(this.#log, {
      widthPx,
      heightPx: this.#heightPx,
      logY: this.#logY,
      hidden: this.#hidden,
      plotOnly: true,
    });
  }

  #draw(): void {
    this.#layout = this.#layOut(this.#plot.clientWidth || FALLBACK_WIDTH_PX);
    this.#rows = undefined;
    this.#plot.innerHTML = chartSvg(this.#layout, { embedStyles: false });
    const svg = this.#plot.firstElementChild!;
    // The plot itself speaks, as a slider over the rows.
    svg.setAttribute("aria-hidden", "true");
    svg.insertAdjacentHTML("beforeend", '<g class="hover"></g>');
    this.#badges.innerHTML = this.#layout.warnings
      .map((warning) => `<span class="badge">⚠ ${escapeMarkup(warning)}</span>`)
      .join("");
    this.#moveTo(this.#at);
  }

  #buttons(): HTMLButtonElement[] {
    const axis = toggleButton("log y", this.#logY, (isOn) => {
      this.#logY = isOn;
      this.#draw();
    });
    axis.classList.add("axis");
    const series = this.#layout.series.map((one) =>
      toggleButton(
        clip(one.name, 40),
        true,
        (isShown) => {
          const hidden = new Set(this.#hidden);
          if (isShown) hidden.delete(one.index);
          else hidden.add(one.index);
          this.#hidden = hidden;
          this.#draw();
        },
        swatch(one),
      ),
    );
    return this.#log.series.length === 0 ? [] : [axis, ...series];
  }

  #listen(): void {
    this.#plot.addEventListener("pointermove", (event) => {
      const left = this.#plot.getBoundingClientRect().left;
      this.#moveTo(nearestRow(this.#hoverRows(), event.clientX - left));
    });
    this.#plot.addEventListener("pointerleave", () => this.#moveTo(-1));
    this.#plot.addEventListener("blur", () => this.#moveTo(-1));
    this.#plot.addEventListener("keydown", (event) => {
      const next = rowAfterKey(event.key, this.#at, this.#hoverRows().length);
      if (next === undefined) return;
      event.preventDefault();
      this.#moveTo(next);
    });
  }

  /** Rows by position, made when first needed: sorting them costs, and most charts are only looked at. */
  #hoverRows(): HoverRow[] {
    this.#rows ??= hoverRows(this.#layout);
    return this.#rows;
  }

  /** Shows the values of the row at `index` of the hover rows; −1 shows none. */
  #moveTo(index: number): void {
    const rows = index < 0 ? [] : this.#hoverRows();
    const target = rows[Math.min(index, rows.length - 1)];
    this.#at = target === undefined ? -1 : Math.min(index, rows.length - 1);
    this.#plot.querySelector(".hover")!.innerHTML =
      target === undefined ? "" : valueLabel(this.#layout, target.row, target.x, "auto");
    this.#plot.setAttribute("aria-valuenow", String(Math.max(0, this.#at)));
    this.#plot.setAttribute(
      "aria-valuetext",
      target === undefined ? "no row chosen" : spokenValues(this.#layout, target.row),
    );
  }
}

function headMarkup(log: TrainLog, { rows }: ChartLayout): string {
  return (
    `<div class="title" role="heading" aria-level="3">${escapeMarkup(clip(log.title, 300))}</div>` +
    `<div class="facts">${rows.rowCount} rows · ${log.series.length} series</div><div class="badges"></div>` +
    `<div class="toolbar" role="group" aria-label="Axis and series"></div>`
  );
}

function plotMarkup(log: TrainLog): string {
  const last = log.series.reduce((most, { values }) => Math.max(most, values.length - 1), 0);
  const label = escapeMarkup(`${clip(log.title, 120)}: values by row`);
  return `<div class="plot" tabindex="0" role="slider" aria-label="${label}" aria-valuemin="0" aria-valuemax="${last}" aria-valuenow="0"></div>`;
}

function notesMarkup({ notes }: TrainLog): string {
  if (notes.length === 0) return "";
  return `<details><summary>Notes (${notes.length})</summary><ul>${notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join("")}</ul></details>`;
}

function toggleButton(label: string, isOn: boolean, onToggle: (isOn: boolean) => void, icon = ""): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", String(isOn));
  button.innerHTML = `${icon}<span>${escapeMarkup(label)}</span>`;
  button.addEventListener("click", () => {
    const next = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(next));
    onToggle(next);
  });
  return button;
}

function swatch({ color }: ChartSeries): string {
  return `<svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="2" fill="${escapeMarkup(color)}"/></svg>`;
}

/** Where a key moves to, or `undefined` for a key that means nothing here. */
function rowAfterKey(key: string, at: number, count: number): number | undefined {
  const within = (index: number): number => Math.min(Math.max(index, 0), count - 1);
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return within(at + 1);
    case "ArrowLeft":
    case "ArrowDown":
      return within(at < 0 ? count - 1 : at - 1);
    case "PageUp":
      return within(at + PAGE_ROWS);
    case "PageDown":
      return within(at - PAGE_ROWS);
    case "Home":
      return within(0);
    case "End":
      return within(count - 1);
    case "Escape":
      return -1;
    default:
      return undefined;
  }
}

function spokenValues({ rows, series }: ChartLayout, row: number): string {
  const values = series
    .filter(({ isHidden, values }) => !isHidden && row < values.length)
    .slice(0, MAX_SPOKEN_SERIES)
    .map(({ name, values }) => `${clip(name, 40)} ${formatNumber(values[row]!)}`);
  return `${rows.hasSteps ? "step" : "row"} ${rows.xs[row]}: ${values.join(", ")}`;
}
