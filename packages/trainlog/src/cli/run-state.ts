/** @file How a run's state looks in the terminal: a sign, a word and a colour, so that none of them is needed alone. */
import type { RunState } from "../run/event.ts";
import type { Style } from "./terminal/style.ts";

const SIGNS: Readonly<Record<RunState, string>> = {
  running: "●",
  finished: "✓",
  failed: "✗",
  killed: "■",
  crashed: "!",
};

const COLOURS: Readonly<Record<RunState, keyof Style>> = {
  running: "cyan",
  finished: "green",
  failed: "red",
  killed: "yellow",
  crashed: "red",
};

/** `● running`, `✓ finished`, … */
export function stateText(state: RunState): string {
  return `${SIGNS[state]} ${state}`;
}

/** Colours a text by a run's state. */
export function paintState(text: string, state: RunState, style: Style): string {
  return style[COLOURS[state]](text);
}
