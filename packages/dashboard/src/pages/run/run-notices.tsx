/** @file What a viewer must know before trusting the charts: the run crashed, failed, lost data, or raised an alert. */
import type { JSX } from "preact";
import type { RunDetail } from "trainlog/api";
import { ErrorNotice, Warning } from "../../components/notice.tsx";
import { formatBytes } from "../../lib/number-format.ts";
import { formatDateTime, formatTimeOfDay } from "../../lib/time-format.ts";
import type { RunOnPage } from "../../state/run-page.ts";

/** Alerts shown; the newest. */
const SHOWN_ALERTS = 3;

/** Notices of all runs of the page. */
export function RunNotices({ runs }: { readonly runs: readonly RunOnPage[] }): JSX.Element {
  const several = runs.length > 1;
  return (
    <>
      {runs.map(({ runId, detail, error }) =>
        detail === undefined ? null : <NoticesOfRun key={runId} detail={detail} error={error} several={several} />,
      )}
    </>
  );
}

interface NoticesOfRunProps {
  readonly detail: RunDetail;
  readonly error: Error | undefined;
  readonly several: boolean;
}

function NoticesOfRun({ detail, error, several }: NoticesOfRunProps): JSX.Element {
  const name = several ? `${detail.name}: ` : "";
  return (
    <>
      {error !== undefined && <ErrorNotice error={error} />}
      {detail.state === "crashed" && (
        <Warning>
          {name}This run crashed: its script was last heard of at {formatDateTime(detail.lastMs)} and ended without
          saying why. Everything logged until then is here.
        </Warning>
      )}
      {detail.error !== undefined && (
        <Warning>
          <details>
            <summary>
              {name}
              {firstLine(detail.error)}
              {detail.exitCode !== undefined && ` (exit code ${detail.exitCode})`}
            </summary>
            <pre class="stack">{detail.error}</pre>
          </details>
        </Warning>
      )}
      {detail.damage.length > 0 && (
        <Warning>
          <details>
            <summary>
              {name}
              {detail.damage.length} damaged place{detail.damage.length === 1 ? "" : "s"} in the files of this run; what
              is shown leaves them out. <code>trainlog verify</code> names them, <code>trainlog repair</code> mends the
              files and keeps the originals.
            </summary>
            <ul>
              {detail.damage.map((place) => (
                <li key={`${place.file} ${place.offset}`}>
                  <code>{place.file}</code> {formatBytes(place.endOffset - place.offset)} at byte {place.offset}:{" "}
                  {place.message}
                </li>
              ))}
            </ul>
          </details>
        </Warning>
      )}
      {detail.alerts.slice(-SHOWN_ALERTS).map((alert) => (
        <Warning key={`${alert.wallMs} ${alert.title}`}>
          <strong>
            {name}
            {alert.title}
          </strong>{" "}
          {alert.text} <span class="muted">{formatTimeOfDay(alert.wallMs)}</span>
        </Warning>
      ))}
    </>
  );
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
