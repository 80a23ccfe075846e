/** @file The few icons, drawn in the colour of the text around them. They decorate: the words beside them carry the meaning. */
import type { JSX } from "preact";

const PATHS = {
  running: "M8 2.500a5.500 5.500 0 1 0 5.500 5.500",
  finished: "M3 8.500l3.300 3.300L13 5",
  failed: "M4 4l8 8M12 4l-8 8",
  killed: "M4.500 4.500h7v7h-7z",
  crashed: "M9 1.500 4 9h4l-1 5.500L12 7H8z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500z",
  auto: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  expand: "M9.500 2.500h4v4M6.500 13.500h-4v-4M13.500 2.500 9 7M2.500 13.500 7 9",
  shrink: "M13.500 6.500h-4v-4M2.500 9.500h4v4M9.500 6.500l4.500-4.500M6.500 9.500 2 14",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600z",
  warning: "M8 2 1.500 13.500h13zM8 6.500v3.500M8 11.800v.2",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  edit: "M11 2.500 13.500 5 5.500 13l-3.200.700.700-3.200z",
  more: "M3.500 8h.1M8 8h.1M12.500 8h.1",
  plus: "M8 3v10M3 8h10",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500 14 14",
  keyboard: "M1.500 4h13v8h-13zM4 6.500h.1M7 6.500h.1M10 6.500h.1M12.500 6.500h.1M4.500 9.500h7",
  download: "M8 2.500v7.500M4.500 7 8 10.500 11.500 7M3 13.500h10",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

/** A 16-pixel icon. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
