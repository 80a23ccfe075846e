/** @file Ctrl-C and SIGTERM as an AbortSignal. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The first Ctrl-C (or SIGTERM) asks to end well, with the signal's name as the reason; a second one ends the process at once. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      controller.abort(signal);
      // Not before everyone has heard of this one: an open run that is the last to listen would end itself, and the process, at once.
      setImmediate(() => process.off(signal, onSignal)).unref();
    };
    process.on(signal, onSignal);
  }
  return controller.signal;
}
