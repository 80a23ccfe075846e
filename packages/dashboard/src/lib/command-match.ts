/** @file Which commands someone means who types a few letters of them. */

/** What can be found. */
export interface Findable {
  readonly title: string;
  /** Other words that it is known by. */
  readonly words?: string;
}

/**
 * The entries that hold all words of `typed`, the best first; of equals, the earlier one. Words may be parts ("tra los" finds `train/loss`) or letters in order
 * ("trls"); parts at the beginning of words are better than inside of them.
 */
export function bestMatches<T extends Findable>(entries: readonly T[], typed: string, most: number): T[] {
  const wanted = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const scored = entries.flatMap((entry, order) => {
    const score = scoreOf(entry, wanted);
    return score === undefined ? [] : [{ entry, score, order }];
  });
  scored.sort((a, b) => b.score - a.score || a.order - b.order);
  return scored.slice(0, most).map(({ entry }) => entry);
}

/** Sum over the words; undefined when one is not there. */
function scoreOf(entry: Findable, wanted: readonly string[]): number | undefined {
  const title = entry.title.toLowerCase();
  const words = entry.words?.toLowerCase() ?? "";
  let sum = 0;
  for (const word of wanted) {
    const score = Math.max(partScore(title, word), partScore(words, word) - 2, lettersScore(title, word));
    if (score <= 0) return undefined;
    sum += score;
  }
  if (wanted.length === 0) return 0;
  // Of titles that hold all words equally well, the shorter one has less that was not asked for.
  return sum - Math.min(title.length, 200) / 1000;
}

function partScore(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return text.length === word.length ? 12 : 10;
  for (let i = at; i >= 0; i = text.indexOf(word, i + 1)) if (!LETTER.test(text[i - 1] ?? "")) return 8;
  return 5;
}

const LETTER = /[\p{L}\p{N}]/u;

/** All letters of the word in order, not far apart. One or two letters are in everything. */
function lettersScore(text: string, word: string): number {
  if (word.length < 3) return 0;
  let from = 0;
  let first = -1;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return 0;
    if (first < 0) first = at;
    from = at + letter.length;
  }
  return from - first <= word.length * 3 ? 1 : 0;
}
