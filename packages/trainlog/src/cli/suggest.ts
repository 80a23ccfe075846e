/** @file "Did you mean" at the end of a message. */
import { nearestName } from "../run/nearest-name.ts";

export { editDistance, nearestName } from "../run/nearest-name.ts";

/** `; did you mean "ls"?`, or nothing when no known name is near. */
export function didYouMean(given: string, known: readonly string[]): string {
  const name = nearestName(given, known);
  return name === undefined ? "" : `; did you mean "${name}"?`;
}
