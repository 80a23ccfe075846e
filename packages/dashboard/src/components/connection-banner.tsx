/** @file Says that the server is away, so that nobody takes old numbers for new ones, and for a moment that it is back. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../state/app.ts";
import { Icon } from "./icons.tsx";

/** Time without the server after which the banner comes: a restart of a second is not worth it. In milliseconds. */
const PATIENCE_MS = 1500;

/** Time that "back" stands, in milliseconds. */
const BACK_MS = 3000;

/** The banner; an empty region most of the time, which screen readers watch. */
export function ConnectionBanner(): JSX.Element {
  const { live } = useApp();
  const shown = useSignal<"no" | "away" | "back">("no");
  const state = live.value;
  useEffect(() => {
    if (state === "connecting" || (state === "live" && shown.peek() === "no")) return undefined;
    if (state === "live") shown.value = "back";
    const timer = setTimeout(
      () => {
        shown.value = state === "live" ? "no" : "away";
      },
      state === "live" ? BACK_MS : PATIENCE_MS,
    );
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div role="status">
      {shown.value === "away" && (
        <p class="connection away">
          <Icon name="warning" />
          The trainlog server does not answer. What you see is as of when it went away; this page goes on by itself when
          it is back.
        </p>
      )}
      {shown.value === "back" && (
        <p class="connection back">
          <Icon name="finished" />
          The server is back.
        </p>
      )}
    </div>
  );
}
