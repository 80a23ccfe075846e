/** @file The order of the list: fields, each with `-` before it for descending, the most important first. */

/** How a column counts in the order. */
export interface SortPlace {
  readonly direction: "ascending" | "descending";
  /** 1 for the most important. */
  readonly rank: number;
}

/** Most fields of one order; the server takes no more. */
const MAX_TERMS = 10;

/** How a field counts in an order; undefined when it does not. */
export function sortPlace(sort: readonly string[], field: string): SortPlace | undefined {
  const at = sort.findIndex((term) => fieldOfTerm(term) === field);
  if (at < 0) return undefined;
  return { direction: sort[at]?.startsWith("-") ? "descending" : "ascending", rank: at + 1 };
}

/**
 * The order after a click on a column's head. A first click sorts by it alone, another one turns it round.
 *
 * @param options.add - The click adds to the order (shift): first in, then turned round, then out.
 */
export function toggleSort(
  sort: readonly string[],
  field: string,
  { add, descendingFirst }: { readonly add: boolean; readonly descendingFirst: boolean },
): readonly string[] {
  const at = sort.findIndex((term) => fieldOfTerm(term) === field);
  const first = descendingFirst ? `-${field}` : field;
  const term = sort[at];
  if (term === undefined) return add ? [...sort, first].slice(-MAX_TERMS) : [first];
  const turned = term.startsWith("-") ? field : `-${field}`;
  if (!add) return [sort.length === 1 ? turned : first];
  if (term === first || sort.length === 1) return sort.with(at, turned);
  return sort.toSpliced(at, 1);
}

/** The field of one term. */
export function fieldOfTerm(term: string): string {
  return term.startsWith("-") ? term.slice(1) : term;
}
