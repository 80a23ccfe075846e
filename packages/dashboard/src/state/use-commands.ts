/** @file Commands of a component, offered while it is on the page. */
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "./app.ts";
import type { CommandSource } from "./command-registry.ts";

/** Offers commands while a component is on the page. The newest function is asked. */
export function useCommands(source: CommandSource): void {
  const { commands } = useApp();
  const newest = useRef(source);
  newest.current = source;
  useEffect(() => commands.add(() => newest.current()), []);
}
