/** @file Files that are dropped anywhere on the page: a training log is shown, and nothing is sent anywhere. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { LogDocument } from "trainlog/log";
import { DroppedLog } from "./dropped-log.tsx";

/** Largest file that is read, in bytes: longer logs are imported by the command line. */
const MAX_BYTES = 64 * 2 ** 20;

/** A file that was dropped. */
export interface Dropped {
  readonly name: string;
  /** Undefined when it could not be read; then `error` says why. */
  readonly document: LogDocument | undefined;
  readonly error: Error | undefined;
}

/** Takes drops; shows what was dropped until it is closed. */
export function DropTarget(): JSX.Element {
  const over = useSignal(false);
  const dropped = useSignal<Dropped | undefined>(undefined);
  useEffect(() => listen(over, dropped), []);
  return (
    <>
      {over.value && (
        <div class="drop-hint" aria-hidden="true">
          Drop a training log to see it
        </div>
      )}
      {dropped.value !== undefined && (
        <DroppedLog key={dropped.value.name} dropped={dropped.value} onClose={() => (dropped.value = undefined)} />
      )}
    </>
  );
}

function listen(over: Signal<boolean>, dropped: Signal<Dropped | undefined>): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  const onDrag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    // Without it, the browser would open the file in the place of the page.
    event.preventDefault();
    over.value = true;
  };
  const onDrop = async (event: DragEvent): Promise<void> => {
    over.value = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined) return;
    event.preventDefault();
    dropped.value = await read(file);
  };
  document.addEventListener("dragover", onDrag, { signal });
  document.addEventListener("drop", (event) => void onDrop(event), { signal });
  document.addEventListener(
    "dragleave",
    (event) => {
      if (event.relatedTarget === null) over.value = false;
    },
    { signal },
  );
  return () => listeners.abort();
}

async function read(file: File): Promise<Dropped> {
  try {
    if (file.size > MAX_BYTES)
      throw new Error(`it is larger than ${MAX_BYTES / 2 ** 20} MiB; use: trainlog import ${file.name}`);
    const { parseJsonText, recognizeLog } = await import("trainlog/log");
    return { name: file.name, document: recognizeLog(parseJsonText(await file.text())), error: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: file.name, document: undefined, error: new Error(`${file.name} is no training log: ${reason}`) };
  }
}
