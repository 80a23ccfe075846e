/** @file The command bar: projects, runs, metrics and actions by a few letters (ARIA combobox with a list). */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { bestMatches } from "../lib/command-match.ts";
import { useApp } from "../state/app.ts";
import type { Command } from "../state/command-registry.ts";
import { Icon } from "./icons.tsx";
import { Modal } from "./modal.tsx";
import { useFoundCommands } from "./use-found-commands.ts";

/** Commands shown. */
const MAX_SHOWN = 40;

/** The bar. */
export function CommandBar(): JSX.Element {
  const { overlay, commands } = useApp();
  const typed = useSignal("");
  const chosen = useSignal(0);
  const own = useMemo(() => commands.list(), []);
  const { found, error } = useFoundCommands(typed.value);
  const shown = bestMatches([...own, ...found], typed.value, MAX_SHOWN);
  const at = Math.min(chosen.value, shown.length - 1);
  const close = (): void => {
    overlay.value = "none";
  };
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0 && shown.length > 0) chosen.value = (at + by + shown.length) % shown.length;
    else if (event.key === "Enter") run(shown[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal label="Command bar" class="command-bar" onClose={close}>
      <div class="command-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Go to a project, run, metric or action"
          aria-expanded="true"
          aria-controls="command-list"
          aria-activedescendant={at < 0 ? undefined : `command-${at}`}
          aria-autocomplete="list"
          placeholder="Project, run, metric, action…"
          autocomplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            chosen.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {error !== undefined && <p class="command-note">{error.message}</p>}
      <div id="command-list" class="command-list" role="listbox" aria-label="Commands">
        {shown.map((command, i) => (
          <Entry
            key={`${command.kind} ${command.title} ${i}`}
            command={command}
            index={i}
            chosen={i === at}
            onRun={run}
          />
        ))}
      </div>
      <p class="visually-hidden" role="status">
        {shown.length === 0 ? "nothing found" : `${shown.length} found`}
      </p>
      {shown.length === 0 && <p class="command-note">Nothing is called “{typed.value}”.</p>}
    </Modal>
  );
}

interface EntryProps {
  readonly command: Command;
  readonly index: number;
  readonly chosen: boolean;
  readonly onRun: (command: Command) => void;
}

function Entry({ command, index, chosen, onRun }: EntryProps): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    // The field has the focus and the keys; a mouse clicks.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      class="command-entry"
      id={`command-${index}`}
      role="option"
      aria-selected={chosen}
      ref={row}
      onClick={() => onRun(command)}
    >
      <span class="command-kind">{command.kind}</span>
      <span class="command-title ellipsis">{command.title}</span>
      {command.detail !== undefined && <span class="muted ellipsis">{command.detail}</span>}
      {command.keys !== undefined && <kbd>{command.keys}</kbd>}
    </div>
  );
}
