/** @file Moving a chart with the mouse: its title is dragged onto another chart of the same section. The menu of a chart does the same by keyboard and touch. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { HTMLAttributes, RefObject } from "preact";
import { moveChart } from "../../lib/chart-order.ts";
import { useApp } from "../../state/app.ts";
import type { ChartCardProps } from "./chart-card.tsx";

/** Kind of what is dragged; nothing else can be dropped on a chart. */
const CHART_TYPE = "application/x-trainlog-chart";

/** What makes a card movable. */
export interface ChartDrag {
  /** Whether a chart is held over this one. */
  readonly isOver: ReadonlySignal<boolean>;
  /** Attributes of what is dragged. */
  readonly handle: Pick<HTMLAttributes<HTMLHeadingElement>, "draggable" | "onDragStart">;
  /** Attributes of where it is dropped. */
  readonly target: Pick<HTMLAttributes<HTMLElement>, "onDragOver" | "onDragLeave" | "onDrop">;
}

/** Makes a card movable. */
export function useChartDrag(
  { metric, section, view }: ChartCardProps,
  card: RefObject<HTMLElement | null>,
): ChartDrag {
  const { navigation } = useApp();
  const isOver = useSignal(false);
  const drop = (moved: string): void => {
    if (moved === metric || !section.keys.includes(moved)) return;
    navigation.updateRun(moveChart(view, section, moved, section.keys.indexOf(metric)));
  };
  return {
    isOver,
    handle: {
      draggable: true,
      onDragStart: ({ dataTransfer }) => {
        dataTransfer?.setData(CHART_TYPE, metric);
        if (card.current !== null) dataTransfer?.setDragImage(card.current, 20, 14);
      },
    },
    target: {
      onDragOver: (event) => {
        if (event.dataTransfer?.types.includes(CHART_TYPE) !== true) return;
        event.preventDefault();
        isOver.value = true;
      },
      onDragLeave: () => {
        isOver.value = false;
      },
      onDrop: (event) => {
        isOver.value = false;
        const moved = event.dataTransfer?.getData(CHART_TYPE) ?? "";
        if (moved === "") return;
        event.preventDefault();
        drop(moved);
      },
    },
  };
}
