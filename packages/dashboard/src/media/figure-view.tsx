/** @file A figure of lines, points and bars, drawn by this page itself: nothing of it can run. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { FigureData, FigureTrace } from "../lib/figure-data.ts";
import { figureFrame, niceTicks } from "../lib/figure-frame.ts";
import { formatTicks } from "../lib/number-format.ts";

/** Size of the drawing and its margins in its own units; it is scaled to the card. */
const WIDTH = 480;
const HEIGHT = 270;
const LEFT = 46;
const BOTTOM = 30;
const TOP = 8;
const RIGHT = 8;

/** Colours that there are. */
const HUES = 8;

/** Names that are written along x. */
const MAX_NAMES = 12;

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** The drawing, and what its colours mean. */
export function FigureView({ figure, label }: { readonly figure: FigureData; readonly label: string }): JSX.Element {
  const { title, traces, xTitle, yTitle } = figure;
  const words = `${title || label}: ${traces.map(({ name, mark }) => `${mark} of ${name}`).join(", ")}`;
  const frame = useMemo(() => figureFrame(figure), [figure]);
  const scale = scaleOf(frame.xDomain, frame.yDomain);
  return (
    <div class="figure">
      {title !== "" && <h3>{title}</h3>}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        <Axes figure={figure} scale={scale} xDomain={frame.xDomain} yDomain={frame.yDomain} />
        {traces.map((trace, i) => (
          <g key={i} class={`ink-${i % HUES}`}>
            <Marks
              trace={trace}
              scale={scale}
              index={i}
              barCount={traces.filter(({ mark }) => mark === "bars").length}
            />
          </g>
        ))}
      </svg>
      <p class="figure-legend">
        {traces.length > 1 &&
          traces.map(({ name }, i) => (
            <span key={i}>
              <i class={`hue-${i % HUES}`} aria-hidden="true" />
              {name}
            </span>
          ))}
        {(xTitle !== "" || yTitle !== "") && (
          <span class="muted">{[yTitle, xTitle].filter(Boolean).join(" over ")}</span>
        )}
      </p>
    </div>
  );
}

function scaleOf([xLow, xHigh]: readonly [number, number], [yLow, yHigh]: readonly [number, number]): Scale {
  return {
    x: (value) => LEFT + ((value - xLow) / (xHigh - xLow)) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - ((value - yLow) / (yHigh - yLow || 1)) * (HEIGHT - BOTTOM - TOP),
  };
}

interface AxesProps {
  readonly figure: FigureData;
  readonly scale: Scale;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

function Axes({ figure: { names }, scale, xDomain, yDomain }: AxesProps): JSX.Element {
  const yTicks = niceTicks(...yDomain);
  const yTexts = formatTicks(yTicks);
  const stride = Math.ceil((names?.length ?? 0) / MAX_NAMES);
  const xTicks = names === undefined ? niceTicks(...xDomain) : names.map((_, i) => i).filter((i) => i % stride === 0);
  const xTexts = names === undefined ? formatTicks(xTicks) : xTicks.map((i) => (names[i] ?? "").slice(0, 10));
  return (
    <g class="figure-axes">
      {yTicks.map((tick, i) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={scale.y(tick)} y2={scale.y(tick)} />
          <text x={LEFT - 6} y={scale.y(tick) + 4} text-anchor="end">
            {yTexts[i]}
          </text>
        </g>
      ))}
      {xTicks.map((tick, i) => (
        <text key={tick} x={scale.x(tick)} y={HEIGHT - 10} text-anchor="middle">
          {xTexts[i]}
        </text>
      ))}
    </g>
  );
}

interface MarksProps {
  readonly trace: FigureTrace;
  readonly scale: Scale;
  readonly index: number;
  readonly barCount: number;
}

function Marks({ trace: { mark, x, y }, scale, index, barCount }: MarksProps): JSX.Element {
  if (mark === "line") return <path d={linePath(x, y, scale)} fill="none" stroke="currentColor" stroke-width="1.8" />;
  const points = y.flatMap((value, i) =>
    Number.isFinite(value) && Number.isFinite(x[i]) ? [{ value, at: x[i] ?? 0 }] : [],
  );
  if (mark === "points")
    return (
      <>
        {points.map(({ value, at }, i) => (
          <circle key={i} cx={scale.x(at)} cy={scale.y(value)} r="2.600" fill="currentColor" />
        ))}
      </>
    );
  const room = (scale.x(1) - scale.x(0)) * 0.8;
  const width = Math.max(1, room / Math.max(1, barCount));
  return (
    <>
      {points.map(({ value, at }, i) => (
        <rect
          key={i}
          x={scale.x(at) - room / 2 + (index % Math.max(1, barCount)) * width}
          y={Math.min(scale.y(value), scale.y(0))}
          width={width}
          height={Math.abs(scale.y(value) - scale.y(0))}
          fill="currentColor"
        />
      ))}
    </>
  );
}

function linePath(x: readonly number[], y: readonly number[], scale: Scale): string {
  let path = "";
  let pen = "M";
  for (const [i, value] of y.entries()) {
    const at = x[i] ?? Number.NaN;
    if (Number.isFinite(value) && Number.isFinite(at)) {
      path += `${pen}${scale.x(at).toFixed(1)} ${scale.y(value).toFixed(1)}`;
      pen = "L";
    } else pen = "M";
  }
  return path;
}
