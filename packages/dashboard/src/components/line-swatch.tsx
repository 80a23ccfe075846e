/** @file A piece of a run's line, as it looks in charts. */
import type { JSX } from "preact";
import { DASHES, type RunStyle } from "../lib/run-colour.ts";

/** The line in its colour and dash. */
export function LineSwatch({ style }: { readonly style: RunStyle | undefined }): JSX.Element {
  const { hue, dash } = style ?? { hue: 0, dash: 0 };
  return (
    <svg class={`line-swatch ink-${hue}`} viewBox="0 0 22 8" width="22" height="8" aria-hidden="true">
      <line
        x1="1"
        y1="4"
        x2="21"
        y2="4"
        stroke="currentColor"
        stroke-width="2.500"
        stroke-dasharray={(DASHES[dash] ?? []).join(" ")}
      />
    </svg>
  );
}
