/** @file Whether an element is in view or close to it: charts exist only then. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Distance at which charts are made ready: about one screen. */
const MARGIN = "600px 0px";

/** Follows an element's visibility. */
export function useVisible(element: RefObject<Element | null>): ReadonlySignal<boolean> {
  const visible = useSignal(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        visible.value = entries.some((entry) => entry.isIntersecting);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return visible;
}
