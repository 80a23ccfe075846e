/** @file A dropped training log: its curves and notes, read only, with a button that makes a run of it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CreatedRun } from "trainlog/api";
import type { TrainLog } from "trainlog/log";
import { Icon } from "../../components/icons.tsx";
import { Modal } from "../../components/modal.tsx";
import { ErrorNotice } from "../../components/notice.tsx";
import { batchOfLog, logFigures, runOfLog } from "../../lib/dropped-log.ts";
import { formatCount } from "../../lib/number-format.ts";
import { DEFAULT_RUN_VIEW } from "../../lib/view-state.ts";
import { ConfusionView } from "../../media/confusion-view.tsx";
import { FigureView } from "../../media/figure-view.tsx";
import { type App, useApp } from "../../state/app.ts";
import type { Dropped } from "./drop-target.tsx";

interface DroppedLogProps {
  readonly dropped: Dropped;
  readonly onClose: () => void;
}

/** The dialog. */
export function DroppedLog({ dropped: { name, document, error }, onClose }: DroppedLogProps): JSX.Element {
  const title = document?.kind === "train-log" ? document.content.title : name;
  return (
    <Modal label={`Dropped file ${name}`} class="dropped-log" onClose={onClose}>
      <div class="card-head">
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {error !== undefined && <ErrorNotice error={error} />}
      {document !== undefined && <p class="muted">{name}, read by this page only: nothing was sent anywhere.</p>}
      {document?.kind === "confusion-matrix" && (
        <ConfusionView
          label={name}
          data={{ counts: document.content.counts, labels: document.content.counts.map((_, i) => String(i)) }}
        />
      )}
      {document?.kind === "train-log" && <Log log={document.content} onClose={onClose} />}
    </Modal>
  );
}

function Log({ log, onClose }: { readonly log: TrainLog; readonly onClose: () => void }): JSX.Element {
  const app = useApp();
  const figures = useMemo(() => logFigures(log), [log]);
  const busy = useSignal(false);
  const error = useSignal<Error | undefined>(undefined);
  const take = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      await importLog(app, log);
      onClose();
    } catch (problem) {
      error.value = problem instanceof Error ? problem : new Error(String(problem));
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      {log.notes.length > 0 && (
        <ul class="dropped-notes">
          {log.notes.map((note, i) => (
            <li key={i}>{note}</li>
          ))}
        </ul>
      )}
      <div class="dropped-figures">
        {figures.map((figure, i) => (
          <FigureView key={i} figure={figure} label={figure.title} />
        ))}
      </div>
      {figures.length === 0 && <p class="muted">It holds no curves.</p>}
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      <div class="notes-actions">
        <button type="button" class="button button-primary" disabled={busy.value} onClick={() => void take()}>
          {busy.value ? "Importing…" : "Import as a run"}
        </button>
        <span class="muted">{formatCount(figures.length)} curves</span>
      </div>
    </>
  );
}

/** Makes a run of the log and shows it. */
async function importLog({ client, navigation }: App, log: TrainLog): Promise<void> {
  const { parseNotes } = await import("trainlog/log");
  const { runId } = await client.post<CreatedRun>("/runs", runOfLog(log, parseNotes(log.notes)));
  await client.post(`/runs/${encodeURIComponent(runId)}/batches`, batchOfLog(log, Date.now()));
  navigation.go({ ...DEFAULT_RUN_VIEW, runIds: [runId] });
}
