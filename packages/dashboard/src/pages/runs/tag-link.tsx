/** @file A tag that shows the runs that have it. */
import type { JSX } from "preact";

/** A tag in a row. */
export function TagLink({ tag, onTag }: { readonly tag: string; readonly onTag: (tag: string) => void }): JSX.Element {
  return (
    <button type="button" class="tag" tabIndex={-1} title={`Show runs with tag ${tag}`} onClick={() => onTag(tag)}>
      {tag}
    </button>
  );
}
