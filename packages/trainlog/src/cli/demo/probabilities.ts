/** @file Scores of classes as probabilities. */

/** The likeliest class of an example. */
export interface Guess {
  readonly label: number;
  readonly probability: number;
}

/**
 * Softmax of each row.
 *
 * @param scores - Shape `[n, classes]`, row-major.
 * @returns The same shape; every row sums to 1.
 */
export function softmaxRows(scores: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += classes) {
    const row = Float64Array.from({ length: classes }, (_, c) => scores[start + c] ?? 0);
    const highest = Math.max(...row);
    const raised = row.map((score) => Math.exp(score - highest));
    const total = raised.reduce((sum, value) => sum + value, 0);
    shares.set(
      raised.map((value) => value / total),
      start,
    );
  }
  return shares;
}

/** The likeliest class of each row of scores `[n, classes]`. */
export function guesses(scores: ArrayLike<number>, classes: number): Guess[] {
  const shares = softmaxRows(scores, classes);
  return Array.from({ length: shares.length / classes }, (_, row) => {
    const probabilities = shares.subarray(row * classes, (row + 1) * classes);
    const probability = Math.max(...probabilities);
    return { label: probabilities.indexOf(probability), probability };
  });
}
