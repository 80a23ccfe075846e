/** @file Ctrl-C while training: the first one asks to stop after the running step, the second one ends the process at once. */

/** Whether training was asked to end from outside. */
export interface Interruption {
  /** What asked, once something did. */
  requested(): "signal" | "interrupt" | undefined;
  /** Takes the listeners away. */
  dispose(): void;
  /**
   * Ends the process as Ctrl-C would have, if that was it, and answers only when somebody else listens and lets it live: the lines of the script behind
   * training must not run. Call after everything is saved and {@link dispose} was called.
   */
  endProcess(): Promise<void>;
}

/** How long other listeners of Ctrl-C, such as that of an open run, may take to end the process. */
const GRACE_MS = 1_000;
const LOOK_MS = 50;

/**
 * Listens to an AbortSignal and, in Node, to SIGINT.
 *
 * @param note - Gets one line at the first Ctrl-C.
 */
export function listenForInterruption(
  { signal, handleInterrupt }: { readonly signal: AbortSignal | undefined; readonly handleInterrupt: boolean },
  note: (line: string) => void,
): Interruption {
  let cause: "signal" | "interrupt" | undefined = signal?.aborted === true ? "signal" : undefined;
  const onAbort = (): void => {
    cause ??= "signal";
  };
  const onInterrupt = (): void => {
    if (cause === "interrupt") {
      process.off("SIGINT", onInterrupt);
      process.kill(process.pid, "SIGINT");
      return;
    }
    cause = "interrupt";
    note("interrupted: finishing the step and saving; Ctrl-C again ends at once");
  };
  const listens = handleInterrupt && typeof process !== "undefined" && typeof process.on === "function";
  signal?.addEventListener("abort", onAbort);
  if (listens) process.on("SIGINT", onInterrupt);
  return {
    requested: () => cause,
    dispose() {
      signal?.removeEventListener("abort", onAbort);
      if (listens) process.off("SIGINT", onInterrupt);
    },
    async endProcess() {
      if (cause !== "interrupt") return;
      process.kill(process.pid, "SIGINT");
      for (let waitedMs = 0; waitedMs < GRACE_MS; waitedMs += LOOK_MS) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        // A listener that was taken away before it heard of the signal has swallowed it.
        if (process.listenerCount("SIGINT") === 0) process.kill(process.pid, "SIGINT");
      }
    },
  };
}
