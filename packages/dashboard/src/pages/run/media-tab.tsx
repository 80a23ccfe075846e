/** @file Media of a run: one card per key, with a slider over its steps. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { MediaAnswer, MediaItem, MediaKey } from "trainlog/api";
import { useVisible } from "../../chart/use-visible.ts";
import { Empty, ErrorNotice } from "../../components/notice.tsx";
import { type HistogramMap, histogramMap } from "../../lib/histogram-map.ts";
import { histogramData } from "../../lib/media-data.ts";
import { mergeMedia, stepsOf } from "../../lib/media-steps.ts";
import { compareNaturally } from "../../lib/metric-groups.ts";
import { formatCount } from "../../lib/number-format.ts";
import { HistogramMapView } from "../../media/histogram-map-view.tsx";
import { MediaView } from "../../media/media-view.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import type { TabProps } from "../run-page.tsx";
import { useRunPicker } from "./run-picker.tsx";

/** Values of one key that are fetched; the newest page a run of ordinary length has. */
const MAX_ITEMS = 1000;

/** The tab. */
export function MediaTab(props: TabProps): JSX.Element {
  const { runId, picker } = useRunPicker(props);
  return (
    <div class="media-tab">
      {picker}
      <RunMedia key={runId} runId={runId} store={props.store} />
    </div>
  );
}

function RunMedia({ runId, store }: Pick<TabProps, "store"> & { readonly runId: string }): JSX.Element {
  const { client } = useApp();
  const path = `/runs/${encodeURIComponent(runId)}/media`;
  const [answer, reload] = useResource(runId, (signal) => client.get<MediaAnswer>(path, { limit: 1 }, signal));
  const known = answer.value.data?.keys;
  useEffect(
    () =>
      store.listen((message) => {
        const isNew =
          message.type === "media" &&
          message.runId === runId &&
          !message.items.every((item) => known?.some((k) => k.key === item.key));
        if (isNew || message.type === "reset") reload();
      }),
    [runId, known],
  );
  const { data, error } = answer.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  if (data === undefined) return <p class="muted">loading…</p>;
  if (data.keys.length === 0) {
    return (
      <Empty title="No media">
        <p>
          Log images, tables, histograms and more: <code>{"run.log({ weights: trainlog.histogram(values) })"}</code>
        </p>
      </Empty>
    );
  }
  const keys = [...data.keys].sort((a, b) => compareNaturally(a.key, b.key));
  return (
    <div class="media-grid">
      {keys.map((mediaKey) => (
        <MediaCard key={mediaKey.key} runId={runId} mediaKey={mediaKey} store={store} />
      ))}
    </div>
  );
}

interface MediaCardProps extends Pick<TabProps, "store"> {
  readonly runId: string;
  readonly mediaKey: MediaKey;
}

function MediaCard(props: MediaCardProps): JSX.Element {
  const card = useRef<HTMLElement>(null);
  const visible = useVisible(card);
  const seen = useSignal(false);
  if (visible.value) seen.value = true;
  return (
    <section class="card media-card" ref={card} aria-label={props.mediaKey.key}>
      <h2 class="ellipsis" title={props.mediaKey.key}>
        {props.mediaKey.key} <span class="count">{props.mediaKey.kind}</span>
      </h2>
      {seen.value ? <MediaSteps {...props} /> : <div class="media-body" />}
    </section>
  );
}

function MediaSteps({ runId, mediaKey, store }: MediaCardProps): JSX.Element {
  const { client } = useApp();
  const { key } = mediaKey;
  const path = `/runs/${encodeURIComponent(runId)}/media`;
  const after = Math.max(0, mediaKey.count - MAX_ITEMS);
  const [answer, reload, set] = useResource(`${runId} ${key}`, (signal) =>
    client.get<MediaAnswer>(path, { key, limit: MAX_ITEMS, ...(after > 0 && { after }) }, signal),
  );
  const position = useSignal<number | undefined>(undefined);
  const overTime = useSignal(false);
  useEffect(
    () =>
      store.listen((message) => {
        const current = answer.peek().data;
        if (message.type === "reset") reload();
        if (message.type !== "media" || message.runId !== runId || current === undefined) return;
        const added = message.items.filter((item) => item.key === key);
        if (added.length > 0) set({ ...current, items: mergeMedia(current.items, added) });
      }),
    [runId, key],
  );
  const { data, error } = answer.value;
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  const steps = stepsOf(data?.items ?? []);
  // Until someone moves the slider, it follows the newest step.
  const at = Math.min(position.value ?? steps.length - 1, steps.length - 1);
  const step = steps[at];
  const items = (data?.items ?? []).filter((item) => item.step === step);
  const map = mediaKey.kind === "histogram" && overTime.value ? mapOf(data?.items ?? []) : undefined;
  return (
    <>
      {mediaKey.kind === "histogram" && steps.length > 1 && (
        <label class="check">
          <input
            type="checkbox"
            checked={overTime.value}
            onChange={(event) => (overTime.value = event.currentTarget.checked)}
          />
          Over all steps
        </label>
      )}
      <div class="media-body">
        {map !== undefined && <HistogramMapView map={map} label={key} />}
        {map === undefined && items.map((item, i) => <MediaView key={`${item.wallMs} ${i}`} item={item} />)}
      </div>
      {step !== undefined && map === undefined && (
        <div class="media-step">
          <span>
            step {formatCount(step)}{" "}
            <span class="muted">
              ({at + 1} of {steps.length})
            </span>
          </span>
          {steps.length > 1 && (
            <input
              type="range"
              aria-label={`Step of ${key}`}
              min={0}
              max={steps.length - 1}
              value={at}
              aria-valuetext={`step ${step}`}
              onInput={(event) => {
                position.value = Number(event.currentTarget.value);
              }}
            />
          )}
        </div>
      )}
    </>
  );
}

/** All histograms that lie in their events; one that was moved out for its size is left out. */
function mapOf(items: readonly MediaItem[]): HistogramMap | undefined {
  const known = items.flatMap(({ step, data }) => {
    const histogram = histogramData(data);
    return histogram === undefined ? [] : [{ step, data: histogram }];
  });
  return histogramMap(known.sort((a, b) => a.step - b.step));
}
