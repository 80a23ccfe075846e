/** @file Where trouble goes when nobody was named to hear of it. */

/** Says each problem once, on the console. */
export function warnOnce(): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || said.size > 1000) return;
    said.add(message);
    // A store without an owner who listens still must not be silent about lost work.
    process.emitWarning(message, "TrainlogWarning");
  };
}
