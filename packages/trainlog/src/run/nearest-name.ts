/** @file "Did you mean": the nearest known name to one that was mistyped. Pure. */

/**
 * The known name nearest to `given`, when it is near enough to be a slip: at most one edit per three letters (an edit is a letter put in, left
 * out, replaced, or swapped with its neighbour), or a beginning of exactly one known name.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const begun = known.filter((name) => given.length >= 2 && name.startsWith(given));
  if (begun.length === 1) return begun[0];
  const ranked = known
    .map((name) => ({ name, edits: editDistance(given, name) }))
    .filter(
      ({ name, edits }) =>
        edits <= Math.max(1, Math.floor(Math.max(given.length, name.length) / 3)) && edits < name.length,
    )
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.name;
}

/** Optimal string alignment distance (Damerau 1964): insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
