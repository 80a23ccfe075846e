/** @file The sheet of shortcuts. */
import type { JSX } from "preact";
import { SHORTCUT_GROUPS } from "../lib/shortcuts.ts";
import { useApp } from "../state/app.ts";
import { Icon } from "./icons.tsx";
import { Modal } from "./modal.tsx";

/** The sheet. */
export function ShortcutSheet(): JSX.Element {
  const { overlay, preferences } = useApp();
  const close = (): void => {
    overlay.value = "none";
  };
  return (
    <Modal label="Keyboard shortcuts" class="shortcut-sheet" onClose={close}>
      <div class="card-head">
        <h2>Keyboard shortcuts</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class="shortcut-groups">
        {SHORTCUT_GROUPS.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ keys, does }) => (
                <div key={does}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.singleKeys.value}
          onChange={(event) => preferences.setSingleKeys(event.currentTarget.checked)}
        />
        Keys without Ctrl are shortcuts
      </label>
    </Modal>
  );
}
