/** @file A button that copies a text, and says that it did. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";

/** Time that "copied" stands, in milliseconds. */
const SAID_MS = 1500;

interface CopyButtonProps {
  /** Made when the button is pressed: it may be long. */
  readonly text: () => string;
  /** What is copied, for people who do not see where the button stands. */
  readonly label: string;
  /** Words on the button; only an icon when absent. */
  readonly children?: string;
}

/** The button. */
export function CopyButton({ text, label, children }: CopyButtonProps): JSX.Element {
  const said = useSignal<"" | "copied" | "not allowed">("");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      said.value = "copied";
    } catch {
      // Browsers allow it on https and on this machine only.
      said.value = "not allowed";
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      said.value = "";
    }, SAID_MS);
  };
  return (
    <button
      type="button"
      class={children === undefined ? "icon-button copy" : "button"}
      aria-label={children === undefined ? label : undefined}
      title={label}
      onClick={() => void copy()}
    >
      <Icon name={said.value === "copied" ? "finished" : "copy"} />
      {children !== undefined && (said.value === "" ? children : said.value)}
      <span class="visually-hidden" role="status">
        {said.value}
      </span>
    </button>
  );
}
