/** @file The live connection of the open view. */
import { useEffect, useRef } from "preact/hooks";
import type { LiveMessage, LiveQuery } from "trainlog/api";
import { LiveStream } from "../client/live-stream.ts";
import { useApp } from "./app.ts";

/**
 * Listens to what changes while a component is on the page.
 *
 * @param onMessage - Gets every message; the newest function is called.
 */
export function useLive(query: LiveQuery, onMessage: (message: LiveMessage) => void): void {
  const { client, live } = useApp();
  const newest = useRef(onMessage);
  newest.current = onMessage;
  const stream = useRef<LiveStream | undefined>(undefined);
  useEffect(() => {
    stream.current = new LiveStream(client, query, {
      onMessage: (message) => newest.current(message),
      onState: (state) => {
        live.value = state;
      },
    });
    return () => stream.current?.close();
  }, []);
  useEffect(() => stream.current?.retarget(query), [JSON.stringify(query)]);
}
