/**
 * @file What a script prints, without changing what it prints.
 *
 * A process has one stdout and one stderr, so their `write` is replaced once per process, while at least one run listens, and put back after the last.
 */
import { StringDecoder } from "node:string_decoder";

/** Told what was printed. */
export type ConsoleListener = (stream: StreamName, text: string) => void;

type StreamName = "stdout" | "stderr";

/** Listeners of this process. State of the module because stdout is the process's: two runs must not wrap each other's wrapper. */
const listeners = new Set<ConsoleListener>();
let restore: (() => void) | undefined;

/**
 * Begins to tell `listener` what is printed.
 *
 * @returns Ends it.
 */
export function captureConsole(listener: ConsoleListener): () => void {
  listeners.add(listener);
  restore ??= replaceWrites();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    restore?.();
    restore = undefined;
  };
}

function replaceWrites(): () => void {
  const restores = [replaceWrite("stdout"), replaceWrite("stderr")];
  return () => {
    for (const putBack of restores) putBack();
  };
}

function replaceWrite(name: StreamName): () => void {
  const stream = process[name];
  const original = stream.write;
  const decoder = new StringDecoder("utf8");
  let telling = false;
  const write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    if (!telling) {
      telling = true; // a listener that prints must not hear itself
      tell(name, typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk)));
      telling = false;
    }
    return Reflect.apply(original, stream, [chunk, ...rest]);
  };
  stream.write = write;
  return () => {
    // Somebody may have wrapped the wrapper since: then it stays, and has nobody to tell.
    if (stream.write === write) stream.write = original;
  };
}

function tell(name: StreamName, text: string): void {
  if (text === "") return;
  for (const listener of listeners) {
    try {
      listener(name, text);
    } catch {
      // Printing must work whatever a listener does.
    }
  }
}
