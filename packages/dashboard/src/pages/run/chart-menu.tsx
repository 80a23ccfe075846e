/** @file What can be done with one chart: pin, move, full screen, save. */
import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { LinePlot } from "../../chart/line-plot.ts";
import { Icon } from "../../components/icons.tsx";
import { moveChart, togglePin } from "../../lib/chart-order.ts";
import type { PlotAxis } from "../../lib/plot-axis.ts";
import { useApp } from "../../state/app.ts";
import type { ChartCardProps } from "./chart-card.tsx";
import { type ExportedChart, savePng, saveRawCsv, saveShownCsv, saveSvg } from "./chart-export.ts";
import { lineName, lineStyles } from "./chart-lines.ts";

interface ChartMenuProps extends ChartCardProps {
  readonly axis: PlotAxis;
  readonly card: RefObject<HTMLElement | null>;
  readonly plot: RefObject<LinePlot | null>;
}

interface MenuEntry {
  readonly title: string;
  readonly act: () => void | Promise<void>;
}

/** The menu. */
export function ChartMenu(props: ChartMenuProps): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  const open = useSignal(false);
  const problem = useSignal("");
  const close = (): void => menu.current?.removeAttribute("open");
  const choose = async ({ act }: MenuEntry): Promise<void> => {
    problem.value = "";
    try {
      await act();
      close();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open.value) return;
    event.stopPropagation();
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && menu.current?.contains(relatedTarget) === false) close();
  };
  return (
    <details
      class="menu chart-menu"
      ref={menu}
      onToggle={(event) => (open.value = event.currentTarget.open)}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      <summary class="icon-button" aria-label={`More for ${props.metric}`}>
        <Icon name="more" />
      </summary>
      {open.value && (
        <div class="menu-panel">
          {entriesOf(props, useApp()).map((entry) => (
            <button key={entry.title} type="button" class="menu-entry" onClick={() => void choose(entry)}>
              {entry.title}
            </button>
          ))}
          {problem.value !== "" && <p role="alert">{problem.value}</p>}
        </div>
      )}
    </details>
  );
}

function entriesOf(props: ChartMenuProps, app: ReturnType<typeof useApp>): MenuEntry[] {
  const { metric, section, view, store, lines, card } = props;
  const { navigation, client } = app;
  const at = section.keys.indexOf(metric);
  const move = (to: number) => () => navigation.updateRun(moveChart(view, section, metric, to));
  const runs = lines.runIds.map((runId) => ({ runId, name: lineName(store, runId) }));
  return [
    { title: section.isPinned ? "Unpin" : "Pin to the top", act: () => navigation.updateRun(togglePin(view, metric)) },
    ...(at > 0 ? [{ title: "Move earlier", act: move(at - 1) }] : []),
    ...(at < section.keys.length - 1 ? [{ title: "Move later", act: move(at + 1) }] : []),
    { title: "Full screen", act: () => card.current?.requestFullscreen() },
    { title: "Save as PNG", act: () => savePng(exported(props, app)) },
    { title: "Save as SVG", act: () => saveSvg(exported(props, app)) },
    { title: "Save as CSV, as shown", act: () => saveShownCsv(exported(props, app)) },
    { title: "Save as CSV, every point", act: () => saveRawCsv(client, metric, runs) },
  ];
}

/** The chart as it is drawn at this moment. */
function exported(
  { metric, axis, plot, view, lines, store }: ChartMenuProps,
  app: ReturnType<typeof useApp>,
): ExportedChart {
  const model = plot.current?.content.model;
  if (model === undefined) throw new Error("The chart is not drawn yet. Scroll to it and try again.");
  const names = new Map(model.lines.map(({ id }) => [id, lineName(store, id)]));
  return { metric, model, axis, names, styles: lineStyles(app, view, lines), theme: app.preferences.theme.peek() };
}
