/** @file A text in Markdown. Until what draws it is loaded, and if it cannot be, the text stands as it is. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The text, drawn. */
export function Markdown({ text }: { readonly text: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    void draw(text).then((fragment) => {
      if (!gone) box.current?.replaceChildren(fragment);
    });
    return () => {
      gone = true;
    };
  }, [text]);
  // Preact gives this box no children, so it leaves alone what is put there.
  return <div class="markdown" ref={box} />;
}

async function draw(text: string): Promise<DocumentFragment> {
  try {
    const { markdownFragment } = await import("./markdown-fragment.ts");
    return markdownFragment(text);
  } catch {
    // The server went away before the part was loaded, or it was built anew: the text itself is better than nothing.
    const fragment = document.createDocumentFragment();
    const plain = document.createElement("p");
    plain.textContent = text;
    fragment.append(plain);
    return fragment;
  }
}
